import { useState } from 'preact/hooks';
import type { KeyLine, NewKey, Role } from '../api/documents.ts';
import { get, request } from '../api/request.ts';
import { t } from '../i18n/translate.ts';
import { useLoad } from '../live/use-load.ts';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Page } from '../parts/page.tsx';
import { SecretDialog } from '../parts/secret-dialog.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time, ZoneNote } from '../parts/time.tsx';
import { say } from '../parts/toast.tsx';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Asks for a name and a role; hands over the key that was made. */
function CreateDialog(props: { readonly onMade: (key: NewKey) => void; readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const run = async (): Promise<void> => {
    const { data } = await request<NewKey>('POST', '/v1/keys', { body: { name: name.trim(), role } });
    props.onMade(data);
  };
  return (
    <ConfirmDialog
      title={t('keys.create')}
      does={t('keys.create')}
      isReady={name.trim() !== ''}
      run={run}
      onClose={props.onClose}
    >
      <TextField label={t('keys.name')} value={name} onInput={setName} hint={t('keys.nameHint')} isRequired />
      <SelectField
        label={t('keys.role')}
        value={role}
        onInput={(value) => setRole(ROLES.find((one) => one === value) ?? 'viewer')}
        choices={ROLES.map((value) => ({ value, label: `${t(`role.${value}`)} – ${t(`role.${value}May`)}` }))}
      />
    </ConfirmDialog>
  );
}

function columns(revoke: (key: KeyLine) => void): Column<KeyLine>[] {
  return [
    { key: 'name', head: t('keys.name'), cell: ({ name }) => <strong>{name}</strong> },
    { key: 'id', head: t('keys.id'), cell: ({ id }) => <span class="mono">{id}</span> },
    { key: 'role', head: t('keys.role'), cell: ({ role }) => t(`role.${role}`) },
    { key: 'created', head: t('keys.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
    { key: 'used', head: t('keys.used'), cell: ({ lastUsedAt }) => <Time at={lastUsedAt} hasDistance /> },
    {
      key: 'revoke',
      head: <span class="hidden-text">{t('column.actions')}</span>,
      cell: (key) => (
        <button type="button" class="button small danger" onClick={() => revoke(key)}>
          {t('keys.revoke')}
          <span class="hidden-text"> {key.name}</span>
        </button>
      ),
    },
  ];
}

export function KeysPage() {
  const keys = useLoad('/v1/keys', (signal) => get<KeyLine[]>('/v1/keys', signal));
  const [isCreating, setCreating] = useState(false);
  const [made, setMade] = useState<NewKey>();
  const [revoked, setRevoked] = useState<KeyLine>();
  const revoke = async ({ id, name }: KeyLine): Promise<void> => {
    await request('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
    say(t('keys.revoked', { name }));
    keys.reload();
  };
  const create = (
    <button type="button" class="button primary" onClick={() => setCreating(true)}>
      {t('keys.create')}
    </button>
  );
  const onMade = (key: NewKey): void => {
    setMade(key);
    keys.reload();
  };
  return (
    <Page title={t('nav.keys')} actions={create}>
      <p class="muted">{t('keys.note')}</p>
      <Shown of={keys}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('keys.none')} />
          ) : (
            <div class="panel">
              <Table
                label={t('nav.keys')}
                columns={columns(setRevoked)}
                rows={rows}
                rowKey={({ id }) => id}
              />
            </div>
          )
        }
      </Shown>
      <ZoneNote />
      {isCreating && <CreateDialog onMade={onMade} onClose={() => setCreating(false)} />}
      {made !== undefined && (
        <SecretDialog
          title={t('keys.made', { name: made.name })}
          secret={made.secret}
          onClose={() => setMade(undefined)}
        />
      )}
      {revoked !== undefined && (
        <ConfirmDialog
          title={`${t('keys.revoke')}: ${revoked.name}`}
          does={t('keys.revoke')}
          isDangerous
          run={() => revoke(revoked)}
          onClose={() => setRevoked(undefined)}
        >
          <p>{t('keys.revokeNote')}</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}
