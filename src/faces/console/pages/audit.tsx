import { useState } from 'preact/hooks';
import type { AuditReport } from '../../../pipelines/audit.ts';
import { get, query } from '../api/request.ts';
import { numberText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { to } from '../live/route.ts';
import { useLoad } from '../live/use-load.ts';
import { Page } from '../parts/page.tsx';
import { Note, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';

type Violation = AuditReport['violations'][number];

/** The parts of a violation that are neither its rule nor its campaign, in a line. */
function restText(violation: Violation): string {
  return Object.entries(violation)
    .filter(
      ([name, value]) => name !== 'campaign' && (typeof value === 'string' || typeof value === 'number'),
    )
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(' · ');
}

function Verdict({ report }: { readonly report: AuditReport }) {
  const violations = report.violations.length + report.violationsMore;
  if (violations > 0) {
    return (
      <Note tone="red">
        <strong>{t('audit.broken', { n: violations })}</strong>
        <span>{t('audit.brokenNext')}</span>
      </Note>
    );
  }
  return (
    <Note tone="green">
      <strong>{t('audit.whole', { n: report.callees })}</strong>
      {!report.settled && <span>{t('audit.unsettled')}</span>}
    </Note>
  );
}

function Report({ report }: { readonly report: AuditReport }) {
  return (
    <div class="panel">
      <Verdict report={report} />
      {report.violations.length > 0 && (
        <ul class="steps">
          {report.violations.map((violation) => (
            <li key={JSON.stringify(violation)}>
              <a href={to(['campaigns', violation.campaign])}>{violation.campaign}</a>
              <span class="mono">{restText(violation)}</span>
            </li>
          ))}
        </ul>
      )}
      <Table
        label={t('audit.campaigns')}
        rows={report.campaigns}
        rowKey={({ campaign }) => campaign}
        columns={[
          {
            key: 'campaign',
            head: t('campaigns.campaign'),
            cell: ({ campaign }) => <a href={to(['campaigns', campaign])}>{campaign}</a>,
          },
          {
            key: 'callees',
            head: t('figures.callees'),
            isNumeric: true,
            cell: ({ callees }) => numberText(callees),
          },
          {
            key: 'violations',
            head: t('audit.violations'),
            isNumeric: true,
            cell: ({ violations }) => numberText(violations),
          },
          {
            key: 'settled',
            head: t('audit.settled'),
            cell: ({ settled }) => (settled ? t('audit.yes') : t('audit.moving')),
          },
        ]}
      />
    </div>
  );
}

/** Compares what is stored with what must always be true. Reads everything, so only when asked to. */
export function AuditPage() {
  const [round, setRound] = useState(0);
  return (
    <Page
      title={t('nav.audit')}
      actions={
        <button type="button" class="button primary" onClick={() => setRound((before) => before + 1)}>
          {round === 0 ? t('audit.run') : t('audit.again')}
        </button>
      }
    >
      <p class="muted">{t('audit.note')}</p>
      {round > 0 && <AuditRun key={round} />}
    </Page>
  );
}

function AuditRun() {
  const audit = useLoad('audit', (signal) => get<AuditReport>(`/v1/audit${query({})}`, signal));
  return <Shown of={audit}>{(report) => <Report report={report} />}</Shown>;
}
