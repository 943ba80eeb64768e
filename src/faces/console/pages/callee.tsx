import { useState } from 'preact/hooks';
import type { ActionResultDocument, Waiting } from '../api/documents.ts';
import { idempotencyKey } from '../api/idempotency.ts';
import { get, request } from '../api/request.ts';
import { isOperator } from '../api/session.ts';
import { actionResult, calleeAction } from '../i18n/action-words.ts';
import { dispositionText } from '../i18n/call-words.ts';
import { numberText } from '../i18n/format.ts';
import { reasonSentence, waitingSentence } from '../i18n/reason-words.ts';
import { t } from '../i18n/translate.ts';
import { to } from '../live/route.ts';
import { useLoad } from '../live/use-load.ts';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { Page } from '../parts/page.tsx';
import { Panel } from '../parts/panel.tsx';
import { StatePill } from '../parts/pill.tsx';
import { Note, Shown } from '../parts/states.tsx';
import { Time, ZoneNote } from '../parts/time.tsx';
import { say } from '../parts/toast.tsx';
import { Timeline } from './callee-timeline.tsx';
import { type Callee, campaignPath, findCallee, type Settings, zoneOf } from './campaign-place.ts';

const EVERY_MS = 5_000;

/** What may be asked for in which state; the server refuses what came too late. */
const POSSIBLE: Readonly<Record<string, readonly string[]>> = {
  initial: ['give_up'],
  pending_retry: ['retry_now', 'give_up'],
  needs_attention: ['resume', 'retry_now', 'give_up'],
  unanswered: ['retry_now'],
};

function CalleeActions(props: {
  readonly campaign: string;
  readonly callee: Callee;
  readonly onDone: () => void;
}) {
  const [open, setOpen] = useState<string>();
  const { callee } = props;
  if (!isOperator.value) return null;
  const run = async (action: string): Promise<void> => {
    const headers = { 'idempotency-key': idempotencyKey() };
    const path = campaignPath(props.campaign, 'callees', callee.id, 'actions', action);
    const { data } = await request<ActionResultDocument>('POST', path, { body: {}, headers });
    say(t('action.done', { action: calleeAction(action).name, text: actionResult(data) }));
    props.onDone();
  };
  return (
    <>
      {(POSSIBLE[callee.state] ?? []).map((action) => (
        <button
          key={action}
          type="button"
          class={`button ${action === 'give_up' ? 'danger' : ''}`}
          onClick={() => setOpen(action)}
        >
          {calleeAction(action).name}
        </button>
      ))}
      {open !== undefined && (
        <ConfirmDialog
          title={`${calleeAction(open).name}: ${callee.callee}`}
          does={calleeAction(open).name}
          isDangerous={open === 'give_up'}
          run={() => run(open)}
          onClose={() => setOpen(undefined)}
        >
          <p>{calleeAction(open).does}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function WaitingNote({
  callee,
  waiting,
  zone,
}: {
  readonly callee: Callee;
  readonly waiting: Waiting | null;
  readonly zone: string | undefined;
}) {
  if (waiting === null) return null;
  return (
    <Note tone="blue">
      <strong>{t('callee.waiting')}</strong>
      <span>{waitingSentence(waiting.why, callee.reason, callee.reasonText)}</span>
      {waiting.until !== null && (
        <span>
          {t('callee.until')} <Time at={waiting.until} zone={zone} hasDistance />
        </span>
      )}
    </Note>
  );
}

function Facts({ callee, zone }: { readonly callee: Callee; readonly zone: string | undefined }) {
  return (
    <dl class="facts">
      <div>
        <dt>{t('column.row')}</dt>
        <dd>{numberText(callee.row)}</dd>
      </div>
      <div>
        <dt>{t('figures.attempts')}</dt>
        <dd>{numberText(callee.attempts)}</dd>
      </div>
      <div>
        <dt>{t('column.lastDisposition')}</dt>
        <dd>{callee.disposition === null ? '–' : dispositionText(callee.disposition)}</dd>
      </div>
      <div>
        <dt>{t('column.nextAttempt')}</dt>
        <dd>
          <Time at={callee.nextAttemptAt} zone={zone} hasDistance />
        </dd>
      </div>
      <div>
        <dt>{t('callee.import')}</dt>
        <dd class="mono">{callee.import}</dd>
      </div>
      {callee.uui !== '' && (
        <div>
          <dt>UUI</dt>
          <dd class="mono">{callee.uui}</dd>
        </div>
      )}
      {Object.entries(callee.variables).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One callee: where it is and why, what it waits for, and its whole story. */
export function CalleePage({ campaign, callee }: { readonly campaign: string; readonly callee: string }) {
  const loaded = useLoad(`${campaign}/${callee}`, (signal) => findCallee(campaign, callee, signal), EVERY_MS);
  const settings = useLoad(campaignPath(campaign, 'settings'), (signal) =>
    get<Settings>(campaignPath(campaign, 'settings'), signal),
  ).data;
  const zone = zoneOf(settings);
  const { data } = loaded;
  return (
    <Page
      title={data?.callee ?? t('callee.title')}
      crumbs={[
        { label: t('nav.campaigns'), href: to(['campaigns']) },
        { label: campaign, href: to(['campaigns', campaign]) },
        { label: t('tab.callees'), href: to(['campaigns', campaign, 'callees']) },
      ]}
      badge={
        data && (
          <>
            <span class="mono muted">{data.id}</span>
            <StatePill kind="callee" state={data.state} />
          </>
        )
      }
      actions={data && <CalleeActions campaign={campaign} callee={data} onDone={loaded.reload} />}
    >
      <Shown of={loaded}>
        {(one) => (
          <>
            <p>{reasonSentence(one.reason, one.reasonText)}</p>
            <WaitingNote callee={one} waiting={one.waiting} zone={zone} />
            <Panel title={t('callee.facts')}>
              <Facts callee={one} zone={zone} />
            </Panel>
            <Panel title={t('callee.story')}>
              <Timeline
                history={one.history}
                zone={zone}
                origin={t('callee.origin', { row: numberText(one.row), list: one.import })}
              />
            </Panel>
            <ZoneNote zone={zone} />
          </>
        )}
      </Shown>
    </Page>
  );
}
