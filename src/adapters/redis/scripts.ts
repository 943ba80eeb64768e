import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

/** A connection to one server or to a cluster: the store uses only what both have. */
export type RedisClient = Redis | Cluster;

type Argument = string | number | Buffer;

interface Script {
  readonly text: string;
  readonly sha: string;
}

function load(name: string): Script {
  const text = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** One entry per script: its text, and what its replies mean. Scripts are read when the store is built. */
export function loadScripts(client: RedisClient) {
  const run = async (
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> => {
    try {
      return await client.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.eval(script.text, keys.length, ...keys, ...args);
    }
  };
  const entry = <Reply>(name: string, reply: z.ZodType<Reply>) => {
    const script = load(name);
    return async (keys: readonly string[], args: readonly Argument[]): Promise<Reply> =>
      reply.parse(await run(script, keys, args));
  };
  return {
    createCampaign: entry('create-campaign', z.enum(['created', 'same', 'different'])),
    moveCampaign: entry(
      'move-campaign',
      z.int().transform((moved) => moved === 1),
    ),
    changeCampaign: entry(
      'change-campaign',
      z.int().transform((changed) => changed === 1),
    ),
    openImport: entry(
      'open-import',
      z.int().transform((opened) => opened === 1),
    ),
    closeImport: entry(
      'close-import',
      z.int().transform((closed) => closed === 1),
    ),
    addZone: entry('add-zone', z.int()),
    appendCallees: entry(
      'append-callees',
      z.union([
        z.tuple([z.literal('stale')]),
        z.tuple([z.literal('stored'), z.int(), z.int(), z.int(), z.string()]),
      ]),
    ),
    replaceRows: entry('replace-rows', z.enum(['done', 'stale'])),
    noteTimedPage: entry('note-timed-page', z.enum(['done', 'stale'])),
    applyChange: entry(
      'apply-change',
      z.union([z.tuple([z.literal('done')]), z.tuple([z.literal('stale'), z.string()])]),
    ),
    seeServer: entry('see-server', z.tuple([z.string(), z.string(), z.string()])),
    holdRoom: entry(
      'hold-room',
      z.int().transform((held) => held === 1),
    ),
    addSuppressed: entry(
      'add-suppressed',
      z.union([z.tuple([z.literal('key')]), z.tuple([z.literal('added'), z.int(), z.int()])]),
    ),
    findSuppressed: entry(
      'find-suppressed',
      z.union([z.tuple([z.literal('key')]), z.tuple([z.literal('found'), z.int(), z.string()])]),
    ),
    dropSuppressed: entry(
      'drop-suppressed',
      z.union([z.tuple([z.literal('key')]), z.tuple([z.literal('dropped'), z.int(), z.int()])]),
    ),
    nameCause: entry('name-cause', z.int()),
    reserveDials: entry('reserve-dials', z.tuple([z.literal('reserved')], z.string())),
    settleDials: entry('settle-dials', z.tuple([z.literal('settled'), z.int(), z.int()])),
  };
}

export type Scripts = ReturnType<typeof loadScripts>;
