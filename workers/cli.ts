#!/usr/bin/env node
import { processIo } from '../src/faces/cli/process-io.ts';
import { runCli } from '../src/faces/cli/run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2), processIo(), async () => {
  // Loaded when a command needs it, so that help and what is wrong with a command line come at once.
  const { loadApiConfig, loadConfig } = await import('../src/config.ts');
  const api = loadApiConfig();
  // Over the API, neither Redis nor the provider is needed, nor are the modules that speak to them.
  if (api !== undefined) return { api, clock: (await import('../src/adapters/clock.ts')).systemClock };
  const { openApp } = await import('../src/app.ts');
  const { probeRedis } = await import('../src/adapters/redis/probe.ts');
  const { listReader } = await import('../src/adapters/list/list-reader.ts');
  const config = loadConfig();
  // A command says in one line itself what goes wrong; its log is for those who ask for it.
  const logLevel = process.env.LOG_LEVEL === undefined ? 'silent' : config.logLevel;
  const app = await openApp({ ...config, logLevel }, { name: 'cli' });
  const redisFacts = () => probeRedis(app.redis.client);
  return { ...app, reader: listReader(), redisFacts };
});
