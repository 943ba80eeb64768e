import { useState } from 'preact/hooks';
import type { NewWebhook, WebhookLine } from '../api/documents.ts';
import { get, request } from '../api/request.ts';
import { may } from '../api/session.ts';
import { ownZone, timeText } from '../i18n/format.ts';
import { t } from '../i18n/translate.ts';
import { WEBHOOK_EVENT_NAMES, webhookEventText } from '../i18n/webhook-words.ts';
import { to } from '../live/route.ts';
import { type Loaded, useLoad } from '../live/use-load.ts';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Page } from '../parts/page.tsx';
import { Pill } from '../parts/pill.tsx';
import { SecretDialog } from '../parts/secret-dialog.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time, ZoneNote } from '../parts/time.tsx';
import { say, sayFault } from '../parts/toast.tsx';
import { AddWebhookDialog } from './webhook-form.tsx';

const PATH = '/v1/webhooks';
const EVERY_MS = 5_000;

function Address({ webhook }: { readonly webhook: WebhookLine }) {
  const { url, campaign, events, numbers } = webhook;
  const isAll = WEBHOOK_EVENT_NAMES.every((name) => events.includes(name));
  return (
    <>
      <strong class="mono">{url}</strong>
      <div class="small muted">
        {campaign === null ? (
          t('webhooks.allCampaigns')
        ) : (
          <a href={to(['campaigns', campaign])}>{t('suppression.ofCampaign', { campaign })}</a>
        )}
        {numbers && ` · ${t('webhooks.numbers')}`}
      </div>
      <div class="small muted">
        {t('webhooks.events')}: {isAll ? t('webhooks.allEvents') : events.map(webhookEventText).join(', ')}
      </div>
    </>
  );
}

/** Whether messages are taken; where not, since what, and when the next try is. */
function Health({ webhook }: { readonly webhook: WebhookLine }) {
  const { ended, failures, lastError, nextAt, deliveredAt } = webhook;
  if (!ended && failures === 0) {
    return (
      <Pill tone={deliveredAt === null ? 'grey' : 'green'}>
        {deliveredAt === null ? t('webhooks.unused') : t('webhooks.well')}
      </Pill>
    );
  }
  const at = nextAt === null ? t('time.now') : timeText(nextAt, ownZone, true);
  return (
    <>
      <Pill tone={ended ? 'red' : 'amber'}>{ended ? t('webhooks.stopped') : t('webhooks.failing')}</Pill>
      <div class="small">
        {ended ? t('webhooks.failuresEnded') : t('webhooks.failures', { n: failures, at })}
      </div>
      {lastError !== '' && <div class="small tone-text-red">{lastError}</div>}
    </>
  );
}

interface RowActions {
  readonly resume: (webhook: WebhookLine) => void;
  readonly remove: (webhook: WebhookLine) => void;
}

function columns({ resume, remove }: RowActions): Column<WebhookLine>[] {
  return [
    { key: 'url', head: t('webhooks.url'), isWide: true, cell: (webhook) => <Address webhook={webhook} /> },
    {
      key: 'state',
      head: t('webhooks.state'),
      isWide: true,
      cell: (webhook) => <Health webhook={webhook} />,
    },
    {
      key: 'delivered',
      head: t('webhooks.delivered'),
      cell: ({ deliveredAt }) => <Time at={deliveredAt} hasDistance />,
    },
    {
      key: 'by',
      head: t('webhooks.addedBy'),
      cell: ({ createdBy, createdAt }) => (
        <>
          {createdBy}
          <div class="small muted">
            <Time at={createdAt} />
          </div>
        </>
      ),
    },
    {
      key: 'actions',
      head: <span class="hidden-text">{t('column.actions')}</span>,
      cell: (webhook) => (
        <div class="actions">
          {(webhook.ended || webhook.failures > 0) && (
            <button type="button" class="button small" onClick={() => resume(webhook)}>
              {t('webhooks.resume')}
              <span class="hidden-text"> {webhook.url}</span>
            </button>
          )}
          <button type="button" class="button small danger" onClick={() => remove(webhook)}>
            {t('webhooks.remove')}
            <span class="hidden-text"> {webhook.url}</span>
          </button>
        </div>
      ),
    },
  ];
}

function List({
  webhooks,
  actions,
}: {
  readonly webhooks: Loaded<WebhookLine[]>;
  readonly actions: RowActions;
}) {
  return (
    <Shown of={webhooks}>
      {(rows) =>
        rows.length === 0 ? (
          <Empty title={t('webhooks.none')}>
            <p>{t('webhooks.noneHint')}</p>
          </Empty>
        ) : (
          <div class="panel">
            <Table label={t('nav.webhooks')} columns={columns(actions)} rows={rows} rowKey={({ id }) => id} />
          </div>
        )
      }
    </Shown>
  );
}

/** Addresses that are told of events: how they do, one more, one fewer. */
function Webhooks() {
  const webhooks = useLoad(PATH, (signal) => get<WebhookLine[]>(PATH, signal), EVERY_MS);
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<NewWebhook>();
  const [removed, setRemoved] = useState<WebhookLine>();
  const { reload } = webhooks;
  const resume = async ({ id }: WebhookLine): Promise<void> => {
    try {
      await request('POST', `${PATH}/${encodeURIComponent(id)}/resume`);
      say(t('webhooks.resumed'));
    } catch (error) {
      sayFault(error);
    }
    reload();
  };
  const remove = async ({ id, url }: WebhookLine): Promise<void> => {
    await request('DELETE', `${PATH}/${encodeURIComponent(id)}`);
    say(t('webhooks.removed', { url }));
    reload();
  };
  const onMade = (webhook: NewWebhook): void => {
    setMade(webhook);
    reload();
  };
  const add = (
    <button type="button" class="button primary" onClick={() => setAdding(true)}>
      {t('webhooks.add')}
    </button>
  );
  return (
    <Page title={t('nav.webhooks')} actions={add}>
      <p class="muted">{t('webhooks.note')}</p>
      <List webhooks={webhooks} actions={{ resume, remove: setRemoved }} />
      <ZoneNote />
      {isAdding && <AddWebhookDialog onMade={onMade} onClose={() => setAdding(false)} />}
      {made !== undefined && (
        <SecretDialog
          title={t('webhooks.added', { url: made.url })}
          secret={made.secret}
          onClose={() => setMade(undefined)}
        />
      )}
      {removed !== undefined && (
        <ConfirmDialog
          title={`${t('webhooks.remove')}: ${removed.url}`}
          does={t('webhooks.remove')}
          isDangerous
          run={() => remove(removed)}
          onClose={() => setRemoved(undefined)}
        >
          <p>{t('webhooks.removeNote')}</p>
        </ConfirmDialog>
      )}
    </Page>
  );
}

export function WebhooksPage() {
  if (may('admin')) return <Webhooks />;
  return (
    <Page title={t('nav.webhooks')}>
      <Empty title={t('page.adminsOnly')} />
    </Page>
  );
}
