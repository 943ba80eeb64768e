import { present } from '../../../core/assert.ts';
import { CALLEE_STATES } from '../../../core/callee.ts';
import { PAGE_SLOTS } from '../../../core/limits.ts';
import { CALLEE_ACTIONS, requireCampaign } from '../../../pipelines/actions.ts';
import { findCallee, readCallee } from '../../../pipelines/find-callee.ts';
import { calleeDocument, calleeLine, waitingCallee } from '../../documents.ts';
import type { CalleeBackend } from '../backend.ts';
import type { CliDeps } from '../deps.ts';

/** Callees on the store itself, a page in memory at a time. Numbers are shown in full: the operator asked for them. */
export function localCallees(deps: CliDeps, user: string): CalleeBackend {
  return {
    async callee(campaignId, text) {
      const campaign = await requireCampaign(deps.store, campaignId);
      const ref = await findCallee(deps, campaign, text);
      const { record, row, stories } = await readCallee(deps, campaign, ref);
      const line = calleeLine(campaignId, ref, record, row);
      const document = calleeDocument(line, record, row, stories);
      return waitingCallee(document, campaign, record, deps.clock.now());
    },
    async *callees(campaignId, state) {
      await requireCampaign(deps.store, campaignId);
      const states = state === undefined ? CALLEE_STATES : [state];
      let page: number | undefined = 0;
      while (page !== undefined) {
        const { callees, next } = await deps.store.calleesIn(campaignId, states, page, PAGE_SLOTS);
        const rows = await deps.store.rows(
          campaignId,
          callees.map(({ ref }) => ref),
        );
        for (const [at, { ref, record }] of callees.entries()) {
          yield calleeLine(campaignId, ref, record, present(rows[at], `row of callee c${ref}`));
        }
        page = next;
      }
    },
    async actOnCallee(action, campaignId, text) {
      const callee = await findCallee(deps, await requireCampaign(deps.store, campaignId), text);
      return CALLEE_ACTIONS[action].run(deps, { campaignId, callee, by: user });
    },
  };
}
