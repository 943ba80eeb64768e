/** What stands before the actions: version, signature, rate, size and syntax (reference 1.1 to 1.4). */
import { MINUTE, SECOND } from '../../core/time.ts';
import { parseTc3, verifyTc3 } from '../tencent/signature.ts';
import { ACTIONS, type Admitted } from './actions.ts';
import { Refusal } from './refusal.ts';

export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
  /** Expected in X-TC-Token, for temporary credentials. */
  readonly token?: string;
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
}

export interface GatewaySettings {
  readonly credentials: Credentials;
  readonly requestsPerSecond: number;
  readonly sdkAppIds: readonly number[] | undefined;
}

/** Admits a request at an instant (ms), or throws the Refusal that it is answered with. */
export type Gateway = (
  request: ReceivedRequest,
  now: number,
) => { readonly body: unknown; readonly run: Admitted };

const API_VERSION = '2020-02-10';
/** A signature is good for this long before and after its timestamp (reference 1.1). */
const TIMESTAMP_SKEW_MAX = 5 * MINUTE;
/** Largest signed JSON body (reference 1.1). */
export const BODY_BYTES_MAX = 10 * 1024 * 1024;

export function createGateway(settings: GatewaySettings): Gateway {
  const withinRate = createRateWindows(settings.requestsPerSecond);
  return (request, now) => {
    const name = request.header('x-tc-action') ?? '';
    if (request.body.byteLength > BODY_BYTES_MAX) {
      throw new Refusal('RequestSizeLimitExceeded', 'The request body is above 10 MB.');
    }
    refuseUnsigned(settings.credentials, request, now);
    const action = ACTIONS.get(name);
    if (action === undefined) throw new Refusal('InvalidAction', 'The action does not exist.');
    if (request.header('x-tc-version') !== API_VERSION) {
      throw new Refusal('NoSuchVersion', 'The version does not exist.');
    }
    if (!withinRate(name, now)) {
      const rate = settings.requestsPerSecond;
      throw new Refusal('RequestLimitExceeded', `The action is called more than ${rate} times a second.`);
    }
    const body = parseJson(request.body);
    return { body, run: action(body, settings.sdkAppIds) };
  };
}

/** Checks a request that was already admitted once, when it lands later. */
export function admitAgain(name: string, body: unknown, sdkAppIds: readonly number[] | undefined): Admitted {
  const action = ACTIONS.get(name);
  if (action === undefined) throw new Refusal('InvalidAction', 'The action does not exist.');
  return action(body, sdkAppIds);
}

function refuseUnsigned(credentials: Credentials, request: ReceivedRequest, now: number): void {
  const authorization = parseTc3(request.header('authorization') ?? '');
  if (authorization === undefined) {
    throw new Refusal('AuthFailure.InvalidAuthorization', 'The Authorization header is not TC3-HMAC-SHA256.');
  }
  if (authorization.secretId !== credentials.secretId) {
    throw new Refusal('AuthFailure.SecretIdNotFound', 'The SecretId is not found.');
  }
  if (credentials.token !== undefined && request.header('x-tc-token') !== credentials.token) {
    throw new Refusal('AuthFailure.TokenFailure', 'The token is wrong.');
  }
  const timestamp = Number(request.header('x-tc-timestamp'));
  // A header that is no number compares false, and is refused with the rest.
  if (!(Math.abs(timestamp * SECOND - now) <= TIMESTAMP_SKEW_MAX)) {
    throw new Refusal('AuthFailure.SignatureExpire', 'The timestamp differs by more than five minutes.');
  }
  if (!verifyTc3({ ...request, authorization, secretKey: credentials.secretKey, timestamp })) {
    throw new Refusal('AuthFailure.SignatureFailure', 'The signature is wrong.');
  }
}

/** A sliding window per action. Requests that are refused do not count: they were not let in. */
function createRateWindows(requestsPerSecond: number): (action: string, now: number) => boolean {
  const admittedAt = new Map<string, number[]>();
  return (action, now) => {
    const recent = (admittedAt.get(action) ?? []).filter((at) => at > now - SECOND && at <= now);
    admittedAt.set(action, recent);
    if (recent.length >= requestsPerSecond) return false;
    recent.push(now);
    return true;
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Refusal('InvalidParameter', 'The request body is not JSON in UTF-8.');
  }
}
