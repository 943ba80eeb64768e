import { execFile } from 'node:child_process';
import { access, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inject, vi } from 'vitest';

/** The workers as an operator has them after `npm ci`: compiled from the present sources, whatever `dist` holds. */
export interface BuiltApp {
  /** What the package's root is to an installed one: `dist` and `samples` are in it. */
  readonly root: string;
}

/** Compiling, or waiting for another file that does, on a machine whose processors are busy. Hooks that do it need longer. */
export const BUILD_MAX = 120_000;

const run = promisify(execFile);

/** Does `build` in the first file of the run that asks; the others wait for its end, and fail as it failed. */
async function oncePerRun(what: string, build: (root: string) => Promise<void>): Promise<BuiltApp> {
  const root = inject('builtAppRoot');
  await mkdir(root, { recursive: true });
  const outcome = join(root, `${what}.outcome`);
  const isFirst = await mkdir(join(root, `${what}.begun`)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
  if (isFirst) {
    const fault = await build(root).then(
      () => 'none',
      (error: unknown) => String(error),
    );
    await writeFile(outcome, fault);
  }
  const readOutcome = async (): Promise<string> => {
    const text = await readFile(outcome, 'utf8');
    // Between its making and its writing the file is empty.
    if (text === '') throw new Error(`${what}: the build has not ended`);
    return text;
  };
  const fault = await vi.waitFor(readOutcome, { timeout: BUILD_MAX, interval: 50 });
  if (fault !== 'none') throw new Error(`${what} cannot be built: ${fault}`);
  return { root };
}

/** Compiles the package into a directory of its own, from which its packages are found. Types are checked elsewhere. */
export function buildApp(): Promise<BuiltApp> {
  return oncePerRun('workers', async (root) => {
    const dist = join(root, 'dist');
    const tsc = resolve('node_modules/.bin/tsc');
    await run(tsc, ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', dist]);
    await cp('src/adapters/redis/lua', join(dist, 'src/adapters/redis/lua'), { recursive: true });
    await symlink(resolve('samples'), join(root, 'samples'));
    await access(join(dist, 'workers/all.js'));
  });
}

/** The same with the console beside the workers, where the API looks for it. */
export async function buildAppWithConsole(): Promise<BuiltApp> {
  await buildApp();
  return oncePerRun('console', async (root) => {
    const vite = resolve('node_modules/vite/bin/vite.js');
    const config = ['--config', 'src/faces/console/vite.config.ts', '--logLevel', 'error'];
    const env = { ...process.env, NODE_ENV: 'production' };
    const out = ['--outDir', join(root, 'dist/console')];
    await run(process.execPath, [vite, 'build', ...config, ...out], { env });
  });
}
