import type { DeedLine, Role } from '../api/documents.ts';
import { deedDetail, deedText } from '../i18n/deed-words.ts';
import { t } from '../i18n/translate.ts';
import { usePages } from '../live/use-pages.ts';
import { Page } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time, ZoneNote } from '../parts/time.tsx';

const EVERY_MS = 30_000;

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

function roleText(role: string): string {
  const known = ROLES.find((one) => one === role);
  return known === undefined ? role : t(`role.${known}`);
}

/** In words, and as programs and the documentation call it. */
function Deed({ did }: { readonly did: string }) {
  const words = deedText(did);
  return (
    <>
      {words !== undefined && <div>{words}</div>}
      <span class={words === undefined ? 'mono' : 'mono small muted'}>{did}</span>
    </>
  );
}

function columns(): Column<DeedLine>[] {
  return [
    { key: 'at', head: t('column.time'), cell: ({ at }) => <Time at={at} hasSeconds /> },
    { key: 'by', head: t('column.by'), cell: ({ by }) => by },
    { key: 'role', head: t('keys.role'), cell: ({ role }) => roleText(role) },
    { key: 'did', head: t('trail.did'), cell: ({ did }) => <Deed did={did} /> },
    {
      key: 'subject',
      head: t('trail.subject'),
      cell: ({ subject }) => <span class="mono">{subject || '–'}</span>,
    },
    { key: 'text', head: t('column.what'), isWide: true, cell: ({ text }) => deedDetail(text) },
  ];
}

/** Who did what in the whole installation, the newest first. */
export function TrailPage() {
  const pages = usePages<DeedLine>('/v1/trail?limit=100', EVERY_MS);
  return (
    <Page title={t('nav.trail')}>
      <p class="muted">{t('trail.note')}</p>
      <Shown of={pages}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('trail.none')} />
          ) : (
            <div class="panel">
              <Table
                label={t('nav.trail')}
                columns={columns()}
                rows={data}
                rowKey={({ at, by, did, subject }) => `${at} ${by} ${did} ${subject}`}
              />
              <Pager {...pages.pager} />
            </div>
          )
        }
      </Shown>
      <ZoneNote />
    </Page>
  );
}
