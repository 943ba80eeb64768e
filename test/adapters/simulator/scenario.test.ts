import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../src/adapters/simulator/command-line.ts';
import {
  compileStyles,
  drawEndStatus,
  parseScenario,
  scenarioSchema,
} from '../../../src/adapters/simulator/scenario.ts';
import { END_STATUS_WORDS } from '../../../src/adapters/tencent/schema/end-status.ts';
import { numbers, startRig } from './support.ts';

const SAMPLE = 'samples/scenario.json';

describe('scenarios', () => {
  it('have a default for everything', () => {
    expect(parseScenario({})).toMatchObject({
      speed: 1,
      requestsPerSecond: 20,
      faults: [],
      numberEcho: 'as_sent',
    });
  });

  it.each([
    ['an unknown field', { spede: 2 }, /spede/],
    ['an unknown end status', { outcomes: { gone: 1 } }, /outcomes/],
    ['outcomes that weigh nothing', { outcomes: { ok: 0 } }, /needs a weight above 0/],
    ['a range of seconds turned round', { ringSeconds: [5, 2] }, /ringSeconds/],
    ['a prefix with a plus', { ranges: [{ prefix: '+86' }] }, /prefix/],
    ['a fault without a when', { faults: [{ kind: 'drop' }] }, /exactly one of/],
  ])('with %s are refused with the place', (_what, scenario, message) => {
    expect(() => parseScenario(scenario)).toThrow(message);
  });

  it('play the longest prefix, over what the scenario says for all', () => {
    const styleOf = compileStyles(
      parseScenario({
        outcomes: { ok: 1 },
        talkSeconds: [7, 7],
        ranges: [
          { prefix: '86138', outcomes: { busy: 1 } },
          { prefix: '8613800000001', byAttempt: ['powerOff', '999'], talkSeconds: [1, 1] },
        ],
      }),
    );
    const ends = (number: string) => [1, 2, 3].map((ordinal) => drawEndStatus(styleOf(number), ordinal, 0.5));
    expect(ends('8613900000001')).toEqual([1, 1, 1]);
    expect(ends('8613800000002')).toEqual([206, 206, 206]);
    expect(ends('8613800000001')).toEqual([204, 999, 999]);
    expect(styleOf('8613800000002').talkSeconds).toEqual([7, 7]);
    expect(styleOf('8613800000001').talkSeconds).toEqual([1, 1]);
  });

  it('as sampled play as they say', async () => {
    const scenario = parseScenario(JSON.parse(await readFile(SAMPLE, 'utf8')));
    const rig = await startRig({ seed: 'sample', scenario: { ...scenario, faults: [] } });
    const answeredOf = async (name: string, Callees: string[]) => {
      const id = await rig.create({ Name: name, Callees });
      rig.clock.advance(3_600_000);
      return (await rig.calleeStates(id)).filter((state) => state === 1).length / Callees.length;
    };
    expect(await answeredOf('plain', numbers(1_000))).toBeCloseTo(0.55, 1);
    expect(await answeredOf('sleepy', numbers(1_000, 100_000))).toBeCloseTo(0.2, 1);
    expect(await answeredOf('dead', numbers(100, 300_000))).toBe(0);
    expect(await answeredOf('busy', numbers(100, 200_000))).toBe(0);
    expect(await answeredOf('busy again', numbers(100, 200_000))).toBe(1);
  });

  it('are documented field by field, and so is every fault', async () => {
    const readme = await readFile('src/adapters/simulator/README.md', 'utf8');
    const shape = scenarioSchema.shape;
    const groups = ['records', 'list', 'rules'] as const;
    const plain = Object.keys(shape).filter((field) => !groups.some((group) => group === field));
    const nested = groups.flatMap((field) =>
      Object.keys(shape[field].unwrap().shape).map((inner) => `${field}.${inner}`),
    );
    const rangeFields = Object.keys(shape.ranges.unwrap().element.shape);
    const faults = shape.faults.unwrap().element.options;
    const faultFields = faults.flatMap((fault) => Object.keys(fault.shape));
    const kinds = faults.map((fault) => fault.shape.kind.value);
    for (const word of [...plain, ...nested, ...rangeFields, ...faultFields, ...kinds]) {
      expect(readme, word).toContain(`\`${word}\``);
    }
    for (const word of Object.values(END_STATUS_WORDS)) expect(readme, word).toContain(word);
  });
});

describe('the command line of the simulator', () => {
  const read = (...args: string[]) => readCommandLine(['node', 'simulator', ...args]);

  it('takes every option', async () => {
    const line = await read(
      ...['--port', '0', '--host', '::1', '--seed', 'x', '--speed', '60', '--state', 'state.json'],
      ...['--scenario', SAMPLE, '--secret-id', 'id', '--secret-key', 'key'],
    );
    expect(line).toMatchObject({
      port: 0,
      host: '::1',
      madeUp: undefined,
      options: {
        credentials: { secretId: 'id', secretKey: 'key' },
        seed: 'x',
        speed: 60,
        stateFile: 'state.json',
        scenario: { channelsPerCaller: 30 },
      },
    });
  });

  it('makes up a secret, a new one each time, when none is given', async () => {
    const [first, second] = [await read(), await read()];
    expect(first).toMatchObject({ port: 9_700, host: '127.0.0.1' });
    expect(first.madeUp).toBe(`simulator:${first.options.credentials.secretKey}`);
    expect(first.madeUp).not.toBe(second.madeUp);
  });

  it('refuses ports, speeds and scenario files that are none', async () => {
    await expect(read('--port', 'x')).rejects.toThrow(/port/);
    await expect(read('--speed', '0')).rejects.toThrow(/speed/);
    await expect(read('--scenario', 'package.json')).rejects.toThrow(/package.json is no scenario/);
  });
});
