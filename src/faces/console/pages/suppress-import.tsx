import { useState } from 'preact/hooks';
import type { RefusedRow, SuppressListResult } from '../../../pipelines/suppress-list.ts';
import { type Problem, query } from '../api/request.ts';
import { upload } from '../api/upload.ts';
import { numberText } from '../i18n/format.ts';
import { rowFaultText } from '../i18n/row-words.ts';
import { t } from '../i18n/translate.ts';
import { suppressionChanged } from '../live/changes.ts';
import { asProblem } from '../live/use-load.ts';
import { ProgressBar } from '../parts/bar.tsx';
import { FileDrop } from '../parts/file-drop.tsx';
import { Failure, Note } from '../parts/states.tsx';

/** What became of the file, and the first of its rows that put nobody on the list. */
type ListResult = SuppressListResult & { readonly rejections: readonly RefusedRow[] };

function Result({ result }: { readonly result: ListResult }) {
  const { rows, added, known, rejected, suppressed, calling } = result;
  return (
    <Note tone={rejected === 0 && result.fault === '' ? 'green' : 'amber'}>
      <strong>
        {t('suppression.sum', {
          rows: numberText(rows),
          added: numberText(added),
          known: numberText(known),
          rejected: numberText(rejected),
        })}
      </strong>
      <span>{t('suppression.effect', { suppressed, calling })}</span>
      {result.fault !== '' && <span>{result.fault}</span>}
      {result.rejections.map(({ row, code, message }) => (
        <span key={row}>
          {t('suppression.rejection', { row: numberText(row), message: rowFaultText(code, message) })}
        </span>
      ))}
    </Note>
  );
}

/** Puts every number of a file on the list. */
export function SuppressImport({ path }: { readonly path: string }) {
  const [sent, setSent] = useState<{ readonly sent: number; readonly total: number }>();
  const [result, setResult] = useState<ListResult>();
  const [problem, setProblem] = useState<Problem>();
  const send = async (file: File): Promise<void> => {
    setProblem(undefined);
    setResult(undefined);
    setSent({ sent: 0, total: file.size });
    const address = `${path}/imports${query({ fileName: file.name })}`;
    try {
      setResult(
        await upload<ListResult>(address, file, (part, total) => setSent({ sent: part, total })).done,
      );
      suppressionChanged();
    } catch (error) {
      setProblem(asProblem(error));
    }
    setSent(undefined);
  };
  return (
    <div class="form" role="status">
      {sent === undefined ? (
        <FileDrop
          label={t('suppression.drop')}
          hint={t('suppression.dropHint')}
          accept=".csv,.tsv,.txt,.gz,.xlsx"
          onFile={send}
        />
      ) : (
        <ProgressBar value={sent.sent} total={sent.total} label={t('upload.progress')} />
      )}
      {problem !== undefined && <Failure problem={problem} />}
      {result !== undefined && <Result result={result} />}
    </div>
  );
}
