import { createRequire } from 'node:module';
import { CLOCK_SKEW_WARN, EXPIRY_MARGIN, NUMBERS_NAMED_MAX } from '../../../core/limits.ts';
import { masked } from '../../../core/masked.ts';
import type { Instant } from '../../../core/time.ts';
import type { OwnNumber, Package } from '../../../ports/contact-center.ts';
import type { TelephonyFailure } from '../../../ports/telephony.ts';
import type { CliDeps, RedisFacts } from '../deps.ts';
import { type Finding, guarded, messageOf } from '../finding.ts';
import { countText } from '../output.ts';

/** Versions of the packages that carry the queues, from what is really installed. */
function packagesFinding(): Finding {
  const load = createRequire(import.meta.url);
  try {
    const versions = ['bullmq', 'ioredis'].map((name) => {
      const manifest: { version?: unknown } = load(`${name}/package.json`);
      return `${name} ${String(manifest.version)}`;
    });
    return { check: 'packages', state: 'ok', detail: versions.join(', ') };
  } catch (error) {
    return { check: 'packages', state: 'failed', detail: `${messageOf(error)}; run "npm ci"` };
  }
}

function redisFinding(facts: RedisFacts): Finding {
  const found = `${facts.version}, ${facts.latencyMs.toFixed(1)} ms, maxmemory-policy ${facts.maxmemoryPolicy}`;
  if (facts.maxmemoryPolicy === 'noeviction') return { check: 'redis', state: 'ok', detail: found };
  const remedy = 'set it to noeviction: anything else may throw away callees';
  return { check: 'redis', state: 'failed', detail: `${found}; ${remedy}` };
}

function clockFinding(facts: RedisFacts): Finding {
  const skew = facts.localAt - facts.serverAt;
  const far = Math.abs(skew) > CLOCK_SKEW_WARN;
  const found = `this machine and Redis differ by ${countText(Math.abs(Math.round(skew)))} ms`;
  const detail = far ? `${found}; run a time service on both` : found;
  return { check: 'clock', state: far ? 'warning' : 'ok', detail };
}

async function queuesFinding(deps: CliDeps): Promise<Finding> {
  const depths = Object.entries(await deps.queue.queueDepths());
  const texts = depths.map(
    ([name, depth]) => `${name} ${depth.waiting} waiting, ${depth.delayed} for later, ${depth.failed} failed`,
  );
  const failed = depths.some(([, depth]) => depth.failed > 0);
  const remedy = failed ? '; failed jobs lose no work, their reasons are in the dashboard' : '';
  return { check: 'queues', state: failed ? 'warning' : 'ok', detail: texts.join('; ') + remedy };
}

/** One signed read: it proves address, credentials and application, and that our clock is near the provider's. */
async function providerFinding(deps: CliDeps): Promise<Finding> {
  const check = 'provider';
  if (deps.telephony === undefined) {
    const detail = 'no credentials; set TCCC_SECRET_ID, TCCC_SECRET_KEY and TCCC_SDK_APP_ID to place calls';
    return { check, state: 'missing', detail };
  }
  const reply = await deps.telephony.listTasks(0);
  if (reply.ok) {
    const tasks = countText(reply.value.tasksTotal);
    return { check, state: 'ok', detail: `credentials accepted, ${tasks} tasks in the application` };
  }
  const { code, message, requestId } = reply.failure;
  const request = requestId === undefined ? '' : ` (request ${requestId})`;
  return { check, state: 'failed', detail: `${code}: ${message}${request}` };
}

/** The numbers of the application and the packages of the account; nothing where nobody can be asked. */
async function accountFindings({ contactCenter, clock }: CliDeps): Promise<Finding[]> {
  if (contactCenter === undefined) return [];
  const [numbers, purchases] = await Promise.all([contactCenter.numbers(), contactCenter.purchases()]);
  return [
    numbers.ok ? numbersFinding(numbers.value) : unread('numbers', numbers.failure),
    purchases.ok
      ? callPackagesFinding(purchases.value.packages, clock.now())
      : unread('call packages', purchases.failure),
  ];
}

function unread(check: string, { code, message }: TelephonyFailure): Finding {
  return { check, state: 'warning', detail: `cannot be read: ${code}: ${message}` };
}

function numbersFinding(numbers: readonly OwnNumber[]): Finding {
  const check = 'numbers';
  if (numbers.length === 0) {
    const detail = 'the application has none; no campaign can call';
    return { check, state: 'warning', detail };
  }
  const supplied = numbers.filter(({ supply }) => supply !== 'own').length;
  const found = `${countText(numbers.length)}, of them ${countText(supplied)} supplied by the provider`;
  const unfit = numbers.filter(({ state }) => state !== 'normal');
  if (unfit.length === 0) return { check, state: 'ok', detail: found };
  const listed = unfit
    .slice(0, NUMBERS_NAMED_MAX)
    .map(
      ({ number, state, stateCode }) =>
        `${masked(number)} ${state === 'unknown' ? `state ${stateCode}` : state}`,
    );
  const more = unfit.length > NUMBERS_NAMED_MAX ? ` and ${unfit.length - NUMBERS_NAMED_MAX} more` : '';
  return { check, state: 'warning', detail: `${found}; not usable: ${listed.join(', ')}${more}` };
}

function callPackagesFinding(packages: readonly Package[], now: Instant): Finding {
  const check = 'call packages';
  if (packages.length === 0) return { check, state: 'ok', detail: 'none' };
  const texts = packages.map(({ id, kind, remaining, capacity, endsAt }) => {
    const ends =
      endsAt === undefined ? '' : `, ${endsAt <= now ? 'ended' : 'ends'} ${new Date(endsAt).toISOString()}`;
    return `${id} (${kind}): ${countText(remaining)} of ${countText(capacity)} left${ends}`;
  });
  const spent = packages.some(
    ({ remaining, endsAt }) => remaining <= 0 || (endsAt !== undefined && endsAt - now <= EXPIRY_MARGIN),
  );
  return { check, state: spent ? 'warning' : 'ok', detail: texts.join('; ') };
}

/** Packages, Redis, queues, provider and account, in the order in which they should be mended. Never throws. */
export async function diagnoseInstallation(deps: CliDeps): Promise<Finding[]> {
  const redis = await guarded('redis', async () => {
    const facts = await deps.redisFacts();
    return [redisFinding(facts), clockFinding(facts)];
  });
  const queues = await guarded('queues', async () => [await queuesFinding(deps)]);
  const provider = await guarded('provider', async () => [await providerFinding(deps)]);
  const account = await guarded('numbers', () => accountFindings(deps));
  const settings: Finding = { check: 'settings', state: 'ok', detail: 'all parse' };
  return [packagesFinding(), settings, ...redis, ...queues, ...provider, ...account];
}
