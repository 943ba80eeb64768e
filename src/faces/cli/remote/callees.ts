import { z } from 'zod';
import { ActionResult } from '../../http/schema/action.ts';
import { Callee, CalleeStory } from '../../http/schema/callee.ts';
import type { CalleeBackend } from '../backend.ts';
import { apiPath } from './address.ts';
import type { ApiClient } from './api-client.ts';

/** Callees over the API. A key with the role viewer is shown masked numbers. */
export function remoteCallees(client: ApiClient): CalleeBackend {
  // In the body: what stands in an address is kept by the logs of proxies, and it may be a number.
  const find = (campaignId: string, callee: string) =>
    client.document(CalleeStory, {
      method: 'POST',
      path: apiPath('campaigns', campaignId, 'callees', 'find'),
      json: { callee },
    });
  return {
    callee: find,
    callees: (campaignId, state) =>
      client.pages(z.array(Callee), { path: apiPath('campaigns', campaignId, 'callees'), query: { state } }),
    async actOnCallee(action, campaignId, text) {
      const { id } = await find(campaignId, text);
      return client.document(ActionResult, {
        method: 'POST',
        path: apiPath('campaigns', campaignId, 'callees', id, 'actions', action),
        json: {},
      });
    },
  };
}
