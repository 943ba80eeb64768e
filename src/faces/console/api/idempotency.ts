/**
 * A key under which the server does a write once, however often it arrives. Made by hand: `crypto.randomUUID` is
 * missing where the page is not served over TLS.
 */
export function idempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
