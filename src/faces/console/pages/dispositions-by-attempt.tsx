import type { StatisticsDocument } from '../api/documents.ts';
import { dispositionText } from '../i18n/call-words.ts';
import { numberText, shareText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { Empty } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';

type ByAttempt = StatisticsDocument['byAttempt'];

function sumOf(dispositions: Readonly<Record<string, number>>): number {
  return Object.values(dispositions).reduce((sum, count) => sum + count, 0);
}

/** How attempts ended, one column per attempt: does a second or third call still pay? */
export function DispositionsByAttempt({ byAttempt }: { readonly byAttempt: ByAttempt }) {
  const totals = new Map<string, number>();
  for (const { dispositions } of byAttempt) {
    for (const [name, count] of Object.entries(dispositions))
      totals.set(name, (totals.get(name) ?? 0) + count);
  }
  const rows = [...totals].filter(([, total]) => total > 0).sort(([, a], [, b]) => b - a);
  if (rows.length === 0) return <Empty title={t('chart.noAttempts')} />;
  return (
    <Table
      label={t('chart.byAttempt')}
      rows={rows.map(([name]) => name)}
      rowKey={(name) => name}
      columns={[
        { key: 'name', head: t('column.disposition'), cell: dispositionText },
        ...byAttempt.map(({ attempt, dispositions }) => ({
          key: String(attempt),
          head: attempt === 0 ? t('chart.declined') : t('chart.attemptNumber', { n: attempt }),
          isNumeric: true,
          cell: (name: string) => (
            <>
              {numberText(dispositions[name] ?? 0)}{' '}
              <span class="muted small">{shareText(dispositions[name] ?? 0, sumOf(dispositions))}</span>
            </>
          ),
        })),
      ]}
    />
  );
}
