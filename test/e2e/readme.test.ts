import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCommandLine } from '../../src/adapters/simulator/command-line.ts';
import { runCli } from '../../src/faces/cli/run-cli.ts';
import { parseRoles } from '../../src/roles.ts';
import { BUILD_MAX, type BuiltApp, buildApp } from '../support/built-app.ts';

const readme = await readFile('README.md', 'utf8');
const Package = z.object({
  scripts: z.record(z.string(), z.string()),
  bin: z.record(z.string(), z.string()),
});
const { scripts, bin } = Package.parse(JSON.parse(await readFile('package.json', 'utf8')));

/** Every command that the README shows whole: indented lines without their comments, and code within sentences. */
const shown = [...readme.matchAll(/^ {4}(.+)$|`([^`\n]+)`/gm)]
  .map(([, line, span]) => (line ?? span ?? '').replace(/\s+#.*$/, '').trim())
  .filter((command) => /^(npm|node|ringmaster)\s/.test(command) && !/<[a-z]+>/.test(command));

/** What stands behind `--` of those that begin so. */
function argumentsOf(begin: RegExp): string[][] {
  const found = shown.filter((command) => begin.test(command));
  return found.map((command) => command.replace(begin, '').trim().split(/\s+/).filter(Boolean));
}

async function usageOf(args: readonly string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const out = new Writable({
    write(chunk, _encoding, done) {
      said += String(chunk);
      done();
    },
  });
  const { signal } = new AbortController();
  const io = { stdin: Readable.from([]), stdout: out, stderr: out, user: 'test', signal, nodeVersion: '' };
  const code = await runCli(args, io, () => Promise.reject(new Error('the application was asked for')));
  return { code, said };
}

describe('the commands that the README shows', () => {
  let app: BuiltApp;
  beforeAll(async () => {
    app = await buildApp();
  }, 2 * BUILD_MAX);

  it('run scripts that there are, and these run programs that the build makes', async () => {
    const named = shown.flatMap((command) => /^npm (?:run (?:-s )?)?([\w:]+)/.exec(command)?.[1] ?? []);
    const ours = named.filter((name) => name !== 'ci' && name !== 'i');
    expect(ours).toEqual(expect.arrayContaining(['demo', 'start', 'cli', 'simulator', 'test']));
    for (const name of ours) expect(Object.keys(scripts)).toContain(name);
    const programs = [...Object.values(scripts), ...Object.values(bin)].flatMap(
      (text) => /dist\/workers\/[\w-]+\.js/.exec(text)?.[0] ?? [],
    );
    expect(programs.length).toBeGreaterThan(4);
    for (const program of programs) await access(join(app.root, program));
  });

  it('are taken by the command line, down to their options', async () => {
    const commands = argumentsOf(/^npm run -s cli --|^ringmaster(?= )/);
    const verbs = commands.map(([noun, verb]) => `${noun} ${verb}`);
    expect(verbs).toEqual(
      expect.arrayContaining(['campaign put', 'import add', 'campaign start', 'report spring']),
    );
    for (const args of commands) {
      const { code, said } = await usageOf(args);
      // It got as far as the application, or as a file that is not here: nothing is wrong with its words.
      expect(said, args.join(' ')).toMatch(
        /the application was asked for|cannot be read: there is no such file/,
      );
      expect(code, args.join(' ')).toBe(1);
    }
  });

  it('name roles that there are, and options that the simulator takes', async () => {
    const starts = argumentsOf(/^npm start(?: --)?/);
    expect(starts).toContainEqual(['poll']);
    for (const roles of starts) expect(parseRoles(roles).length).toBeGreaterThan(0);
    const simulators = argumentsOf(/^npm run simulator --/);
    expect(simulators).toContainEqual(['--port', '9700']);
    for (const args of simulators)
      expect((await readCommandLine(['node', 'simulator', ...args])).port).toBe(9_700);
  });
});
