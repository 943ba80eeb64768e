import { useRef, useState } from 'preact/hooks';
import type { DryRun } from '../../../pipelines/try-import.ts';
import type { ImportDocument } from '../../documents.ts';
import { type Problem, query } from '../api/request.ts';
import { type Upload, upload } from '../api/upload.ts';
import { bytesText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { asProblem } from '../live/use-load.ts';
import { ProgressBar } from '../parts/bar.tsx';
import { FileDrop } from '../parts/file-drop.tsx';
import { Failure } from '../parts/states.tsx';
import { campaignPath } from './campaign-place.ts';
import { DryRunReport } from './dry-run-report.tsx';
import { NO_OPTIONS, UploadOptions, type UploadWishes } from './upload-options.tsx';

/** Endings that lists have; what a file really holds, the server finds from its bytes. */
const ENDINGS = '.csv,.tsv,.txt,.gz,.xlsx';

interface Sending {
  readonly isTrial: boolean;
  readonly sent: number;
  readonly total: number;
  readonly cancel: () => void;
}

interface Sender {
  readonly sending: Sending | undefined;
  readonly problem: Problem | undefined;
  /** Sends the file; resolves to the answer, or to undefined where it failed. */
  send<T>(path: string, file: File, isTrial: boolean): Promise<T | undefined>;
  reset(): void;
}

function useSender(): Sender {
  const [sending, setSending] = useState<Sending>();
  const [problem, setProblem] = useState<Problem>();
  return {
    sending,
    problem,
    reset: () => setProblem(undefined),
    async send<T>(path: string, file: File, isTrial: boolean) {
      setProblem(undefined);
      const started: Upload<T> = upload<T>(path, file, (sent, total) =>
        setSending((now) => now && { ...now, sent, total }),
      );
      setSending({ isTrial, sent: 0, total: file.size, cancel: () => started.cancel() });
      try {
        return await started.done;
      } catch (error) {
        setProblem(asProblem(error));
        return undefined;
      } finally {
        setSending(undefined);
      }
    },
  };
}

function SendingBar({ sending }: { readonly sending: Sending }) {
  const { sent, total, isTrial } = sending;
  const isSent = sent >= total;
  const words = isTrial ? t('upload.checking') : t('upload.storing');
  return (
    <div role="status" class="form">
      <ProgressBar value={sent} total={total} label={t('upload.progress')} />
      <div class="row">
        <span>{isSent ? words : t('upload.sent', { sent: bytesText(sent), total: bytesText(total) })}</span>
        <button type="button" class="button small" onClick={sending.cancel}>
          {t('dialog.cancel')}
        </button>
      </div>
    </div>
  );
}

interface ChosenProps {
  readonly file: File;
  readonly tried: DryRun | undefined;
  readonly onTry: () => void;
  readonly onImport: () => void;
  readonly onDrop: () => void;
}

/** The file that was chosen and the two things to do with it: see what would become of it, and import it. */
function Chosen({ file, tried, onTry, onImport, onDrop }: ChosenProps) {
  return (
    <>
      <p>
        <strong>{file.name}</strong> <span class="muted">{bytesText(file.size)}</span>
      </p>
      {tried !== undefined && <DryRunReport tried={tried} />}
      <div class="actions">
        <button type="button" class={`button ${tried === undefined ? 'primary' : ''}`} onClick={onTry}>
          {t('upload.try')}
        </button>
        <button type="button" class={`button ${tried === undefined ? '' : 'primary'}`} onClick={onImport}>
          {tried === undefined ? t('upload.importUntried') : t('upload.import', { n: tried.rows })}
        </button>
        <button type="button" class="button" onClick={onDrop}>
          {t('upload.other')}
        </button>
      </div>
    </>
  );
}

/** A list for a campaign: dropped or chosen, tried first, then imported. `onTaken` is told the import's id. */
export function ListUpload(props: { readonly campaign: string; readonly onTaken: (id: string) => void }) {
  const [file, setFile] = useState<File>();
  const [wishes, setWishes] = useState<UploadWishes>(NO_OPTIONS);
  const [tried, setTried] = useState<DryRun>();
  const { sending, problem, send, reset } = useSender();
  const isTrying = useRef(false);
  const take = (chosen: File | undefined): void => {
    setFile(chosen);
    setTried(undefined);
    reset();
  };
  const path = (dryRun: boolean): string => {
    const named = { ...wishes, fileName: file?.name ?? '', dryRun: dryRun || undefined };
    return `${campaignPath(props.campaign, 'imports')}${query(named)}`;
  };
  const tryIt = async (): Promise<void> => {
    if (file === undefined || isTrying.current) return;
    isTrying.current = true;
    setTried(await send<DryRun>(path(true), file, true));
    isTrying.current = false;
  };
  const importIt = async (): Promise<void> => {
    if (file === undefined) return;
    const taken = await send<ImportDocument>(path(false), file, false);
    if (taken === undefined) return;
    take(undefined);
    props.onTaken(taken.id);
  };
  return (
    <>
      {file === undefined && (
        <FileDrop label={t('upload.drop')} hint={t('upload.hint')} accept={ENDINGS} onFile={take} />
      )}
      {sending !== undefined && <SendingBar sending={sending} />}
      {problem !== undefined && <Failure problem={problem} />}
      {file !== undefined && sending === undefined && (
        <Chosen file={file} tried={tried} onTry={tryIt} onImport={importIt} onDrop={() => take(undefined)} />
      )}
      {sending === undefined && (
        <UploadOptions
          wishes={wishes}
          onChange={(next) => {
            setWishes(next);
            setTried(undefined);
          }}
        />
      )}
    </>
  );
}
