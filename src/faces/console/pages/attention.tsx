import { useState } from 'preact/hooks';
import type { ActionResultDocument, AttentionAction, AttentionItem } from '../api/documents.ts';
import { idempotencyKey } from '../api/idempotency.ts';
import { get, request } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { attentionAction, attentionKind } from '../i18n/attention-words.ts';
import { numberText } from '../i18n/format.ts';
import { warningText } from '../i18n/preflight-words.ts';
import { reasonSentence } from '../i18n/reason-words.ts';
import { t } from '../i18n/translate.ts';
import { attentionChanged } from '../live/changes.ts';
import { to } from '../live/route.ts';
import { useLoad } from '../live/use-load.ts';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Page } from '../parts/page.tsx';
import { Pill } from '../parts/pill.tsx';
import { Empty, Note, Shown } from '../parts/states.tsx';
import { Time, ZoneNote } from '../parts/time.tsx';
import { say, sayWarning } from '../parts/toast.tsx';

const EVERY_MS = 15_000;
const FOR_GOOD = ['cancel', 'give_up'];

interface StepProps {
  readonly item: AttentionItem;
  readonly action: AttentionAction;
  readonly onDone: () => void;
}

/** The next step as a button; what only reads is a link. Only addresses of this API are ever asked for. */
function NextStep({ item, action, onDone }: StepProps) {
  const [isOpen, setOpen] = useState(false);
  const { name, does } = attentionAction(action);
  if (!/^\/(?!\/)|^#/.test(action.href)) return null;
  if (!isOperator.value) return null;
  if (action.method === 'GET') {
    return (
      <a class="button" href={action.href}>
        {name}
      </a>
    );
  }
  const run = async (): Promise<void> => {
    const headers = { 'idempotency-key': idempotencyKey() };
    const body = action.body ?? {};
    const { data } = await request<ActionResultDocument>(action.method, action.href, { body, headers });
    say(t('attention.done', { action: name }));
    for (const warning of data.warnings ?? []) sayWarning(warningText(warning));
    onDone();
  };
  return (
    <>
      <button
        type="button"
        class={`button ${FOR_GOOD.includes(action.label) ? 'danger' : 'primary'}`}
        onClick={() => setOpen(true)}
      >
        {name}
      </button>
      {isOpen && (
        <ConfirmDialog
          title={`${name}: ${item.subject}`}
          does={name}
          isDangerous={FOR_GOOD.includes(action.label)}
          run={run}
          onClose={() => setOpen(false)}
        >
          <p>{does}</p>
          <Note tone="blue">{t('action.touches', { n: item.callees })}</Note>
        </ConfirmDialog>
      )}
    </>
  );
}

/** Where in the campaign the matter is shown. */
const PLACES: Readonly<Record<string, readonly [tab: string, query: Readonly<Record<string, string>>]>> = {
  callees_parked: ['callees', { state: 'needs_attention' }],
  batch_uncertain: ['batches', {}],
  import_failed: ['imports', {}],
};

function Place({ item }: { readonly item: AttentionItem }) {
  if (item.campaign === null) return null;
  const [tab, query] = PLACES[item.kind] ?? ['overview', {}];
  return (
    <a class="button" href={to(['campaigns', item.campaign, tab], query)}>
      {t('attention.show')}
      <span class="hidden-text"> {item.subject}</span>
    </a>
  );
}

function Item({ item, onDone }: { readonly item: AttentionItem; readonly onDone: () => void }) {
  const { name, tone } = attentionKind(item.kind);
  const sentence = item.reason === '' ? t('attention.otherReasons') : reasonSentence(item.reason, item.text);
  return (
    <li class="attention-item" data-kind={item.kind}>
      <div class="row">
        <Pill tone={tone}>{name}</Pill>
        {item.campaign !== null && <a href={to(['campaigns', item.campaign])}>{item.campaign}</a>}
        {item.subject !== item.campaign && <span class="mono">{item.subject}</span>}
        <span class="muted">
          {item.since !== null && (
            <>
              {t('attention.since')} <Time at={item.since} hasDistance />
            </>
          )}
        </span>
      </div>
      <p>{sentence}</p>
      {sentence !== item.text && item.reason !== '' && <p class="small muted">{item.text}</p>}
      <div class="actions">
        {item.callees > 0 && <strong>{t('attention.callees', { n: item.callees })}</strong>}
        <Place item={item} />
        {item.actions.map((action) => (
          <NextStep key={`${action.label} ${action.href}`} item={item} action={action} onDone={onDone} />
        ))}
      </div>
    </li>
  );
}

/** Everything that goes on only when a person decides, with what there is to decide. */
export function AttentionPage() {
  const items = useLoad('/v1/attention', (signal) => get<AttentionItem[]>('/v1/attention', signal), EVERY_MS);
  const onDone = (): void => {
    items.reload();
    attentionChanged();
  };
  return (
    <Page title={t('nav.attention')}>
      <p class="muted">{t('attention.note')}</p>
      <Shown of={items}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t('attention.none')}>
              <p>{t('attention.noneHint')}</p>
            </Empty>
          ) : (
            <section class="panel">
              <p role="status">{t('attention.count', { n: rows.length, shown: numberText(rows.length) })}</p>
              <ul>
                {rows.map((item) => (
                  <Item
                    key={`${item.kind} ${item.campaign} ${item.subject} ${item.reason}`}
                    item={item}
                    onDone={onDone}
                  />
                ))}
              </ul>
            </section>
          )
        }
      </Shown>
      <ZoneNote />
    </Page>
  );
}
