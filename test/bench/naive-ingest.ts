import { createReadStream } from 'node:fs';
import { Queue, Worker } from 'bullmq';
import { parse } from 'csv-parse';
import { Redis } from 'ioredis';
import { parsePhone } from '../../src/core/phone.ts';

/** Rows handed to BullMQ in one call, and jobs that the worker runs at once: neither is the naive part. */
const ADD_ROWS = 1_000;
const JOBS_AT_ONCE = 100;

/**
 * What a first version of such a worker usually is: the file is parsed into one job per row, and each job checks
 * its number and writes one hash per callee, unless the callee exists. Gives the rows done, once all are.
 */
export async function naiveIngest(file: string, url: string, prefix: string): Promise<number> {
  const connection = { url, maxRetriesPerRequest: null };
  const redis = new Redis(url);
  const queue = new Queue<Record<string, string>>('rows', { connection, prefix });
  let added = 0;
  let done = 0;
  let allAdded = false;
  const finished = new Promise<void>((resolve, reject) => {
    const worker = new Worker<Record<string, string>>(
      'rows',
      async ({ data }) => {
        const phone = parsePhone(data.手机号 ?? '', 'CN');
        if (!phone.ok) throw new Error(phone.message);
        const key = `${prefix}:callee:${phone.digits}`;
        if ((await redis.hsetnx(key, 'state', 'initial')) === 1) await redis.hset(key, data);
        done += 1;
        if (allAdded && done === added) worker.close().then(resolve, reject);
      },
      { connection, prefix, concurrency: JOBS_AT_ONCE, removeOnComplete: { count: 0 } },
    );
    worker.on('failed', (_job, error) => reject(error));
    worker.on('error', reject);
  });
  let rows: { name: string; data: Record<string, string> }[] = [];
  const flush = async (): Promise<void> => {
    await queue.addBulk(rows);
    added += rows.length;
    rows = [];
  };
  for await (const data of createReadStream(file).pipe(parse({ columns: true }))) {
    rows.push({ name: 'row', data });
    if (rows.length === ADD_ROWS) await flush();
  }
  // The last job must find that it is the last, so the end is announced before it is added.
  allAdded = true;
  added += rows.length;
  await queue.addBulk(rows);
  await finished;
  await queue.close();
  redis.disconnect();
  return added;
}
