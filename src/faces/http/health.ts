import type { z } from 'zod';
import { PROVIDER_AWAY_MAX, PROVIDER_EVIDENCE_MAX, READY_WAIT_MAX } from '../../core/limits.ts';
import type { Instant } from '../../core/time.ts';
import type { ProviderState } from '../../ports/provider-state.ts';
import { timeText } from '../documents.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { Alive, Readiness } from './schema/health.ts';

type Check = z.infer<typeof Readiness>['checks'][number];

async function withinTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}

/** What requests to the provider met last. Nothing met of late is no reason to call it away. */
function providerCheck({ awaySince, failedAt, code, answeredAt }: ProviderState, now: Instant): Check {
  const check = 'provider';
  const isFresh = failedAt !== undefined && now - failedAt <= PROVIDER_EVIDENCE_MAX;
  if (awaySince !== undefined && isFresh && now - awaySince > PROVIDER_AWAY_MAX) {
    return { check, ok: false, detail: `no answer since ${timeText(awaySince)} (${code ?? 'unknown'})` };
  }
  const last = answeredAt === undefined ? 'nothing was asked yet' : `last answer ${timeText(answeredAt)}`;
  return { check, ok: true, detail: last };
}

async function checksOf(app: HttpServer, deps: HttpDeps): Promise<Check[]> {
  const { draining } = app.life;
  const own = { check: 'process', ok: !draining, detail: draining ? 'is being stopped' : 'takes requests' };
  const redis = await withinTime(deps.pingRedis(), READY_WAIT_MAX);
  const store = { check: 'redis', ok: redis, detail: redis ? 'answers' : 'does not answer' };
  // The state of the provider lies in Redis: without it there is nothing to say.
  if (!redis) return [own, store];
  return [own, store, providerCheck(await deps.provider.state(), deps.clock.now())];
}

/** `/healthz`: this process lives. `/readyz`: requests sent here can be answered, and calls can be placed. */
export function healthRoutes(app: HttpServer, deps: HttpDeps): void {
  const open = { access: 'open', rate: 'none' } as const;
  app.route({
    method: 'GET',
    url: '/healthz',
    exposeHeadRoute: true,
    config: open,
    schema: { tags: ['health'], summary: 'Whether this process lives', response: { 200: Alive } },
    handler: async () => ({ ok: true as const }),
  });
  app.route({
    method: 'GET',
    url: '/readyz',
    exposeHeadRoute: true,
    config: open,
    schema: {
      tags: ['health'],
      summary:
        'Whether requests can be answered: Redis is there, the provider not away for long, no stop under way',
      response: { 200: Readiness, 503: Readiness },
    },
    handler: async (_request, reply) => {
      const checks = await checksOf(app, deps);
      const ready = checks.every(({ ok }) => ok);
      return reply.code(ready ? 200 : 503).send({ ready, checks });
    },
  });
}
