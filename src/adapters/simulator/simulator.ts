/**
 * The provider simulator: a real HTTP server that speaks the provider's API, plays calls and faults from a
 * seed, and keeps a ledger of what it dialled. See README.md of this folder.
 */
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../ports/clock.ts';
import { type FaultInput, faultList, type PlayedFault } from './faults.ts';
import type { Credentials } from './gateway.ts';
import { type LedgerEntry, type LedgerSummary, ledgerEntries, summarise } from './ledger.ts';
import { createProvider, type Provider } from './provider.ts';
import type { RequestCounts } from './request-counts.ts';
import { parseScenario, type ScenarioInput } from './scenario.ts';
import { createSimulatorServer } from './server.ts';
import { createStateKeeper, loadState, type StateKeeper } from './state-file.ts';
import { type Snapshot, snapshotSchema, viewSnapshot } from './world.ts';

export interface SimulatorOptions {
  readonly credentials: Credentials;
  /** The same seed and the same requests give the same calls. */
  readonly seed?: string | number;
  readonly scenario?: ScenarioInput;
  /** Goes before the scenario's. */
  readonly speed?: number;
  /** The system's, when left out. */
  readonly clock?: Clock;
  /** Goes on from here. A state file that exists goes before it. */
  readonly snapshot?: Snapshot;
  /** Read when it starts to listen, written while it runs and when it closes. */
  readonly stateFile?: string;
}

export interface Simulator {
  /** Starts; port 0 or none takes a free one. Rejects when the port is taken or the state file is no state. */
  listen(port?: number, host?: string): Promise<{ readonly url: string }>;
  /** Stops, cuts what is still open, and saves. */
  close(): Promise<void>;
  /** Every dial, and what was declined, in order. */
  ledger(): LedgerEntry[];
  summary(): LedgerSummary;
  requests(): RequestCounts;
  /** Replaces all faults; ordinals are counted from 1 again. Throws a ZodError for what is no fault. */
  setFaults(faults: readonly FaultInput[]): void;
  /** The present faults with how often each struck. */
  faults(): PlayedFault[];
  /** The world as plain data, to go on from with another simulator. Faults and request counts are not in it. */
  snapshot(): Snapshot;
}

const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

/** Makes a simulator that does not listen yet. Throws a ZodError for a scenario that does not parse. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const clock = options.clock ?? SYSTEM_CLOCK;
  const parsed = parseScenario(options.scenario ?? {});
  const scenario = options.speed === undefined ? parsed : { ...parsed, speed: options.speed };
  const { credentials, stateFile } = options;
  const begin = (snapshot: Snapshot | undefined): Provider =>
    createProvider({ seed: String(options.seed ?? 1), scenario, credentials, clock, snapshot });

  // Parsing also copies: a snapshot can be gone on from more than once.
  let provider = begin(options.snapshot && snapshotSchema.parse(options.snapshot));
  const closing = new AbortController();
  const take = () => {
    provider.catchUp();
    return viewSnapshot(provider.world);
  };
  // Made only once the file was read: what could not be read must not be written over.
  let keeper: StateKeeper | undefined;
  const server = createSimulatorServer({
    provider: () => provider,
    clock,
    onChange: () => keeper?.changed(),
    closing: closing.signal,
  });

  let closed: Promise<void> | undefined;
  const shutDown = async () => {
    closing.abort(new Error('the simulator closes'));
    if (server.listening) {
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.close();
      server.closeAllConnections();
      await ended;
    }
    await keeper?.close();
  };

  return {
    async listen(port = 0, host = '127.0.0.1') {
      if (stateFile !== undefined) {
        const kept = await loadState(stateFile);
        if (kept !== undefined) {
          const faults = provider.faults();
          provider = begin(kept);
          provider.setFaults(faults);
        }
        keeper = createStateKeeper(stateFile, () => JSON.stringify(take()));
      }
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
      return { url: urlOf(server.address(), host) };
    },
    // Once only: a second close must not write the state of a world that another simulator has gone on from.
    close: () => {
      closed ??= shutDown();
      return closed;
    },
    ledger() {
      provider.catchUp();
      return [...ledgerEntries(provider.world)];
    },
    summary() {
      provider.catchUp();
      return summarise(ledgerEntries(provider.world));
    },
    requests: () => provider.requests(),
    setFaults: (faults) => provider.setFaults(faultList.parse(faults)),
    faults: () => provider.faults(),
    snapshot: () => structuredClone(take()),
  };
}

function urlOf(address: AddressInfo | string | null, host: string): string {
  assert(address !== null && typeof address === 'object', 'a listening server has an address');
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}
