import type { IncomingHttpHeaders } from 'node:http';
import { CLOCK_SKEW_WARN } from '../../../core/limits.ts';
import { SECOND } from '../../../core/time.ts';
import { Alive, Readiness } from '../../http/schema/health.ts';
import { Session } from '../../http/schema/session.ts';
import { type Finding, guarded } from '../finding.ts';
import { countText } from '../output.ts';
import { apiPath } from './address.ts';
import type { ApiClient } from './api-client.ts';
import { documentOf, jsonOf } from './documents.ts';

/** What a key of a role may do. */
const MAY: Readonly<Record<string, string>> = {
  viewer: 'reads, with numbers masked; no reports, lists of errors or changes',
  operator: 'reads and changes; no keys',
  admin: 'everything, keys included',
};

function clockFinding(date: string | undefined, sentAt: number, answeredAt: number): Finding {
  const check = 'clock';
  const server = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(server))
    return { check, state: 'warning', detail: 'the API does not say what time it has' };
  // The header has whole seconds, and was written somewhere between question and answer.
  const skew = (sentAt + answeredAt) / 2 - (server + SECOND / 2);
  const found = `this machine and the API differ by ${countText(Math.abs(Math.round(skew / SECOND)))} s`;
  if (Math.abs(skew) <= CLOCK_SKEW_WARN) return { check, state: 'ok', detail: found };
  return { check, state: 'warning', detail: `${found}; run a time service on both` };
}

async function wayFindings(client: ApiClient): Promise<Finding[]> {
  const sentAt = client.clock.now();
  const reply = await client.reply({ path: '/healthz' });
  const answeredAt = client.clock.now();
  documentOf(Alive, jsonOf(reply, client.base), client.base);
  const { openRoadTo } = client;
  const detail = `${client.base} answers in ${countText(answeredAt - sentAt)} ms`;
  const { date }: IncomingHttpHeaders = reply.headers;
  const clock = clockFinding(date, sentAt, answeredAt);
  if (openRoadTo === undefined) return [{ check: 'api', state: 'ok', detail }, clock];
  const warning = `${detail}, without TLS: key and numbers can be read on the way; use https://`;
  return [{ check: 'api', state: 'warning', detail: warning }, clock];
}

async function keyFinding(client: ApiClient): Promise<Finding> {
  const { name, role } = await client.document(Session, { path: apiPath('session') });
  return { check: 'key', state: 'ok', detail: `"${name}" with the role ${role}: ${MAY[role] ?? ''}` };
}

async function serverFindings(client: ApiClient): Promise<Finding[]> {
  const reply = await client.reply({ path: '/readyz', alsoTaken: [503] });
  const { checks } = documentOf(Readiness, jsonOf(reply, client.base), client.base);
  return checks.map(({ check, ok, detail }) => ({
    check: `server ${check}`,
    state: ok ? 'ok' : 'failed',
    detail,
  }));
}

/** The way to the API, the key, the clocks, and what the API says of itself. Never throws. */
export async function diagnoseApi(client: ApiClient): Promise<Finding[]> {
  const settings: Finding = {
    check: 'settings',
    state: 'ok',
    detail: `commands go through RINGMASTER_URL (${client.base}); nothing else is needed here`,
  };
  const way = await guarded('api', () => wayFindings(client));
  // Where nobody answers, there is nothing more to find out.
  if (way.some(({ state }) => state === 'failed')) return [settings, ...way];
  const key = await guarded('key', async () => [await keyFinding(client)]);
  const server = await guarded('server', () => serverFindings(client));
  return [settings, ...way, ...key, ...server];
}
