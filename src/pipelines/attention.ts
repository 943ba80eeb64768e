import type { CalleeRecord } from '../core/callee.ts';
import type { ImportRecord } from '../core/import.ts';
import { ATTENTION_READS_MAX, DECISIONS_PER_CHANGE } from '../core/limits.ts';
import { type Reason, reasonText } from '../core/reasons.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';

export interface AttentionDeps {
  readonly store: Pick<
    Store,
    'campaign' | 'campaignIds' | 'trail' | 'counts' | 'calleesIn' | 'openBatches' | 'orphans' | 'imports'
  >;
}

/** Something that a person must look at, or that has not settled itself yet. */
export interface AttentionItem {
  readonly kind: 'campaign_blocked' | 'callees_parked' | 'batch_uncertain' | 'orphan' | 'import_failed';
  readonly campaign: string;
  /** What it is about: the campaign, a batch, a task or an import. */
  readonly subject: string;
  readonly reason: string;
  /** A sentence for people. */
  readonly text: string;
  readonly since: Instant | undefined;
  /** Callees that wait for it. */
  readonly callees: number;
  /** What may be done about it, by the names of the actions on a campaign. */
  readonly actions: readonly ('start' | 'cancel' | 'resume_parked' | 'give_up')[];
}

async function blocked(deps: AttentionDeps, campaign: CampaignRecord): Promise<AttentionItem[]> {
  if (campaign.state !== 'blocked') return [];
  const { id, reason, reasonText: text } = campaign;
  const [trail, { unfinished }] = await Promise.all([deps.store.trail(id), deps.store.counts(id)]);
  const since = trail.findLast(({ to, from }) => to === 'blocked' && from !== 'blocked')?.at;
  const about = { campaign: id, subject: id, reason, text, since, callees: unfinished };
  return [{ kind: 'campaign_blocked', ...about, actions: ['start', 'cancel'] }];
}

/** How many are parked for which reason. Beyond some reads the rest is told as one number. */
async function parkedReasons(
  deps: AttentionDeps,
  id: string,
  parked: number,
): Promise<ReadonlyMap<Reason | '', number>> {
  const found = new Map<Reason | '', number>();
  let seen = 0;
  let from: number | undefined = 0;
  for (let reads = 0; from !== undefined && reads < ATTENTION_READS_MAX; reads += 1) {
    const some: { callees: readonly { record: CalleeRecord }[]; next: number | undefined } =
      await deps.store.calleesIn(id, ['needs_attention'], from, DECISIONS_PER_CHANGE);
    for (const { record } of some.callees) found.set(record.reason, (found.get(record.reason) ?? 0) + 1);
    seen += some.callees.length;
    from = some.next;
  }
  if (from !== undefined && parked > seen) found.set('', parked - seen);
  return found;
}

async function parked(deps: AttentionDeps, { id }: CampaignRecord): Promise<AttentionItem[]> {
  const { states } = await deps.store.counts(id);
  if (states.needs_attention === 0) return [];
  const reasons = await parkedReasons(deps, id, states.needs_attention);
  return [...reasons].map(([reason, callees]) => ({
    kind: 'callees_parked',
    campaign: id,
    subject: id,
    reason,
    text: reason === '' ? 'parked for reasons that were not read here' : reasonText(reason),
    since: undefined,
    callees,
    actions: ['resume_parked', 'give_up'],
  }));
}

async function uncertain(deps: AttentionDeps, { id }: CampaignRecord): Promise<AttentionItem[]> {
  const batches = (await deps.store.openBatches(id)).filter(({ state }) => state === 'uncertain');
  return batches.map((batch) => ({
    kind: 'batch_uncertain',
    campaign: id,
    subject: String(batch.id),
    reason: 'submission_in_doubt',
    text: 'whether its submission reached the provider is looked up until it is known; nobody is called twice meanwhile',
    since: batch.submittedAt,
    callees: batch.calleesOpen,
    actions: [],
  }));
}

async function orphans(deps: AttentionDeps, { id }: CampaignRecord): Promise<AttentionItem[]> {
  const open = (await deps.store.orphans(id)).filter(({ settled }) => !settled);
  return open.map(({ taskId, name, at }) => ({
    kind: 'orphan',
    campaign: id,
    subject: String(taskId),
    reason: 'orphan_task',
    text: `the task ${name} landed late; it is stopped, and its calls are counted next`,
    since: at,
    callees: 0,
    actions: [],
  }));
}

/** Lists that could not be read to their end, but for those of which one of the same name was taken later: mended by then. */
async function failedImports(deps: AttentionDeps, { id }: CampaignRecord): Promise<AttentionItem[]> {
  const imports = await deps.store.imports(id);
  const isMended = (failed: ImportRecord): boolean =>
    imports.some(
      ({ state, fileName, closedAt }) =>
        state === 'done' && fileName === failed.fileName && closedAt > failed.closedAt,
    );
  const open = imports.filter((record) => record.state === 'failed' && !isMended(record));
  return open.map((record) => ({
    kind: 'import_failed',
    campaign: id,
    subject: record.id,
    reason: 'import_failed',
    text: `${record.reason}. Mend the list and add it again under the same name`,
    since: record.closedAt,
    callees: 0,
    actions: [],
  }));
}

/** What keeps most callees from being called first; of one kind, campaign by campaign. */
const ORDER: readonly AttentionItem['kind'][] = [
  'campaign_blocked',
  'callees_parked',
  'import_failed',
  'batch_uncertain',
  'orphan',
];

/** All that a person must look at, what is worst first. What is cancelled is nobody's business any more. */
export async function attentionItems(deps: AttentionDeps): Promise<AttentionItem[]> {
  const items: AttentionItem[] = [];
  for (const id of await deps.store.campaignIds()) {
    const campaign = await deps.store.campaign(id);
    if (campaign === undefined || campaign.state === 'cancelled') continue;
    const looks = [blocked, parked, uncertain, orphans, failedImports];
    const found = await Promise.all(looks.map((look) => look(deps, campaign)));
    items.push(...found.flat());
  }
  return items.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}
