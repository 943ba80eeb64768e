import { z } from 'zod';
import { ActionResult } from '../../http/schema/action.ts';
import { Callee, CalleeStory } from '../../http/schema/callee.ts';
import type { CalleeBackend } from '../backend.ts';
import { apiPath } from './address.ts';
import type { ApiClient } from './api-client.ts';

/** Callees over the API. A key with the role viewer is shown masked numbers. */
export function remoteCallees(client: ApiClient): CalleeBackend {
  return {
    callee: (campaignId, text) =>
      client.document(CalleeStory, { path: apiPath('campaigns', campaignId, 'callees', text) }),
    callees: (campaignId, state) =>
      client.pages(z.array(Callee), { path: apiPath('campaigns', campaignId, 'callees'), query: { state } }),
    actOnCallee: (action, campaignId, text) =>
      client.document(ActionResult, {
        method: 'POST',
        path: apiPath('campaigns', campaignId, 'callees', text, 'actions', action),
        json: {},
      }),
  };
}
