import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFailed } from 'vitest';
import { buildApp } from '../support/built-app.ts';
import { type Site, until } from '../support/processes.ts';
import { siteForEach } from '../support/site-for-each.ts';

let site: Site;

siteForEach((opened) => {
  site = opened;
});

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (reply) => reply.ok,
    () => false,
  );
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  '%s to npm ends the process that npm started, and leaves nothing running behind it',
  async (signal) => {
    const { root } = await buildApp();
    await copyFile('package.json', join(site.dir, 'package.json'));
    await symlink(join(root, 'dist'), join(site.dir, 'dist'));
    const args = [
      'run',
      '--silent',
      'simulator',
      '--',
      '--port',
      '0',
      '--secret-id',
      'a',
      '--secret-key',
      'b',
    ];
    const npm = spawn('npm', args, { cwd: site.dir, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    onTestFailed(() => {
      process.kill(-(npm.pid ?? Number.NaN), 'SIGKILL');
    });
    let said = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const url = await until(() => {
      const [line, rest] = said.split('\n');
      if (line === undefined || rest === undefined) throw new Error(`the simulator said only "${said}"`);
      return line;
    });
    expect(await answers(url)).toBe(true);
    const ended = once(npm, 'exit');
    npm.kill(signal);
    await ended;
    await until(async () => {
      if (await answers(url)) throw new Error('the simulator still runs');
    });
  },
);

it('a signal that arrives twice at once, as Ctrl-C under npm does, stops a worker in order', async () => {
  const worker = await site.startTaking('retry');
  void worker.end('SIGINT');
  const { code, stderr } = await worker.end('SIGINT');
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('"event":"stopped"');
});

it('a second signal somewhat later ends a process that does not stop by itself', async () => {
  const { root } = await buildApp();
  const module = join(root, 'dist/src/adapters/stop-signal.js');
  const script = `const { onStopSignal } = await import(${JSON.stringify(module)});
    onStopSignal(() => console.log('stopping'), ['SIGTERM', 'SIGINT']);
    setInterval(() => {}, 1000);
    console.log('running');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('running\n');
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await lines.next()).value).toBe('stopping\n');
  // Asked again until it heeds: how soon that is too soon to be a second wish is not for the test to say.
  const [, signal] = await until(async () => {
    child.kill('SIGINT');
    if (child.signalCode === null) throw new Error('it still runs');
    return ended;
  });
  expect(signal).toBe('SIGINT');
});
