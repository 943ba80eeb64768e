import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { settingRow } from '../../src/settings.ts';
import type { Site } from '../support/processes.ts';
import { siteForEach } from '../support/site-for-each.ts';

let site: Site;

siteForEach((opened) => {
  site = opened;
});

const KEYS = [
  ...['rows', 'accepted', 'duplicate', 'suppressed', 'rejected', 'answered', 'unanswered', 'expired'],
  ...['cancelled', 'needsAttention', 'attempts', 'ledgerDials', 'duplicateDials', 'auditViolations'],
];
const COLUMNS = [
  ...['row', 'callee', 'state', 'reason', 'disposition', 'attempts', 'last_attempt_at', 'next_attempt_at'],
  ...['session_ids', 'duration_s', 'keys_pressed', 'recording_url', 'uui'],
];

/** Holds the port that the API has by default, unless another program does so already. */
async function takeUsualPort(): Promise<Server> {
  const server = createServer();
  await new Promise<unknown>((resolve) => {
    server.once('listening', resolve).once('error', resolve);
    server.listen(Number(settingRow('HTTP_PORT').initial), settingRow('HTTP_HOST').initial);
  });
  return server;
}

it('the demo runs a whole campaign within 90 seconds, and what it says adds up', async () => {
  await using _taken = await takeUsualPort();
  // The demo brings its own Redis and settings, whatever the environment says.
  const child = site.start('demo', [], { env: { LOG_LEVEL: undefined, TCCC_SDK_APP_ID: undefined } });
  const ended = await child.ended;
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  expect(ended.stderr).toBe('');
  expect(ended.ms).toBeLessThan(90_000);

  const result: Record<string, number> = JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(Object.keys(result)).toEqual(KEYS);
  const sum = (...names: string[]) => names.reduce((total, name) => total + (result[name] ?? Number.NaN), 0);
  expect(result.rows).toBe(2_422);
  expect(sum('accepted', 'duplicate', 'suppressed', 'rejected')).toBe(result.rows);
  expect(sum('answered', 'unanswered', 'expired', 'cancelled', 'needsAttention')).toBe(result.accepted);
  expect(result.attempts).toBe(result.ledgerDials);
  expect(result.attempts).toBeGreaterThan(result.accepted ?? 0);
  expect(result).toMatchObject({ duplicateDials: 0, auditViolations: 0 });
  // The demo shows what a lost reply comes to: some creates must have lost theirs.
  expect(ended.stdout).toMatch(/CreateAutoCalloutTask .*fault:drop [1-9]/);

  const [, path = ''] = /^Report: (.+)$/m.exec(ended.stdout) ?? [];
  const bytes = await readFile(path);
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  const [header = [], ...lines] = parse(bytes, { bom: true });
  expect(header.slice(0, COLUMNS.length)).toEqual(COLUMNS);
  expect(header.slice(COLUMNS.length).sort()).toEqual(['amount', 'name']);
  expect(lines).toHaveLength(result.accepted ?? 0);
  expect(lines.filter((line) => line[2] === 'answered')).toHaveLength(result.answered ?? 0);
}, 110_000);
