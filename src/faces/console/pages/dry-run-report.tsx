import type { DryRun } from '../../../pipelines/try-import.ts';
import { numberText } from '../i18n/format.ts';
import { rowFaultName, rowFaultText } from '../i18n/row-words.ts';
import { t } from '../i18n/translate.ts';
import { Note } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { RowSum } from './row-sum.tsx';

/** What an import of the file would do: the sum, what is in the way, and the first rows that would not be taken. */
export function DryRunReport({ tried }: { readonly tried: DryRun }) {
  const { unchanged, changed, alreadyCalled, duplicate } = tried;
  const known = unchanged + changed + alreadyCalled;
  return (
    <div class="form" data-tried>
      <h3>{t('tried.title')}</h3>
      <RowSum of={{ ...tried, accepted: tried.added, duplicate: duplicate + known }} />
      <p class="small muted">
        {t('tried.read', {
          encoding: tried.encoding,
          delimiter: tried.delimiter === '\t' ? 'Tab' : tried.delimiter,
        })}
      </p>
      {known > 0 && <p>{t('tried.known', { known, changed, alreadyCalled })}</p>}
      {tried.fault !== '' && (
        <Note tone="red">
          <strong>{t('tried.fault', { n: tried.rows })}</strong>
          <span>{tried.fault}</span>
        </Note>
      )}
      {tried.alreadyImported !== null && <Note tone="amber">{t('tried.again')}</Note>}
      {tried.reasons.length > 0 && (
        <>
          <h3>{t('tried.reasons', { n: tried.reasons.length })}</h3>
          <Table
            label={t('tried.reasons', { n: tried.reasons.length })}
            rows={tried.reasons}
            rowKey={({ row }) => String(row)}
            columns={[
              { key: 'row', head: t('column.row'), isNumeric: true, cell: ({ row }) => numberText(row) },
              { key: 'line', head: t('column.line'), isNumeric: true, cell: ({ line }) => numberText(line) },
              { key: 'column', head: t('column.column'), cell: ({ column }) => column || '–' },
              {
                key: 'value',
                head: t('column.value'),
                cell: ({ value }) => <span class="mono">{value}</span>,
              },
              { key: 'code', head: t('column.reason'), cell: ({ code }) => rowFaultName(code) },
              {
                key: 'why',
                head: t('column.what'),
                isWide: true,
                cell: ({ code, message }) => rowFaultText(code, message),
              },
            ]}
          />
        </>
      )}
    </div>
  );
}
