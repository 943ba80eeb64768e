import type { ListSummary } from '../api/documents.ts';
import { get } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { numberText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { to } from '../live/route.ts';
import { useLoad } from '../live/use-load.ts';
import { Page } from '../parts/page.tsx';
import { Panel } from '../parts/panel.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { ZoneNote } from '../parts/time.tsx';
import { SuppressForm } from './suppress-form.tsx';
import { SuppressImport } from './suppress-import.tsx';
import { SuppressionEntries } from './suppression-entries.tsx';
import { SuppressionTrail } from './suppression-trail.tsx';

function listLabel(list: string): string {
  return list === 'global' ? t('suppression.global') : t('suppression.ofCampaign', { campaign: list });
}

function Lists() {
  const lists = useLoad('/v1/suppression', (signal) => get<ListSummary[]>('/v1/suppression', signal));
  return (
    <Page title={t('nav.suppression')}>
      <p class="muted">{t('suppression.note')}</p>
      <Shown of={lists}>
        {(rows) => {
          const hasGlobal = rows.some(({ list }) => list === 'global');
          const all = hasGlobal ? rows : [{ list: 'global', entries: 0, keyed: false }, ...rows];
          return (
            <div class="panel">
              <Table
                label={t('nav.suppression')}
                rows={all}
                rowKey={({ list }) => list}
                columns={[
                  {
                    key: 'list',
                    head: t('suppression.list'),
                    cell: ({ list }) => <a href={to(['suppression', list])}>{listLabel(list)}</a>,
                  },
                  {
                    key: 'entries',
                    head: t('suppression.entries'),
                    isNumeric: true,
                    cell: ({ entries }) => numberText(entries),
                  },
                  {
                    key: 'keyed',
                    head: t('suppression.kept'),
                    cell: ({ keyed }) => (keyed ? t('suppression.keyed') : t('suppression.plain')),
                  },
                ]}
              />
            </div>
          );
        }}
      </Shown>
    </Page>
  );
}

/** One list: for operators its entries and ways to change it, for viewers that they need another key. */
function OneList({ list }: { readonly list: string }) {
  const path = `/v1/suppression/${encodeURIComponent(list)}`;
  const crumbs = [{ label: t('nav.suppression'), href: to(['suppression']) }];
  if (!isOperator.value) {
    return (
      <Page title={listLabel(list)} crumbs={crumbs}>
        <Empty title={t('suppression.operatorsOnly')} />
      </Page>
    );
  }
  return (
    <Page title={listLabel(list)} crumbs={crumbs}>
      <div class="halves">
        <Panel title={t('suppression.add')}>
          <SuppressForm path={path} />
        </Panel>
        <Panel title={t('suppression.import')}>
          <SuppressImport path={path} />
        </Panel>
      </div>
      <SuppressionEntries list={list} path={path} />
      <SuppressionTrail path={path} />
      <ZoneNote />
    </Page>
  );
}

export function SuppressionPage({ list }: { readonly list: string | undefined }) {
  return list === undefined ? <Lists /> : <OneList list={list} />;
}
