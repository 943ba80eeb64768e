/**
 * TC3-HMAC-SHA256 (reference 1.2): signs what we send, and checks what the simulator receives. The signature
 * covers the method, path, query, the signed headers and the body; not X-TC-Action nor any other X-TC header
 * unless it is signed too.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const ALGORITHM = 'TC3-HMAC-SHA256';
const TERMINATOR = 'tc3_request';
const SIGNED_HEADERS = 'content-type;host';

export interface Tc3Request {
  readonly secretId: string;
  readonly secretKey: string;
  /** First part of the endpoint's name: `ccc` for the real provider. */
  readonly service: string;
  /** The host as signed. The provider's own clients leave a port out. */
  readonly host: string;
  /** Byte for byte what the Content-Type header says. */
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Unix seconds, the same as X-TC-Timestamp. */
  readonly timestamp: number;
}

/** The value of the Authorization header for a POST to `/` with no query. */
export function signTc3(request: Tc3Request): string {
  const date = utcDate(request.timestamp);
  const scope = `${date}/${request.service}/${TERMINATOR}`;
  const signature = sign(request.secretKey, {
    date,
    service: request.service,
    timestamp: request.timestamp,
    method: 'POST',
    path: '/',
    query: '',
    headers: [
      ['content-type', request.contentType],
      ['host', request.host],
    ],
    body: request.body,
  });
  return `${ALGORITHM} Credential=${request.secretId}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`;
}

export interface Tc3Authorization {
  readonly secretId: string;
  readonly date: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([^/\s]+)\/(\d{4}-\d\d-\d\d)\/([^/\s]+)\/tc3_request, *SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]{64})$/;

/** The parts of an Authorization header; undefined when it is not one of TC3-HMAC-SHA256. */
export function parseTc3(header: string): Tc3Authorization | undefined {
  const match = AUTHORIZATION.exec(header);
  if (match === null) return undefined;
  const [, secretId = '', date = '', service = '', signed = '', signature = ''] = match;
  return { secretId, date, service, signedHeaders: signed.split(';'), signature };
}

export interface Tc3Received {
  readonly authorization: Tc3Authorization;
  readonly secretKey: string;
  /** Unix seconds of X-TC-Timestamp. */
  readonly timestamp: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The value of a received header, by lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
}

/**
 * True when the signature is right for one of the two ways clients sign a host that has a port: with it, or
 * without it as the vendor's SDK does (reference 5.2). The service is taken from the header, since the SDK
 * derives it from the endpoint. False when content-type or host is not signed or the date is not that of the timestamp.
 */
export function verifyTc3(received: Tc3Received): boolean {
  const { authorization, timestamp } = received;
  const { signedHeaders } = authorization;
  if (!signedHeaders.includes('content-type') || !signedHeaders.includes('host')) return false;
  if (authorization.date !== utcDate(timestamp)) return false;
  const host = received.header('host') ?? '';
  const bare = host.replace(/:\d+$/, '');
  const given = Buffer.from(authorization.signature, 'hex');
  for (const signedHost of bare === host ? [host] : [bare, host]) {
    const expected = sign(received.secretKey, {
      date: authorization.date,
      service: authorization.service,
      timestamp,
      method: received.method,
      path: received.path,
      query: received.query,
      headers: signedHeaders.map((name) => [
        name,
        name === 'host' ? signedHost : (received.header(name) ?? ''),
      ]),
      body: received.body,
    });
    if (timingSafeEqual(given, Buffer.from(expected, 'hex'))) return true;
  }
  return false;
}

interface Signable {
  readonly date: string;
  readonly service: string;
  readonly timestamp: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
}

function sign(secretKey: string, parts: Signable): string {
  const canonicalRequest = [
    parts.method,
    parts.path,
    parts.query,
    // Each header line ends with a newline, so that a blank line follows them.
    ...parts.headers.map(([name, value]) => `${name}:${value.trim()}`),
    '',
    parts.headers.map(([name]) => name).join(';'),
    sha256(parts.body),
  ].join('\n');
  const scope = `${parts.date}/${parts.service}/${TERMINATOR}`;
  const stringToSign = [ALGORITHM, parts.timestamp, scope, sha256(canonicalRequest)].join('\n');
  const dateKey = hmac(`TC3${secretKey}`, parts.date);
  const signingKey = hmac(hmac(dateKey, parts.service), TERMINATOR);
  return hmac(signingKey, stringToSign).toString('hex');
}

/** The UTC date of a timestamp, not the local one: near midnight the two differ. */
function utcDate(timestamp: number): string {
  const at = new Date(timestamp * 1_000);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(0, 10);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Uint8Array, data: string): Buffer {
  return createHmac('sha256', key).update(data, 'utf8').digest();
}
