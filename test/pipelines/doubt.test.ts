import { afterEach, describe, expect, inject, it } from 'vitest';
import { LIST_PAGES_IN_VAIN_MAX } from '../../src/core/limits.ts';
import { SECOND } from '../../src/core/time.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { scanTasks } from '../../src/pipelines/task-list.ts';
import type { TaskPage, Telephony } from '../../src/ports/telephony.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  requestsOf,
  runUntil,
  startCampaign,
  startProcess,
  WORLD_BOUNDS,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const LIST = 'DescribeAutoCalloutTasks';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

describe('the look-up of submissions in doubt', () => {
  it.each([
    ['newest_first', 100],
    ['oldest_first', 100],
    ['newest_first', 2],
    ['oldest_first', 3],
  ] as const)(
    'finds the task by its name whatever the order (%s) and the page cap (%i) of the list',
    async (order, pageSizeMax) => {
      world = await createWorld(inject('redisUrl'), {
        scenario: {
          list: { order, pageSizeMax },
          faults: [{ kind: 'drop', commit: true, action: 'CreateAutoCalloutTask', probability: 1 }],
        },
      });
      const process = startProcess(world);
      await startCampaign(world, ID, 14, {
        ...WORLD_SETTINGS,
        pacing: { calleesInFlightMax: 14, batchCalleesMax: 2 },
      });
      const here = world;
      await runUntil(here, process, () => isOver(here, ID));
      process.stop();
      const names = world.simulator.snapshot().tasks.map((task) => task.name);
      expect(new Set(names).size).toBe(names.length);
      expect(names.every((name) => name.endsWith('.1'))).toBe(true);
      await expectHonest(world, ID);
    },
  );

  it('spends one reading of the list on all submissions of a campaign that are in doubt', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'drop', commit: true, action: 'CreateAutoCalloutTask', probability: 1 }] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 12, {
      ...WORLD_SETTINGS,
      pacing: { calleesInFlightMax: 12, batchCalleesMax: 2 },
    });
    await dispatchCampaign(process.deps, ID);
    expect(requestsOf(world, LIST)).toBe(0);
    await dispatchCampaign(process.deps, ID);
    process.stop();
    expect(requestsOf(world, LIST)).toBe(1);
    expect((await world.store.openBatches(ID)).map((batch) => batch.state)).toEqual(
      Array.from({ length: 6 }, () => 'active'),
    );
  });

  it('takes no proof from a list that cannot be read: it waits until two clean readings lie a quiet period apart', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'drop', action: 'CreateAutoCalloutTask', calls: [1] }] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 3);
    await dispatchCampaign(process.deps, ID);
    world.simulator.setFaults([{ kind: 'refuse', code: 'InternalError', action: LIST, probability: 1 }]);
    const here = world;
    const until = here.clock.now() + 5 * WORLD_BOUNDS.quietPeriod;
    await runUntil(here, process, async () => here.clock.now() >= until, { sweepEvery: 20 * SECOND });
    expect(await world.store.batch(ID, 1)).toMatchObject({ state: 'uncertain', absentAt: 0 });
    world.simulator.setFaults([]);
    const readable = world.clock.now();
    await runUntil(here, process, async () => requestsOf(here, 'CreateAutoCalloutTask') === 2);
    expect(world.clock.now() - readable).toBeGreaterThanOrEqual(WORLD_BOUNDS.quietPeriod);
    await runUntil(here, process, () => isOver(here, ID));
    process.stop();
    await expectHonest(world, ID);
  });
});

describe('a second look-up', () => {
  it('that cannot read the whole list proves nothing, although the first one was clean', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'drop', action: 'CreateAutoCalloutTask', calls: [1] }] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 3);
    await dispatchCampaign(process.deps, ID);
    await dispatchCampaign(process.deps, ID);
    expect((await world.store.batch(ID, 1))?.absentAt).toBe(world.clock.now());
    world.simulator.setFaults([{ kind: 'refuse', code: 'InternalError', action: LIST, probability: 1 }]);
    const here = world;
    const until = here.clock.now() + 4 * WORLD_BOUNDS.quietPeriod;
    await runUntil(here, process, async () => here.clock.now() >= until, { sweepEvery: 20 * SECOND });
    expect(await world.store.batch(ID, 1)).toMatchObject({ state: 'uncertain', submissions: 1 });
    expect(requestsOf(world, 'CreateAutoCalloutTask')).toBe(1);
    process.stop();
  });
});

/** A list that answers each page as told. */
function listing(
  page: (index: number) => TaskPage | 'fails',
): Pick<Telephony, 'listTasks'> & { asked: number } {
  const list = {
    asked: 0,
    async listTasks(index: number) {
      list.asked += 1;
      const value = page(index);
      if (value !== 'fails') return { ok: true as const, value };
      return { ok: false as const, failure: { kind: 'doubt' as const, code: 'network', message: 'lost' } };
    },
  };
  return list;
}

function tasks(...ids: number[]): TaskPage['tasks'] {
  return ids.map((taskId) => ({
    taskId,
    name: `task ${taskId}`,
    state: 'running',
    stateCode: 1,
    calleesTotal: 1,
  }));
}

async function scan(page: (index: number) => TaskPage | 'fails') {
  const list = listing(page);
  const result = await scanTasks(list, { forDoubt: true });
  return { clean: result.clean, ids: result.tasks.map((task) => task.taskId), asked: list.asked };
}

describe('scanTasks', () => {
  it('is clean once it has seen as many tasks as there are, however small the pages', async () => {
    const pages = [tasks(5, 4), tasks(3, 2), tasks(1)];
    const page = (index: number) => ({ tasksTotal: 5, tasks: pages[index] ?? [] });
    expect(await scan(page)).toEqual({ clean: true, ids: [5, 4, 3, 2, 1], asked: 3 });
  });

  it('is clean for an empty list, with one request', async () => {
    expect(await scan(() => ({ tasksTotal: 0, tasks: [] }))).toEqual({ clean: true, ids: [], asked: 1 });
  });

  it.each<[string, (index: number) => TaskPage | 'fails', number[]]>([
    [
      'a page cannot be read',
      (index) => (index === 1 ? 'fails' : { tasksTotal: 4, tasks: tasks(1, 2) }),
      [1, 2],
    ],
    [
      'a task was added under the reading',
      (index) => ({ tasksTotal: 4 + index, tasks: index === 0 ? tasks(4, 3) : tasks(3, 2) }),
      [4, 3, 2],
    ],
    [
      'a page is empty before the total is reached',
      (index) => ({ tasksTotal: 4, tasks: index === 0 ? tasks(4, 3) : [] }),
      [4, 3],
    ],
    ['the total is there but the tasks are not', () => ({ tasksTotal: 4, tasks: [] }), []],
  ])('is not clean where %s, and still gives what it saw', async (_name, page, ids) => {
    expect(await scan(page)).toMatchObject({ clean: false, ids });
  });

  it('gives up, unclean, on a list that shows the same page for ever', async () => {
    const result = await scan(() => ({ tasksTotal: 10, tasks: tasks(1, 2) }));
    expect(result).toEqual({ clean: false, ids: [1, 2], asked: 1 + LIST_PAGES_IN_VAIN_MAX });
  });
});
