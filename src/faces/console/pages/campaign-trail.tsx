import type { TrailEntry } from '../api/documents.ts';
import { get } from '../api/request.ts';
import { reasonSentence } from '../i18n/reason-words.ts';
import { t } from '../i18n/translate.ts';
import { useLoad } from '../live/use-load.ts';
import { Panel } from '../parts/panel.tsx';
import { StatePill } from '../parts/pill.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { campaignPath, type TabProps } from './campaign-place.ts';

/** Every change of the campaign: when, by whom, why. */
export function CampaignTrailTab({ campaign, zone }: TabProps) {
  const path = campaignPath(campaign.id, 'trail');
  const trail = useLoad(`${path} ${campaign.state}`, (signal) => get<TrailEntry[]>(path, signal));
  return (
    <Panel title={t('trail.campaign')}>
      <Shown of={trail}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty title={t('trail.none')} />
          ) : (
            <Table
              label={t('trail.campaign')}
              rows={entries.map((entry, index) => ({ ...entry, index }))}
              rowKey={({ index }) => String(index)}
              columns={[
                {
                  key: 'at',
                  head: t('column.time'),
                  cell: ({ at }) => <Time at={at} zone={zone} hasSeconds />,
                },
                {
                  key: 'to',
                  head: t('column.state'),
                  cell: ({ to }) => <StatePill kind="campaign" state={to} />,
                },
                { key: 'by', head: t('column.by'), cell: ({ by }) => by },
                {
                  key: 'why',
                  head: t('column.reason'),
                  isWide: true,
                  cell: ({ reason, text }) => reasonSentence(reason, text),
                },
              ]}
            />
          )
        }
      </Shown>
    </Panel>
  );
}
