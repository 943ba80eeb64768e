import { access, readdir, readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SETTING_NAMES } from '../src/settings.ts';

const SCHEMA = 'test/fixtures/compose-spec/schema.json';
/** Workers that are not a service: everything in one process, and what a person runs. */
const NOT_SERVICES = ['all', 'cli', 'demo'];

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string()).default({}),
      env_file: z.array(z.object({ path: z.string(), required: z.boolean() })).default([]),
      container_name: z.string().optional(),
      ports: z.array(z.string()).default([]),
      profiles: z.array(z.string()).default([]),
      volumes: z.array(z.string()).default([]),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      healthcheck: z.object({ test: z.array(z.string()) }).optional(),
      stop_grace_period: z.string().optional(),
    }),
  ),
});

const text = await readFile('docker-compose.yml', 'utf8');
const document: unknown = parse(text, { merge: true, uniqueKeys: true });
const { services } = Compose.parse(document);
const workers = Object.entries(services).filter(([, service]) => service.command[0] === 'node');
const roles = workers.filter(([name]) => name !== 'simulator');

describe('docker-compose.yml', () => {
  it('is what the Compose Specification allows', async () => {
    const { $schema: _dialect, ...schema } = JSON.parse(await readFile(SCHEMA, 'utf8')) as Record<
      string,
      unknown
    >;
    const ajv = new Ajv({ strict: false, allErrors: true });
    ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
    for (const format of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, /^\S+$/);
    const validate = ajv.compile(schema);
    const { 'x-worker': _anchor, ...rest } = document as Record<string, unknown>;
    expect(validate(rest), JSON.stringify(validate.errors, null, 1)).toBe(true);
    expect(validate({ services: { a: { comand: 'x' } } })).toBe(false);
    expect(validate({ services: { a: { depends_on: { b: { condition: 'soon' } } } } })).toBe(false);
  });

  it('has one service per worker, and each runs a worker that exists', async () => {
    for (const [name, service] of workers) {
      const script = service.command[1] ?? '';
      expect(script).toBe(`dist/workers/${name}.js`);
      await access(script.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
    }
    const files = (await readdir('workers')).map((file) => file.replace(/\.ts$/, ''));
    const wanted = files.filter((name) => !NOT_SERVICES.includes(name)).sort();
    expect(workers.map(([name]) => name).sort()).toEqual(wanted);
  });

  it('uses only settings that there are, and asks for the secrets instead of having any', () => {
    const used = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const passed = workers.flatMap(([, service]) => Object.keys(service.environment));
    for (const name of [...used, ...passed]) expect(SETTING_NAMES, name).toContain(name);
    for (const [, service] of roles) {
      for (const name of ['TCCC_SECRET_ID', 'TCCC_SECRET_KEY', 'TCCC_SDK_APP_ID']) {
        expect(service.environment[name]).toMatch(new RegExp(`^\\$\\{${name}:\\?.+\\}$`));
      }
    }
  });

  it('passes every setting of .env on, but for those that mean something else inside a container', () => {
    for (const [name, service] of roles) {
      expect(service.env_file, name).toEqual([{ path: '.env', required: false }]);
      expect(service.environment, name).toMatchObject({ HTTP_HOST: '0.0.0.0', HTTP_PORT: '8080' });
      for (const place of ['DATA_DIR', 'SPOOL_DIR', 'API_KEYS_FILE']) {
        expect(service.environment[place], name).toMatch(/^\/var\/lib\/ringmaster/);
      }
    }
    const published = services.api?.ports.map((port) => port.split(':').at(-1));
    expect(published).toEqual([services.api?.environment.HTTP_PORT]);
  });

  it('lets every role scale: no fixed name, no published port', () => {
    for (const [name, service] of roles) {
      expect(service.container_name, name).toBeUndefined();
      if (name !== 'api') expect(service.ports, name).toEqual([]);
    }
  });

  it('starts roles after a Redis that answers, gives them time to drain and one place for files', () => {
    for (const [name, service] of roles) {
      expect(service.depends_on.redis?.condition, name).toBe('service_healthy');
      expect(service.stop_grace_period, name).toBe('60s');
      expect(service.volumes, name).toContain(`data:${service.environment.DATA_DIR}`);
    }
  });

  it('runs a Redis that keeps what it is told and evicts nothing', () => {
    const redis = services.redis;
    const command = redis?.command.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(redis?.volumes).toContain('redis:/data');
    expect(redis?.healthcheck?.test).toEqual(['CMD', 'redis-cli', 'ping']);
  });

  it('runs the simulator only when asked for by its profile', () => {
    expect(services.simulator?.profiles).toEqual(['simulator']);
    for (const [name, service] of [...roles, ['redis', services.redis] as const]) {
      expect(service?.profiles, name).toEqual([]);
    }
  });
});

describe('Dockerfile', () => {
  it('builds in one stage and runs in another, as nobody in particular, on the Node of .nvmrc', async () => {
    const lines = (await readFile('Dockerfile', 'utf8')).split('\n');
    const bases = lines.filter((line) => line.startsWith('FROM '));
    const node = (await readFile('.nvmrc', 'utf8')).trim();
    expect(bases).toEqual([`FROM node:${node}-slim AS build`, `FROM node:${node}-slim`]);
    const last = lines.slice(lines.lastIndexOf(bases[1] ?? ''));
    expect(last).toContain('USER node');
    expect(last.some((line) => /npm (ci|install)/.test(line))).toBe(false);
    expect(lines.join('\n')).toContain('npm prune --omit=dev');
  });

  it('copies nothing that the ignore file holds back', async () => {
    const kept =
      (await readFile('.dockerignore', 'utf8')).match(/^!.+/gm)?.map((line) => line.slice(1)) ?? [];
    for (const path of kept) await access(path);
    const build = z
      .object({ include: z.array(z.string()) })
      .parse(JSON.parse(await readFile('tsconfig.build.json', 'utf8')));
    for (const needed of [
      ...build.include,
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ]) {
      expect(kept).toContain(needed);
    }
  });
});
