import { access, readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { batchStates } from '../src/core/batch.ts';
import { calleeStates } from '../src/core/callee.ts';
import { CampaignSettings, campaignKeys, campaignStates } from '../src/core/campaign.ts';
import { diagram } from '../src/core/machine.ts';
import { runCli } from '../src/faces/cli/run-cli.ts';
import { settingsTable } from '../src/settings.ts';
import { campaignKeysTable, endsList } from './support/campaign-keys.ts';

const readme = await readFile('README.md', 'utf8');
const diagrams = [...readme.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, text]) => text);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(await readFile('package.json', 'utf8')));

/** First cells of the table under a heading, without their quotes. */
function firstCells(heading: string): string[] {
  const section = readme.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell ?? '');
}

async function helpOf(words: readonly string[]): Promise<string> {
  let text = '';
  const out = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const signal = new AbortController().signal;
  const io = {
    stdin: process.stdin,
    stdout: out,
    stderr: out,
    user: 'test',
    signal,
    nodeVersion: process.version,
  };
  const code = await runCli([...words, '--help'], io, () => Promise.reject(new Error('not needed')));
  expect(code, text).toBe(0);
  return text;
}

describe('the README', () => {
  it.each([
    ['callee', diagram(calleeStates)],
    ['batch', diagram(batchStates)],
    ['campaign', diagram(campaignStates)],
  ])('draws the states of a %s as they are', (_what, text) => {
    expect(diagrams).toContain(text);
  });

  it('has the table of settings as the program has it', () => {
    expect(readme).toContain(`\n${settingsTable()}\n`);
  });

  it('has the table of all keys of a campaign file, and the ends that rules may name, as the program has them', () => {
    for (const { path, meaning } of campaignKeys()) expect(meaning, path).toMatch(/\.$/);
    expect(readme).toContain(`\n${campaignKeysTable()}\n`);
    expect(readme).toContain(`\n${endsList()}\n`);
  });

  it('names only commands of the command line that there are, with their options', async () => {
    const commands = firstCells('Command line');
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) {
      const words = command.split(/ (?=[<[-])/)[0]?.split(' ') ?? [];
      const help = await helpOf(words);
      expect(help, command).toContain(`Usage: ringmaster ${words.join(' ')} `);
      for (const [option] of command.matchAll(/--\w+/g)) expect(help, command).toContain(option);
    }
  });

  it('names only scripts that there are', () => {
    const named = [...readme.matchAll(/\bnpm run (?:-s )?([\w:]+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(8);
    for (const name of [...named, 'start', 'test', 'prepare', 'predemo', 'pretest']) {
      expect(Object.keys(scripts)).toContain(name);
    }
  });

  it('shows a campaign file that is taken', () => {
    const [, text = ''] = /^( {4}\{ "name"[\s\S]*?\n)\n/m.exec(readme) ?? [];
    expect(CampaignSettings.parse(JSON.parse(text)).retry.rules).toHaveLength(3);
  });

  it('points to files that are there', async () => {
    const paths = [...readme.matchAll(/`((?:samples|src|test|\.ci)\/[\w./-]+)`/g)].map(
      ([, path]) => path ?? '',
    );
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) await access(path);
  });
});
