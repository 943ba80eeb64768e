/** The played provider without its wire: takes a received request, gives what happens to its connection. */
import type { Clock } from '../../ports/clock.ts';
import type { ActionContext, Effects } from './callout-actions.ts';
import { colourReply, effectsOf } from './colour-reply.ts';
import { advance } from './engine.ts';
import { createFaultPlan, type Fault, type PlayedFault, type Strike } from './faults.ts';
import { admitAgain, type Credentials, createGateway, type ReceivedRequest } from './gateway.ts';
import { Refusal } from './refusal.ts';
import { createRequestTally, type RequestCounts } from './request-counts.ts';
import { createRng } from './rng.ts';
import type { Scenario } from './scenario.ts';
import { createWorld, type Snapshot, schedule, type World } from './world.ts';

/** What the client gets: an answer (perhaps late), silence, or a lost connection. */
export type Outcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly html: boolean;
      readonly text: string;
      readonly delayMs: number;
    }
  | { readonly kind: 'silence' }
  | { readonly kind: 'drop' };

export interface Provider {
  readonly world: World;
  /** Carries one API request out, or not, as the faults of the moment say. Never throws. */
  receive(request: ReceivedRequest): Outcome;
  /** Plays the world up to now. */
  catchUp(): void;
  setFaults(faults: readonly Fault[]): void;
  faults(): PlayedFault[];
  requests(): RequestCounts;
}

export interface ProviderOptions {
  readonly seed: string;
  readonly scenario: Scenario;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly snapshot: Snapshot | undefined;
}

const NO_EFFECTS: Effects = effectsOf('', []);
const BAD_GATEWAY_PAGE =
  '<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n';

export function createProvider(options: ProviderOptions): Provider {
  const { scenario, clock } = options;
  const world = createWorld(options.seed, scenario, options.snapshot);
  const tally = createRequestTally();
  const { requestsPerSecond, sdkAppIds } = scenario;
  const gateway = createGateway({ credentials: options.credentials, requestsPerSecond, sdkAppIds });
  let plan = createFaultPlan(world.seed, scenario.faults);
  let requestsTotal = 0;

  const land = (action: string, body: unknown) => {
    try {
      admitAgain(action, body, sdkAppIds)({ world, effects: NO_EFFECTS });
    } catch (error) {
      // Nobody waits for the answer of a request that landed late; a refusal of it reaches no one.
      if (!(error instanceof Refusal)) throw error;
    }
  };
  const catchUp = () => advance(world, clock.now(), land);

  const perform = (request: ReceivedRequest, action: string, strike: Strike): Reply => {
    const context: ActionContext = { world, effects: effectsOf(action, strike.colours) };
    return answerOf(() => {
      const reply = gateway(request, clock.now()).run(context);
      // What is due at once, such as a task whose NotBefore has passed, is not left for the next request.
      catchUp();
      return colourReply(reply, strike.colours);
    });
  };

  const holdBack = (request: ReceivedRequest, action: string, delayMs: number): void => {
    answerOf(() => {
      const { body } = gateway(request, clock.now());
      schedule(world, {
        at: world.now + delayMs,
        kind: 'request_lands',
        subject: 0,
        request: { action, body },
      });
      return {};
    });
  };

  return {
    world,
    catchUp,
    receive(request) {
      catchUp();
      requestsTotal += 1;
      const requestId = createRng(world.seed, 'request', requestsTotal, clock.now()).uuid();
      const action = request.header('x-tc-action') ?? 'none';
      const strike = plan.strike(action);
      const fault = strike.ending;
      if (fault !== undefined && fault.kind !== 'refuse') {
        tally.count(action, `fault:${fault.kind}`);
        if (fault.kind === 'land_late') holdBack(request, action, fault.delayMs);
        else if (fault.commit) perform(request, action, strike);
        if (fault.kind === 'stall') return { kind: 'silence' };
        if (fault.kind !== 'bad_gateway') return { kind: 'drop' };
        return { kind: 'answer', status: fault.status, html: true, text: BAD_GATEWAY_PAGE, delayMs: 0 };
      }
      const reply =
        fault === undefined
          ? perform(request, action, strike)
          : refused(fault.code, fault.message ?? 'Refused on purpose.');
      tally.count(action, reply.code);
      const text = JSON.stringify({ Response: { ...reply.fields, RequestId: requestId } });
      return { kind: 'answer', status: 200, html: false, text, delayMs: slownessOf(strike) };
    },
    setFaults(faults) {
      plan = createFaultPlan(world.seed, faults);
    },
    faults: () => plan.list(),
    requests: () => tally.list(),
  };
}

interface Reply {
  /** `OK` or the error code. */
  readonly code: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function answerOf(run: () => Readonly<Record<string, unknown>>): Reply {
  try {
    return { code: 'OK', fields: run() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(error.code, error.message);
  }
}

function refused(code: string, message: string): Reply {
  return { code, fields: { Error: { Code: code, Message: message } } };
}

function slownessOf(strike: Strike): number {
  let delayMs = 0;
  for (const fault of strike.colours) if (fault.kind === 'slow') delayMs += fault.delayMs;
  return delayMs;
}
