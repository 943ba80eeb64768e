import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { createBullQueue } from '../src/adapters/bullmq/queue.ts';
import { type Runner, startRunner } from '../src/adapters/bullmq/runner.ts';
import { startTracing } from '../src/tracing.ts';
import { freshPrefix } from './support/store.ts';

const logger = pino({ level: 'silent' });

let collector: Server;
let url: string;
let received: string[];

beforeEach(async () => {
  received = [];
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push(`${request.url} ${Buffer.concat(chunks).toString('latin1')}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});

afterEach(async () => {
  collector.closeAllConnections();
  await new Promise((resolve) => collector.close(resolve));
});

it('a wish and the job that came of it reach the collector as spans, without data', async () => {
  const connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  const prefix = freshPrefix();
  const { telemetry, close } = startTracing(url, 'dispatch');
  const queue = createBullQueue({ connection, prefix, clock: { now: () => Date.now() }, logger, telemetry });
  let runner: Runner | undefined;
  const ran = new Promise<void>((resolve) => {
    const handler = async (): Promise<void> => resolve();
    runner = startRunner({
      queue: 'dispatch',
      handler,
      connection,
      prefix,
      concurrency: 1,
      logger,
      telemetry,
    });
  });
  await queue.wake({ queue: 'dispatch', campaignId: 'spring', priority: 3 });
  await ran;
  await runner?.close();
  await close();
  await queue.close();
  const keys = await connection.keys(`{${prefix}-bull}*`);
  if (keys.length > 0) await connection.del(...keys);
  await connection.quit();
  const all = received.join('\n');
  expect(received.every((text) => text.startsWith('/v1/traces '))).toBe(true);
  expect(all).toContain('ringmaster');
  expect(all).toMatch(/add dispatch/);
  expect(all).toMatch(/process dispatch/);
});
