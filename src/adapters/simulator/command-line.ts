import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { ACTIONS } from './actions.ts';
import { parseScenario, scenarioSchema } from './scenario.ts';
import type { SimulatorOptions } from './simulator.ts';

const values = z.object({
  port: z.coerce.number().int().min(0).max(65_535),
  host: z.string().min(1),
  seed: z.string(),
  scenario: z.string().optional(),
  state: z.string().optional(),
  speed: z.coerce.number().positive().optional(),
  secretId: z.string().min(1).default('simulator'),
  secretKey: z.string().min(1).optional(),
});

export interface CommandLine {
  readonly options: SimulatorOptions;
  readonly port: number;
  readonly host: string;
  /** Credentials that were made up because none were given, as `id:key`: whoever starts it must see them. */
  readonly madeUp: string | undefined;
}

/**
 * Reads the arguments of the simulator worker (all of `process.argv`), and the scenario file they name. Ends
 * the process on `--help` and on unknown options, as commander does; rejects for values and files that do not parse.
 */
export async function readCommandLine(argv: readonly string[]): Promise<CommandLine> {
  const command = new Command('simulator')
    .description('Plays Tencent Cloud Contact Center: its API, calls and faults, all from a seed')
    .option('--port <number>', 'port to listen on; 0 takes a free one', '9700')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--seed <text>', 'what all chance comes from', '1')
    .option('--scenario <file>', 'how calls go and which faults strike (JSON)')
    .option('--state <file>', 'where tasks and calls are kept over a restart')
    .option('--speed <factor>', 'how many times faster than real calls go')
    .addOption(new Option('--secret-id <id>', 'whom to accept').env('TCCC_SECRET_ID'))
    .addOption(new Option('--secret-key <key>', 'made up and printed when left out').env('TCCC_SECRET_KEY'))
    .addHelpText('after', helpText());
  const parsed = values.safeParse(command.parse(argv).opts());
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `--${issue.path.map(String).join('.')}: ${issue.message}`,
    );
    throw new Error(problems.join('\n'));
  }
  const given = parsed.data;
  const secretKey = given.secretKey ?? randomBytes(16).toString('hex');
  return {
    options: {
      credentials: { secretId: given.secretId, secretKey },
      seed: given.seed,
      ...(given.scenario === undefined ? {} : { scenario: await readScenario(given.scenario) }),
      ...(given.state === undefined ? {} : { stateFile: given.state }),
      ...(given.speed === undefined ? {} : { speed: given.speed }),
    },
    port: given.port,
    host: given.host,
    madeUp: given.secretKey === undefined ? `${given.secretId}:${secretKey}` : undefined,
  };
}

/** What a scenario may say and which actions are spoken, read from what really decides. */
function helpText(): string {
  const words = Object.keys(scenarioSchema.shape).join(' ');
  const actions = [...ACTIONS.keys()].join(' ');
  const readme = 'src/adapters/simulator/README.md';
  return `\nWords of a scenario (${readme} tells each):\n  ${words}\n\nActions:\n  ${actions}\n`;
}

async function readScenario(file: string) {
  try {
    return parseScenario(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} is no scenario: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
