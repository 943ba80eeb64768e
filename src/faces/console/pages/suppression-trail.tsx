import type { ListDeed } from '../api/documents.ts';
import { get } from '../api/request.ts';
import { listDeedText, listSource } from '../i18n/deed-words.ts';
import { numberText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { suppressionChanges } from '../live/changes.ts';
import { useLoad } from '../live/use-load.ts';
import { Panel } from '../parts/panel.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';

/** Who changed the list, and when. */
export function SuppressionTrail({ path }: { readonly path: string }) {
  const trail = useLoad(`${path} ${suppressionChanges.value}`, (signal) =>
    get<ListDeed[]>(`${path}/trail`, signal),
  );
  return (
    <Panel title={t('suppression.trail')}>
      <Shown of={trail}>
        {(deeds) =>
          deeds.length === 0 ? (
            <Empty title={t('trail.none')} />
          ) : (
            <Table
              label={t('suppression.trail')}
              rows={deeds.map((deed, index) => ({ ...deed, index }))}
              rowKey={({ index }) => String(index)}
              columns={[
                { key: 'at', head: t('column.time'), cell: ({ at }) => <Time at={at} /> },
                { key: 'by', head: t('column.by'), cell: ({ by }) => by },
                { key: 'did', head: t('trail.did'), cell: ({ did }) => listDeedText(did) },
                {
                  key: 'entries',
                  head: t('suppression.entries'),
                  isNumeric: true,
                  cell: ({ entries }) => numberText(entries),
                },
                { key: 'source', head: t('suppression.source'), cell: ({ source }) => listSource(source) },
                {
                  key: 'reason',
                  head: t('column.reason'),
                  isWide: true,
                  cell: ({ reason }) => reason || '–',
                },
              ]}
            />
          )
        }
      </Shown>
    </Panel>
  );
}
