import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface BuiltModule {
  /** To be imported by a child process that runs plain Node. */
  readonly url: string;
  remove(): Promise<void>;
}

/**
 * Compiles one source file, and what it imports, to JavaScript of its own: for tests that need a second process with
 * the present sources, whatever `dist` holds. Lies under node_modules so that packages are found from there.
 */
export async function buildModule(source: string): Promise<BuiltModule> {
  const cache = resolve('node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, 'ringmaster-test-'));
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }');
  const language = ['--target', 'es2023', '--module', 'nodenext', '--skipLibCheck', '--types', 'node'];
  const output = ['--rootDir', '.', '--outDir', dir, '--rewriteRelativeImportExtensions', '--ignoreConfig'];
  const tsc = resolve('node_modules/.bin/tsc');
  const compiled = await run(tsc, [...language, ...output, source]).catch(
    (error: { stdout?: string }) => error,
  );
  const built = join(dir, source.replace(/\.ts$/, '.js'));
  const remove = () => rm(dir, { recursive: true, force: true });
  return import(pathToFileURL(built).href).then(
    () => ({ url: pathToFileURL(built).href, remove }),
    async (cause) => {
      await remove();
      throw new Error(`${source} does not compile: ${compiled.stdout ?? ''}`, { cause });
    },
  );
}
