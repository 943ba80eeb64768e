import type { CallerLine } from '../api/documents.ts';
import { numberText, shareText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { StatePill } from '../parts/pill.tsx';
import { Empty } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';

/** How each caller number fares: what it was used for, how often it was answered, how often it was refused. */
export function CallersTable({ callers }: { readonly callers: readonly CallerLine[] }) {
  if (callers.length === 0) return <Empty title={t('callers.none')} />;
  return (
    <Table
      label={t('callers.title')}
      rows={callers}
      rowKey={({ caller }) => caller}
      columns={[
        { key: 'caller', head: t('column.caller'), cell: ({ caller }) => <span class="mono">{caller}</span> },
        {
          key: 'state',
          head: t('column.state'),
          cell: ({ state }) => <StatePill kind="caller" state={state} />,
        },
        {
          key: 'attempts',
          head: t('figures.attempts'),
          isNumeric: true,
          cell: ({ attempts }) => numberText(attempts),
        },
        {
          key: 'answered',
          head: t('figures.answered'),
          isNumeric: true,
          cell: ({ answered, attempts }) => `${numberText(answered)} (${shareText(answered, attempts)})`,
        },
        {
          key: 'refused',
          head: t('callers.refused'),
          isNumeric: true,
          cell: ({ refused, attempts }) => `${numberText(refused)} (${shareText(refused, attempts)})`,
        },
      ]}
    />
  );
}
