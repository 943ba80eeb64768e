import type { BatchLine } from '../api/documents.ts';
import { get } from '../api/request.ts';
import { numberText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { useLoad } from '../live/use-load.ts';
import { Panel } from '../parts/panel.tsx';
import { StatePill } from '../parts/pill.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { campaignPath, type TabProps } from './campaign-place.ts';

const EVERY_MS = 5_000;

function columns(): Column<BatchLine>[] {
  return [
    { key: 'id', head: t('batches.batch'), cell: ({ id }) => <span class="mono">{id}</span> },
    { key: 'state', head: t('column.state'), cell: ({ state }) => <StatePill kind="batch" state={state} /> },
    {
      key: 'task',
      head: t('batches.task'),
      cell: ({ taskId }) => <span class="mono">{taskId === null || taskId === 0 ? '–' : taskId}</span>,
    },
    {
      key: 'caller',
      head: t('column.caller'),
      cell: ({ caller }) => <span class="mono">{caller ?? '–'}</span>,
    },
    {
      key: 'callees',
      head: t('figures.callees'),
      isNumeric: true,
      cell: ({ callees }) => numberText(callees),
    },
    { key: 'open', head: t('batches.open'), isNumeric: true, cell: ({ open }) => numberText(open) },
    {
      key: 'submissions',
      head: t('batches.submissions'),
      isNumeric: true,
      cell: ({ submissions }) => numberText(submissions),
    },
    // A batch dials in the hours of its callees, so its times are given in their zone.
    {
      key: 'from',
      head: t('batches.dials'),
      cell: ({ notBefore, notAfter, zone }) => (
        <>
          <Time at={notBefore} zone={zone} /> – <Time at={notAfter} zone={zone} />
          <div class="small muted">{zone}</div>
        </>
      ),
    },
    {
      key: 'look',
      head: t('batches.nextLook'),
      cell: ({ nextLookAt, zone }) => <Time at={nextLookAt} zone={zone} hasDistance />,
    },
  ];
}

/** The batches under way, with the tasks that the provider made of them. */
export function BatchesTab({ campaign }: TabProps) {
  const path = campaignPath(campaign.id, 'batches');
  const batches = useLoad(path, (signal) => get<BatchLine[]>(path, signal), EVERY_MS);
  return (
    <Panel title={t('batches.title')} aside={t('batches.note')}>
      <Shown of={batches}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('batches.none')} />
          ) : (
            <Table
              label={t('batches.title')}
              columns={columns()}
              rows={rows}
              rowKey={({ id }) => String(id)}
            />
          )
        }
      </Shown>
    </Panel>
  );
}
