import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import type { Round } from './ingest-round.ts';

const ROUND = fileURLToPath(new URL('./ingest-round.js', import.meta.url));
/** What the lists are measured for: millions of numbers. A look whether the bench still runs takes fewer. */
const LISTED = 1_000_000;
const LISTED_WITH_ROWS_MIN = 100_000;
const NUMBERS_PER_ADD = 8_192;
/** A prefix of mobiles that the bench's list of callees does not have: everybody looked up is free. */
const FIRST_LISTED = 8_619_900_000_000;
const run = promisify(execFile);

/** How many numbers are listed while so many rows are imported. */
export function listedFor(rows: number): number {
  return rows >= LISTED_WITH_ROWS_MIN ? LISTED : rows;
}

async function dropKeys(redis: Redis, match: string): Promise<void> {
  for await (const keys of redis.scanStream({ match, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
}

async function addNumbers(redis: Redis, prefix: string, numbers: number): Promise<void> {
  const suppression = createRedisSuppression(redis, { prefix });
  const cause = { reason: 'bench', by: 'bench', source: 'list.csv', now: Date.now() };
  for (let from = 0; from < numbers; from += NUMBERS_PER_ADD) {
    const some = Array.from({ length: Math.min(NUMBERS_PER_ADD, numbers - from) }, (_, at) => ({
      number: String(FIRST_LISTED + from + at),
      expiresAt: undefined,
    }));
    await suppression.add('global', some, cause);
  }
}

/** Ingests the file in rounds of their own processes while a list of `numbers` holds for every campaign. */
export async function measureListed(
  redisUrl: string,
  file: string,
  numbers: number,
  rounds: number,
): Promise<Round[]> {
  const redis = new Redis(redisUrl);
  const prefix = `bench${randomBytes(5).toString('hex')}`;
  try {
    await addNumbers(redis, prefix, numbers);
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { stdout } = await run(process.execPath, [ROUND, 'ingest-listed', file, redisUrl, prefix]);
      measured.push(JSON.parse(stdout));
      await dropKeys(redis, `{${prefix}:bench}:*`);
      await redis.del(`${prefix}:campaigns`);
    }
    return measured;
  } finally {
    await dropKeys(redis, `*${prefix}*`);
    redis.disconnect();
  }
}
