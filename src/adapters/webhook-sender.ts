import { type LookupAddress, lookup } from 'node:dns';
import { request as requestPlain } from 'node:http';
import { type RequestOptions, request as requestSecure } from 'node:https';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Webhook } from 'standardwebhooks';
import { WEBHOOK_DEADLINE, WEBHOOK_REPLY_BYTES_MAX } from '../core/limits.ts';
import { SECOND } from '../core/time.ts';
import type { SendWebhook, WebhookAnswer, WebhookMessage } from '../ports/webhooks.ts';

const GONE = 410;

class PrivateAddressError extends Error {
  constructor(host: string) {
    super(`${host} is an address of a private network; WEBHOOK_PRIVATE=allow permits those`);
  }
}

/** True for what anybody on the internet may have; everything else leads into our own networks. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** Resolves like the system, and refuses a name as soon as one of its addresses is private: a name may change between two looks. */
const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const hidden = addresses?.find(({ address }) => !isPublicAddress(address));
    const [first] = addresses ?? [];
    if (error !== null) callback(error, '', 0);
    else if (hidden !== undefined) callback(new PrivateAddressError(host), '', 0);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family ?? 0);
  });
};

/** Why this address may not be told anything; undefined where it may. */
export function targetProblem(url: string, allowPrivate: boolean): string | undefined {
  if (allowPrivate) return undefined;
  const { protocol, hostname, username } = new URL(url);
  if (protocol !== 'https:') return 'use https: what is sent is about people';
  if (username !== '') return 'leave user and password out of the address; messages are signed';
  // An address in place of a name is never looked up, so it is judged here.
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(literal) && !isPublicAddress(literal)) return new PrivateAddressError(literal).message;
  return undefined;
}

export interface WebhookSenderOptions {
  readonly allowPrivate: boolean;
  /** From the first byte sent to the last one read; tests shorten it. */
  readonly deadlineMs?: number;
}

/**
 * Sends messages as Standard Webhooks says: signed, with an id that stays the same when it is sent again. Follows no
 * redirect, since that could lead anywhere; reaches no private network unless `allowPrivate`.
 */
export function createWebhookSender(options: WebhookSenderOptions): SendWebhook {
  const { allowPrivate, deadlineMs = WEBHOOK_DEADLINE } = options;
  return async (message) => {
    const problem = targetProblem(message.url, allowPrivate);
    if (problem !== undefined) return { taken: false, gone: false, error: problem };
    return post(message, deadlineMs, allowPrivate ? {} : { lookup: publicLookup });
  };
}

function post(
  message: WebhookMessage,
  deadlineMs: number,
  how: Pick<RequestOptions, 'lookup'>,
): Promise<WebhookAnswer> {
  const { id, url, secret, body, now } = message;
  const send = new URL(url).protocol === 'https:' ? requestSecure : requestPlain;
  const at = new Date(now);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'ringmaster',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / SECOND)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ taken: false, gone: false, error: error.message });
    const signal = AbortSignal.timeout(deadlineMs);
    const request = send(url, { method: 'POST', headers, signal, ...how }, (response) => {
      const status = response.statusCode ?? 0;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > WEBHOOK_REPLY_BYTES_MAX) response.destroy();
      });
      response.on('error', () => undefined);
      // The status is the answer, whatever becomes of the rest.
      response.on('close', () => {
        if (status >= 200 && status < 300) resolve({ taken: true });
        else resolve({ taken: false, gone: status === GONE, error: `answered with status ${status}` });
      });
    });
    request.on('error', failed);
    request.end(body);
  });
}
