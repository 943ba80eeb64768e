import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { parseTc3, signTc3, verifyTc3 } from '../../../src/adapters/tencent/signature.ts';

const require = createRequire(import.meta.url);
const { default: VendorSign } = require('tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js');

const REQUEST = {
  secretId: 'AKIDexample',
  secretKey: 'a-secret-key',
  service: 'ccc',
  host: 'ccc.tencentcloudapi.com',
  contentType: 'application/json',
  body: JSON.stringify({ SdkAppId: 1_400_000_000, Name: '春节回访' }),
  timestamp: 1_795_341_618,
};

function vendorSigned(request: typeof REQUEST): string {
  return VendorSign.sign3({
    method: 'POST',
    url: `http://${request.host}/`,
    payload: JSON.parse(request.body),
    timestamp: request.timestamp,
    service: request.service,
    secretId: request.secretId,
    secretKey: request.secretKey,
    headers: { 'Content-Type': request.contentType },
  });
}

function received(request: typeof REQUEST, changes: Record<string, string> = {}, header = signTc3(request)) {
  const headers: Record<string, string> = {
    host: request.host,
    'content-type': request.contentType,
    ...changes,
  };
  return {
    authorization: parseTc3(header)!,
    secretKey: request.secretKey,
    timestamp: request.timestamp,
    method: 'POST',
    path: '/',
    query: '',
    header: (name: string) => headers[name],
    body: Buffer.from(changes.body ?? request.body),
  };
}

describe('TC3-HMAC-SHA256', () => {
  it("gives the same Authorization header as the vendor's own signer", () => {
    expect(signTc3(REQUEST)).toBe(vendorSigned(REQUEST));
  });

  it('dates the scope in UTC, also one second before midnight', () => {
    const late = { ...REQUEST, timestamp: Date.UTC(2026, 10, 22, 23, 59, 59) / 1_000 };
    expect(signTc3(late)).toContain('/2026-11-22/ccc/tc3_request');
    expect(signTc3(late)).toBe(vendorSigned(late));
  });

  it('accepts what it signed, with the port in the signed host and without it', () => {
    expect(verifyTc3(received(REQUEST))).toBe(true);
    const withPort = { ...REQUEST, host: '127.0.0.1:9700' };
    expect(verifyTc3(received(withPort))).toBe(true);
    const bare = { ...REQUEST, host: '127.0.0.1' };
    expect(verifyTc3(received(bare, { host: '127.0.0.1:9700' }))).toBe(true);
  });

  it.each([
    ['another body', { body: '{}' }],
    ['another host', { host: 'example.com' }],
    ['another content type', { 'content-type': 'application/json; charset=utf-8' }],
  ])('refuses a signature over %s', (_what, changes) => {
    expect(verifyTc3(received(REQUEST, changes))).toBe(false);
  });

  it('refuses another key, and a timestamp of another day than the scope says', () => {
    expect(verifyTc3({ ...received(REQUEST), secretKey: 'another' })).toBe(false);
    expect(verifyTc3({ ...received(REQUEST), timestamp: REQUEST.timestamp + 86_400 })).toBe(false);
  });

  it('refuses a signature that leaves the host out', () => {
    const header = signTc3(REQUEST).replace('content-type;host', 'content-type');
    expect(verifyTc3(received(REQUEST, {}, header))).toBe(false);
  });

  it.each(['', 'Bearer x', 'TC3-HMAC-SHA256 Credential=a/b/c'])('reads %j as no authorization', (header) => {
    expect(parseTc3(header)).toBeUndefined();
  });
});
