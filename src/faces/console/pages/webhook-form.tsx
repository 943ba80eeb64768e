import { useState } from 'preact/hooks';
import type { WebhookEvent } from '../../../core/webhook.ts';
import type { NewWebhook } from '../api/documents.ts';
import { request } from '../api/request.ts';
import { t } from '../i18n/translate.ts';
import { WEBHOOK_EVENT_NAMES, webhookEventText } from '../i18n/webhook-words.ts';
import { CheckField, CheckGroup } from '../parts/check.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';

/** What the server takes where nothing is said: each miss on the way is for those who ask for it. */
const USUAL: readonly WebhookEvent[] = WEBHOOK_EVENT_NAMES.filter((name) => name !== 'callee.missed');

/** Asks for an address and what it is told; hands over the webhook with its secret. */
export function AddWebhookDialog(props: {
  readonly onMade: (made: NewWebhook) => void;
  readonly onClose: () => void;
}) {
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState(USUAL);
  const [campaign, setCampaign] = useState('');
  const [hasNumbers, setNumbers] = useState(false);
  const run = async (): Promise<void> => {
    const only = campaign.trim();
    const body = { url: url.trim(), events, numbers: hasNumbers, ...(only !== '' && { campaign: only }) };
    props.onMade((await request<NewWebhook>('POST', '/v1/webhooks', { body })).data);
  };
  return (
    <ConfirmDialog
      title={t('webhooks.add')}
      does={t('webhooks.add')}
      isReady={events.length > 0}
      run={run}
      onClose={props.onClose}
    >
      <TextField
        label={t('webhooks.url')}
        value={url}
        onInput={setUrl}
        placeholder="https://crm.example/ringmaster"
        hint={t('webhooks.urlHint')}
        isRequired
      />
      <CheckGroup
        label={t('webhooks.events')}
        choices={WEBHOOK_EVENT_NAMES.map((value) => ({ value, label: webhookEventText(value) }))}
        chosen={events}
        onChange={setEvents}
      />
      <TextField
        label={t('webhooks.campaign')}
        value={campaign}
        onInput={setCampaign}
        hint={t('webhooks.campaignHint')}
      />
      <CheckField
        label={t('webhooks.numbers')}
        hint={t('webhooks.numbersHint')}
        isOn={hasNumbers}
        onChange={setNumbers}
      />
    </ConfirmDialog>
  );
}
