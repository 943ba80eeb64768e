import { z } from 'zod';
import { WRITE_TRAIL_MAX } from '../../core/limits.ts';
import type { WriteTrail } from '../../ports/trail.ts';
import { faceKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

const Entry = z.object({
  at: z.number(),
  by: z.string(),
  role: z.string(),
  did: z.string(),
  subject: z.string(),
  text: z.string(),
});

const CURSOR = /^\d{1,15}-\d{1,10}$/;

/** The trail of writes as a stream: its ids are the cursors, and it is cut to its bound as it grows. */
export function createRedisTrail(client: RedisClient, options: { readonly prefix: string }): WriteTrail {
  const { trail } = faceKeys(options.prefix);
  return {
    async note(entry) {
      await client.xadd(trail, 'MAXLEN', '~', WRITE_TRAIL_MAX, '*', 'e', JSON.stringify(entry));
    },
    async page(cursor, max) {
      const from = cursor !== undefined && CURSOR.test(cursor) ? `(${cursor}` : '+';
      // One more than asked for tells whether there is a next page.
      const found = await client.xrevrange(trail, from, '-', 'COUNT', max + 1);
      const shown = found.slice(0, max);
      const entries = shown.map(([, fields]) => Entry.parse(JSON.parse(fields[1] ?? '')));
      return { entries, next: found.length > max ? shown.at(-1)?.[0] : undefined };
    },
  };
}
