#!/usr/bin/env node
import { probeRedis } from '../src/adapters/redis/probe.ts';
import { openApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { processIo } from '../src/faces/cli/process-io.ts';
import { runCli } from '../src/faces/cli/run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2), processIo(), async () => {
  const config = loadConfig();
  // A command says in one line itself what goes wrong; its log is for those who ask for it.
  const logLevel = process.env.LOG_LEVEL === undefined ? 'silent' : config.logLevel;
  const app = await openApp({ ...config, logLevel }, { name: 'cli' });
  const { store, queue, telephony, clock, spool } = app;
  const redisFacts = () => probeRedis(app.redis.client);
  return { store, queue, telephony, clock, spool, redisFacts, close: () => app.close() };
});
