import { useState } from 'preact/hooks';
import type { CampaignDocument } from '../../documents.ts';
import type { ActionDocument, ActionResultDocument } from '../api/documents.ts';
import { idempotencyKey } from '../api/idempotency.ts';
import { get, query, request } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { actionResult, campaignAction } from '../i18n/action-words.ts';
import { dispositionText } from '../i18n/call-words.ts';
import { numberText } from '../i18n/format.ts';
import { warningText } from '../i18n/preflight-words.ts';
import { t } from '../i18n/translate.ts';
import { useLoad } from '../live/use-load.ts';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Loading, Note } from '../parts/states.tsx';
import { say, sayWarning } from '../parts/toast.tsx';
import { campaignPath } from './campaign-place.ts';

const FIRST = ['start', 'resume'];
const FOR_GOOD = ['cancel', 'give_up'];

interface DialogProps {
  readonly campaign: CampaignDocument;
  readonly action: ActionDocument;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** What an action will do and to how many callees, asked for afresh, before it does it. */
function ActionDialog({ campaign, action, onDone, onClose }: DialogProps) {
  const [disposition, setDisposition] = useState('');
  const [typed, setTyped] = useState('');
  const path = campaignPath(campaign.id, 'actions');
  const { data } = useLoad(`${path}${query({ disposition })}`, (signal) =>
    get<ActionDocument[]>(`${path}${query({ disposition })}`, signal),
  );
  const { name, does } = campaignAction(action.action, action.does);
  const isFinal = action.action === 'cancel';
  const needs = action.needs === 'disposition';
  const endings = Object.entries(campaign.dispositions).filter(([, callees]) => callees > 0);
  const callees = data?.find((one) => one.action === action.action)?.callees;
  const run = async (): Promise<void> => {
    const body = disposition === '' ? {} : { disposition };
    const headers = { 'idempotency-key': idempotencyKey() };
    const { data: done } = await request<ActionResultDocument>('POST', `${path}/${action.action}`, {
      body,
      headers,
    });
    say(t('action.done', { action: name, text: actionResult(done) }));
    for (const warning of done.warnings ?? []) sayWarning(warningText(warning));
    onDone();
  };
  return (
    <ConfirmDialog
      title={`${name}: ${campaign.name}`}
      does={name}
      isDangerous={FOR_GOOD.includes(action.action)}
      isReady={!isFinal || typed === campaign.id}
      run={run}
      onClose={onClose}
    >
      <p>{does}</p>
      {callees === undefined ? (
        <Loading />
      ) : (
        <Note tone={FOR_GOOD.includes(action.action) ? 'red' : 'blue'}>
          <span data-touches={callees}>{t('action.touches', { n: callees })}</span>
        </Note>
      )}
      {needs && (
        <SelectField
          label={t('action.disposition')}
          value={disposition}
          onInput={setDisposition}
          choices={[
            { value: '', label: t('action.anyDisposition') },
            ...endings.map(([value, n]) => ({
              value,
              label: `${dispositionText(value)} (${numberText(n)})`,
            })),
          ]}
        />
      )}
      {isFinal && (
        <TextField
          label={t('action.typeId', { id: campaign.id })}
          value={typed}
          onInput={setTyped}
          autoComplete="off"
        />
      )}
    </ConfirmDialog>
  );
}

/** The actions that are possible now, as buttons; the others are left out rather than shown dead. */
export function CampaignActions(props: { readonly campaign: CampaignDocument; readonly onDone: () => void }) {
  const { campaign, onDone } = props;
  const [open, setOpen] = useState<ActionDocument>();
  const path = campaignPath(campaign.id, 'actions');
  const key = `${path} ${campaign.state} ${campaign.counts.needs_attention ?? 0}`;
  const { data = [] } = useLoad(key, (signal) => get<ActionDocument[]>(path, signal));
  if (!isOperator.value) return null;
  const isRisky = ({ action }: ActionDocument): number => (FOR_GOOD.includes(action) ? 1 : 0);
  const possible = data
    .filter(({ allowed, action }) => allowed && !isIdle(campaign, action))
    .sort((a, b) => isRisky(a) - isRisky(b));
  return (
    <>
      {possible.map((action) => (
        <button
          key={action.action}
          type="button"
          class={`button ${FIRST.includes(action.action) ? 'primary' : ''} ${FOR_GOOD.includes(action.action) ? 'danger' : ''}`}
          onClick={() => setOpen(action)}
        >
          {campaignAction(action.action, action.does).name}
        </button>
      ))}
      {open !== undefined && (
        <ActionDialog campaign={campaign} action={open} onDone={onDone} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

/** Allowed, but with nothing to do: the campaign is there already, another button says the same, or nobody waits. */
function isIdle({ state, counts }: CampaignDocument, action: string): boolean {
  if (action === 'start') return state !== 'draft' && state !== 'blocked';
  if (action === 'pause') return state === 'paused';
  if (action === 'resume') return state !== 'paused';
  if (action === 'cancel') return state === 'cancelled';
  if (action === 'retry_now') return (counts.pending_retry ?? 0) + (counts.unanswered ?? 0) === 0;
  return (counts.needs_attention ?? 0) === 0;
}
