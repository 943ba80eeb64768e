import { useEffect, useState } from 'preact/hooks';
import type { SuppressedNumber } from '../api/documents.ts';
import { request } from '../api/request.ts';
import { listSource } from '../i18n/deed-words.ts';
import { t } from '../i18n/translate.ts';
import { suppressionChanged, suppressionChanges } from '../live/changes.ts';
import { usePages } from '../live/use-pages.ts';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { Pager } from '../parts/pager.tsx';
import { Panel } from '../parts/panel.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { say } from '../parts/toast.tsx';
import { ClearList } from './suppress-clear.tsx';

function columns(remove: (number: string) => void): Column<SuppressedNumber>[] {
  return [
    {
      key: 'number',
      head: t('suppression.number'),
      cell: ({ number, digest }) => (
        <span class="mono">{number ?? t('suppression.digest', { digest: digest ?? '' })}</span>
      ),
    },
    { key: 'reason', head: t('column.reason'), isWide: true, cell: ({ reason }) => reason || '–' },
    { key: 'by', head: t('column.by'), cell: ({ by }) => by },
    { key: 'source', head: t('suppression.source'), cell: ({ source }) => listSource(source) },
    { key: 'added', head: t('suppression.addedAt'), cell: ({ addedAt }) => <Time at={addedAt} /> },
    {
      key: 'expires',
      head: t('suppression.expires'),
      cell: ({ expiresAt }) => (expiresAt === null ? t('suppression.forEver') : <Time at={expiresAt} />),
    },
    {
      key: 'remove',
      head: <span class="hidden-text">{t('column.actions')}</span>,
      cell: ({ number }) =>
        number !== null && (
          <button type="button" class="button small danger" onClick={() => remove(number)}>
            {t('suppression.remove')}
            <span class="hidden-text"> {number}</span>
          </button>
        ),
    },
  ];
}

/** Takes a number off; of a list that keeps digests it must be typed, since nothing else knows it. */
function RemoveForm({ onRemove }: { readonly onRemove: (number: string) => void }) {
  const [number, setNumber] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    if (number.trim() !== '') onRemove(number.trim());
  };
  return (
    <form class="row" onSubmit={submit}>
      <TextField
        label={t('suppression.removeNumber')}
        value={number}
        onInput={setNumber}
        hint={t('suppression.numberHint')}
      />
      <button type="submit" class="button danger" disabled={number.trim() === ''}>
        {t('suppression.remove')}
      </button>
    </form>
  );
}

export function SuppressionEntries({ list, path }: { readonly list: string; readonly path: string }) {
  const pages = usePages<SuppressedNumber>(`${path}?limit=100`);
  const [removed, setRemoved] = useState<string>();
  const changes = suppressionChanges.value;
  const { reload } = pages;
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  const remove = async (number: string): Promise<void> => {
    await request('POST', `${path}/remove`, { body: { number } });
    say(t('suppression.removed'));
    suppressionChanged();
  };
  return (
    <Panel
      title={t('suppression.entries')}
      aside={pages.data !== undefined && pages.data.data.length > 0 && <ClearList list={list} path={path} />}
    >
      <RemoveForm onRemove={setRemoved} />
      <Shown of={pages}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('suppression.none')} />
          ) : (
            <>
              <Table
                label={t('suppression.entries')}
                columns={columns(setRemoved)}
                rows={data}
                rowKey={({ number, digest }) => number ?? digest ?? ''}
              />
              <Pager {...pages.pager} />
            </>
          )
        }
      </Shown>
      {removed !== undefined && (
        <ConfirmDialog
          title={`${t('suppression.remove')}: ${removed}`}
          does={t('suppression.remove')}
          isDangerous
          run={() => remove(removed)}
          onClose={() => setRemoved(undefined)}
        >
          <p>{t('suppression.removeNote')}</p>
        </ConfirmDialog>
      )}
    </Panel>
  );
}
