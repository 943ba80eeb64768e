import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator } from '../../../src/adapters/simulator/simulator.ts';
import { ManualClock } from '../../support/clock.ts';
import { CREDENTIALS, callApi } from '../../support/simulator.ts';
import { numbers, startRig } from './support.ts';

const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
afterAll(() => rm(folder, { recursive: true }));

const SCENARIO = { channelsPerCaller: 3 };
const HALF_HOUR = 1_800_000;

describe('a restart of the simulator', () => {
  it('with a state file changes nothing of what is played', async () => {
    const play = async (restarts: number, stateFile: string) => {
      const clock = new ManualClock();
      let rig = await startRig({ clock, stateFile, seed: 'kept', scenario: SCENARIO });
      await rig.create({ Callees: numbers(60), Tries: 2 });
      await rig.create({ Name: 'later', NotBefore: rig.seconds() + 600, Callees: numbers(20, 500) });
      for (let restart = 0; restart < restarts; restart += 1) {
        clock.advance(HALF_HOUR / restarts / 7);
        await rig.simulator.close();
        // Another seed would show: the kept one goes before it.
        rig = await startRig({ clock, stateFile, seed: 'another', scenario: SCENARIO });
      }
      clock.advance(24 * HALF_HOUR);
      return [rig.simulator.ledger(), await rig.calleeStates(1_001), await rig.taskState(1_002)];
    };
    const through = await play(0, join(folder, 'through.json'));
    expect(through[0]).not.toHaveLength(0);
    expect(await play(9, join(folder, 'restarted.json'))).toEqual(through);
  });

  it('in process goes on from a snapshot, as often as one likes', async () => {
    const rig = await startRig({ scenario: SCENARIO });
    await rig.create({ Callees: numbers(30) });
    rig.clock.advance(60_000);
    const snapshot = rig.simulator.snapshot();
    const goOn = async () => {
      const next = await startRig({ clock: new ManualClock(rig.clock.now()), snapshot, scenario: SCENARIO });
      next.clock.advance(HALF_HOUR);
      return next.simulator.ledger();
    };
    const first = await goOn();
    expect(first).toHaveLength(30);
    expect(await goOn()).toEqual(first);
    rig.clock.advance(HALF_HOUR);
    expect(rig.simulator.ledger()).toEqual(first);
  });

  it('keeps a request that is still to land', async () => {
    const rig = await startRig();
    rig.simulator.setFaults([
      { action: 'CreateAutoCalloutTask', calls: [1], kind: 'land_late', delayMs: 5_000 },
    ]);
    await expect(rig.create()).rejects.toThrow();
    const next = await startRig({ clock: rig.clock, snapshot: rig.simulator.snapshot() });
    rig.clock.advance(5_000);
    expect(next.simulator.summary().dials).toBe(1);
  });

  it('saves while it runs, without being asked to stop', async () => {
    const stateFile = join(folder, 'state.json');
    const rig = await startRig({ stateFile });
    await rig.create();
    const saved = async () => JSON.parse(await readFile(stateFile, 'utf8').catch(() => '{"tasks":[]}'));
    await expect.poll(async () => (await saved()).tasks.length, { timeout: 10_000 }).toBe(1);
  });

  it('keeps the faults that were set before it listened', async () => {
    const stateFile = join(folder, 'faults.json');
    const first = await startRig({ stateFile });
    await first.simulator.close();
    const next = createSimulator({ credentials: CREDENTIALS, stateFile });
    onTestFinished(() => next.close());
    next.setFaults([{ probability: 1, kind: 'drop' }]);
    const { url } = await next.listen();
    await expect(callApi(url, 'StopAutoCalloutTask', { SdkAppId: 1, TaskId: 1 })).rejects.toThrow();
  });

  it('refuses a file that is no state of it, and leaves it as it is', async () => {
    const stateFile = join(folder, 'other.json');
    await writeFile(stateFile, '{"version":7}');
    const simulator = createSimulator({ credentials: CREDENTIALS, stateFile });
    await expect(simulator.listen()).rejects.toThrow(/holds no state of the simulator/);
    await simulator.close();
    expect(await readFile(stateFile, 'utf8')).toBe('{"version":7}');
  });
});
