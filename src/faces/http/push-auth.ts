import { createHmac } from 'node:crypto';
import { PUSH_TOKEN_LIFE } from '../../core/limits.ts';
import { fromSeconds, type Instant, SECOND } from '../../core/time.ts';
import { isSameText } from './same-text.ts';

/**
 * How the provider proves who it is when it pushes (reference 4.1): nothing at all, HTTP basic, or OAuth2 client
 * credentials with a token from us. User and password are the client's id and secret in the last.
 */
export type PushAuth =
  | { readonly mode: 'none' }
  | { readonly mode: 'basic' | 'oauth2'; readonly user: string; readonly password: string };

/** User and password of a `Basic` header; undefined for any other. */
export function basicCredentials(
  header: string | undefined,
): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** True where the credentials are those of the settings. */
export function areCredentials(
  auth: PushAuth,
  given: { readonly user: string; readonly password: string } | undefined,
): boolean {
  if (auth.mode === 'none' || given === undefined) return false;
  // Both are compared whatever the first says.
  const sameUser = isSameText(given.user, auth.user);
  return isSameText(given.password, auth.password) && sameUser;
}

function signature(secret: string, expiry: string): string {
  return createHmac('sha256', secret).update(`ringmaster push ${expiry}`).digest('hex');
}

/** An access token that holds for a while. It is signed with the secret, so that every process knows it. */
export function pushToken(
  secret: string,
  now: Instant,
): { readonly token: string; readonly seconds: number } {
  const expiry = String(Math.floor((now + PUSH_TOKEN_LIFE) / SECOND));
  return { token: `${expiry}.${signature(secret, expiry)}`, seconds: PUSH_TOKEN_LIFE / SECOND };
}

/** True for a token of ours that has not expired. */
export function isPushToken(secret: string, token: string, now: Instant): boolean {
  const [expiry = '', proof = ''] = token.split('.');
  return (
    /^\d+$/.test(expiry) && isSameText(proof, signature(secret, expiry)) && fromSeconds(Number(expiry)) > now
  );
}

/** True where a push may be taken. */
export function mayPush(auth: PushAuth, header: string | undefined, now: Instant): boolean {
  if (auth.mode === 'none') return true;
  if (auth.mode === 'basic') return areCredentials(auth, basicCredentials(header));
  const token = /^Bearer (\S+)$/i.exec(header ?? '')?.[1];
  return token !== undefined && isPushToken(auth.password, token, now);
}
