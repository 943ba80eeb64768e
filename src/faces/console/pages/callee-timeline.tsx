import { dispositionText, hungUpText } from '../i18n/call-words.ts';
import { secondsText } from '../i18n/format.ts';
import { reasonSentence } from '../i18n/reason-words.ts';
import { plainWord, stateWord } from '../i18n/state-words.ts';
import { t } from '../i18n/translate.ts';
import { Pill, StatePill } from '../parts/pill.tsx';
import { Time } from '../parts/time.tsx';

type Fields = Readonly<Record<string, unknown>>;

function text(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys in their order, each with what the voice menu calls it. */
function keysText(call: Fields): string {
  const labels: readonly unknown[] = Array.isArray(call.keyLabels) ? call.keyLabels : [];
  return text(call, 'keysPressed')
    .split(',')
    .map((key, at) => (labels[at] ? `${key} (${String(labels[at])})` : key))
    .join(', ');
}

/** An address that a browser may open by a click: nothing that runs as a script. */
function webAddress(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? address : undefined;
}

/** A link that leaves this installation: what it leads to learns nothing of this page. */
function Outside({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

interface CallProps {
  readonly call: Fields;
  readonly zone: string | undefined;
}

function CallFacts({ call, zone }: CallProps) {
  const recording = webAddress(text(call, 'recordingUrl'));
  const transcript = webAddress(text(call, 'transcriptUrl'));
  const seconds = (key: string) => (text(call, key) === '' ? '–' : secondsText(Number(text(call, key))));
  const fact = (label: string, value: preact.ComponentChildren) => (
    <div key={label}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <div class="call">
      <dl class="facts">
        {fact(t('call.started'), <Time at={text(call, 'startedAt') || null} zone={zone} hasSeconds />)}
        {fact(t('call.ring'), seconds('ringSeconds'))}
        {fact(t('call.talk'), seconds('talkSeconds'))}
        {text(call, 'caller') !== '' &&
          fact(t('column.caller'), <span class="mono">{text(call, 'caller')}</span>)}
        {text(call, 'hungUpSide') !== '' && fact(t('call.hungUp'), hungUpText(text(call, 'hungUpSide')))}
        {text(call, 'endStatus') !== '' && fact(t('call.endCode'), text(call, 'endStatus'))}
        {text(call, 'keysPressed') !== '' && fact(t('call.keys'), <strong>{keysText(call)}</strong>)}
        {recording !== undefined &&
          fact(t('call.recording'), <Outside href={recording}>{t('call.listen')}</Outside>)}
        {transcript !== undefined &&
          fact(t('call.transcript'), <Outside href={transcript}>{t('call.read')}</Outside>)}
        {text(call, 'queue') !== '' && fact(t('call.queue'), text(call, 'queue'))}
        {text(call, 'agent') !== '' && fact(t('call.agent'), text(call, 'agent'))}
        {fact(t('call.session'), <span class="mono">{text(call, 'sessionId')}</span>)}
      </dl>
      {call.recordMissing === true && <p class="small muted">{t('call.missing')}</p>}
    </div>
  );
}

function StepFacts({ facts }: { readonly facts: Fields }) {
  return (
    <p class="small muted">
      {Object.entries(facts)
        .map(([name]) => `${plainWord(name)}: ${text(facts, name)}`)
        .join(' · ')}
    </p>
  );
}

interface StepProps {
  readonly step: Fields;
  readonly zone: string | undefined;
}

function Step({ step, zone }: StepProps) {
  const state = text(step, 'to');
  const calls = Array.isArray(step.calls) ? step.calls.filter(isFields) : [];
  const next = text(step, 'nextAttemptAt');
  const disposition = text(step, 'disposition');
  return (
    <li>
      <span class={`dot fill-${stateWord('callee', state).tone}`} />
      <div class="row">
        <Time at={text(step, 'at') || null} zone={zone} hasSeconds />
        <StatePill kind="callee" state={state} />
        {disposition !== '' && disposition !== state && (
          <Pill tone="grey">{dispositionText(disposition)}</Pill>
        )}
        {text(step, 'batch') !== '' && (
          <span class="small muted">{t('callee.batch', { batch: text(step, 'batch') })}</span>
        )}
      </div>
      <p>{reasonSentence(text(step, 'reason'), text(step, 'reasonText'))}</p>
      {next !== '' && (
        <p class="small muted">
          {t('column.nextAttempt')}: <Time at={next} zone={zone} hasDistance />
        </p>
      )}
      {isFields(step.facts) && <StepFacts facts={step.facts} />}
      {calls.map((call) => (
        <CallFacts key={text(call, 'sessionId')} call={call} zone={zone} />
      ))}
    </li>
  );
}

/** A callee's story from its row to now, step by step, each with its reason and its calls. */
export function Timeline(props: {
  readonly history: readonly Fields[];
  readonly zone: string | undefined;
  /** How it came into the campaign, which is no step of its own in what is stored. */
  readonly origin: string;
}) {
  return (
    <ol class="timeline">
      <li>
        <span class="dot fill-grey" />
        <div class="row">
          <StatePill kind="callee" state="initial" />
        </div>
        <p>{props.origin}</p>
      </li>
      {props.history.map((step, index) => (
        <Step key={`${text(step, 'at')} ${index}`} step={step} zone={props.zone} />
      ))}
    </ol>
  );
}
