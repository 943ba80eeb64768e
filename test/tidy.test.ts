import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rules of the layout that a compiler and a linter do not know. Each test lists every place that breaks one. */

const FILE_LINES_MAX = 300;
const WORKER_LINES_MAX = 30;
const FUNCTION_LINES_MAX = 70;

function filesUnder(dir: string, ending: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(dir, name))
    .sort();
}

interface Import {
  readonly from: string;
  /** A path of ours, such as src/core/time.ts, or the name of a package or of a part of Node. */
  readonly target: string;
  readonly ours: boolean;
  /** Whether the importing file is not loaded without it: types are gone by then, and what is imported in a call comes later. */
  readonly atOnce: boolean;
}

const IMPORT = /^(?:import|export)\s(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;

function importsOf(path: string): Import[] {
  return [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([text, fixed, lazy]) => {
    const atOnce = fixed !== undefined && !/^\w+ type /.test(text);
    const name = fixed ?? lazy ?? '';
    const ours = name.startsWith('.');
    return { from: path, target: ours ? normalize(join(dirname(path), name)) : name, ours, atOnce };
  });
}

const sources = [...filesUnder('src', '.ts'), ...filesUnder('src', '.tsx')].sort();
/** Runs in the browser: bundled from its own entry, no part of what the workers load. */
const consoleSources = sources.filter((path) => path.startsWith('src/faces/console/'));
const serverSources = sources.filter((path) => !consoleSources.includes(path));
const workers = filesUnder('workers', '.ts');
const tests = filesUnder('test', '.ts');
const imports = [...sources, ...workers].flatMap(importsOf);
const ownImports = imports.filter((one) => one.ours);

const RANKS: Readonly<Record<string, number>> = { core: 0, ports: 1, adapters: 2, pipelines: 2, faces: 3 };

/** The first folder under src, `top` for files directly in it, `workers`. */
function layerOf(path: string): string {
  const [root = '', folder = '', ...rest] = path.split('/');
  if (root !== 'src') return root;
  return rest.length === 0 ? 'top' : folder;
}

function rankOf(path: string): number {
  const layer = layerOf(path);
  if (layer === 'top') return 4;
  return layer === 'workers' ? 5 : (RANKS[layer] ?? Number.NaN);
}

/** The one outside thing that a file under adapters stands for: its folder, or the file itself. */
function adapterOf(path: string): string {
  return path.split('/')[2] ?? '';
}

/** The simulator speaks the provider's language, so it reads the same dictionary; nothing else of that adapter. */
function isAllowedBetweenAdapters({ from, target }: Import): boolean {
  const language = /^src\/adapters\/tencent\/(schema\/|signature\.ts$)/;
  return adapterOf(from) === 'simulator' && language.test(target);
}

function isWrongDirection(one: Import): boolean {
  const { from, target } = one;
  const [a, b] = [rankOf(from), rankOf(target)];
  if (!(a >= b)) return true;
  if (a > b) return false;
  if (layerOf(from) !== layerOf(target)) return true;
  return (
    layerOf(from) === 'adapters' && adapterOf(from) !== adapterOf(target) && !isAllowedBetweenAdapters(one)
  );
}

function show(list: readonly Import[]): string[] {
  return list.map(({ from, target }) => `${from} -> ${target}`);
}

/** Every cycle that a walk from any file meets, once. */
function cycles(): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, target } of ownImports) targets.set(from, [...(targets.get(from) ?? []), target]);
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) walk(path, []);
  return found;
}

function reachable(from: readonly string[], through: readonly Import[] = ownImports): Set<string> {
  const seen = new Set(from);
  for (const path of seen) {
    for (const { from: source, target } of through) if (source === path) seen.add(target);
  }
  return seen;
}

/** A function that begins on this line, or a signature that goes over lines and ends in one that opens a body. */
function beginsFunction(lines: readonly string[], start: number, indent: string): boolean {
  const line = lines[start] ?? '';
  if (/^\s*(?:if|for|while|switch|return|await|\}|\*|\/\/)/.test(line)) return false;
  if (/\bfunction\b.*\{$|=>\s*\{$|^\s+(?:async\s+)?[\w$]+\(.*\{$/.test(line)) return true;
  if (!/[\w$>]\($/.test(line)) return false;
  const closing = lines.slice(start + 1).find((next) => next.startsWith(`${indent})`));
  return closing?.endsWith('{') === true;
}

/** Functions whose body is longer than allowed, blank lines aside. The formatter puts the end of each at the indentation of its beginning. */
function longFunctions(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const long: string[] = [];
  lines.forEach((line, start) => {
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    if (!beginsFunction(lines, start, indent)) return;
    const end = lines.findIndex((next, index) => index > start && next.startsWith(`${indent}}`));
    const length = lines.slice(start + 1, end).filter((next) => next.trim() !== '').length;
    if (length > FUNCTION_LINES_MAX) long.push(`${path}:${start + 1} has ${length} lines`);
  });
  return long;
}

function linesOf(path: string): number {
  return readFileSync(path, 'utf8').trimEnd().split('\n').length;
}

/** Lines that match, comments aside, as file:line. */
function linesWith(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        const code = line.replace(/^\s*(?:\/?\*|\/\/).*/, '');
        return pattern.test(code) ? [`${path}:${index + 1}: ${line.trim()}`] : [];
      }),
  );
}

describe('the layout', () => {
  it('knows every folder of src', () => {
    const unknown = sources.filter((path) => Number.isNaN(rankOf(path)));
    expect(unknown).toEqual([]);
    expect(sources.length).toBeGreaterThan(50);
    expect(ownImports.length).toBeGreaterThan(sources.length);
  });

  it('has every import point down, and none from one adapter to another', () => {
    expect(show(ownImports.filter(isWrongDirection))).toEqual([]);
  });

  it('imports only files that are there, by their full name', () => {
    const known = new Set([...sources, ...workers, ...filesUnder('src', '.css')]);
    expect(show(ownImports.filter(({ target }) => !known.has(target)))).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(cycles()).toEqual([]);
  });

  it('has no file that no worker needs', () => {
    const needed = reachable(workers);
    expect(serverSources.filter((path) => !needed.has(path))).toEqual([]);
  });

  it('has no file that the page does not need, and none that the page and a worker both run', () => {
    const folder = 'src/faces/console/';
    const needed = reachable([`${folder}main.tsx`, `${folder}vite.config.ts`]);
    expect(consoleSources.filter((path) => !needed.has(path))).toEqual([]);
    expect(
      show(
        ownImports.filter(({ from, target }) => serverSources.includes(from) && target.startsWith(folder)),
      ),
    ).toEqual([]);
    // What it knows of the server are types, which are gone from what is bundled.
    const outward = consoleSources.flatMap((path) =>
      linesWith([path], /^import (?!type ).*'(?:\.\.\/)+(?:core|ports|pipelines|adapters|faces|documents)/),
    );
    expect(outward).toEqual([]);
  });

  it('keeps the core free of everything but three packages, and the ports of all code', () => {
    const outside = imports.filter((one) => !one.ours);
    const core = outside.filter(({ from }) => layerOf(from) === 'core');
    const allowed = /^(zod|temporal-polyfill|libphonenumber-js)(\/|$)/;
    expect(show(core.filter(({ target }) => !allowed.test(target)))).toEqual([]);
    const ports = sources.filter((path) => layerOf(path) === 'ports');
    expect(linesWith(ports, /^import (?!type )|^export (?!interface|type)|=>\s*\{|\bfunction\b/)).toEqual([]);
  });

  it('keeps whatever speaks to the outside out of the pipelines', () => {
    const outside = imports.filter(({ from, ours }) => !ours && layerOf(from) === 'pipelines');
    const speaks =
      /^(ioredis|bullmq|pino|commander|fastify|tencentcloud|rate-limiter|node:(fs|net|http|https|tls|os|child_process|timers|crypto)\b)/;
    expect(show(outside.filter(({ target }) => speaks.test(target)))).toEqual([]);
  });

  it('lets no command wait for the queue, the SDK, the web server or the roles, which few need, to be loaded', () => {
    const atOnce = imports.filter((one) => one.atOnce);
    const local = ['workers/cli.ts', 'src/app.ts', 'src/faces/cli/local/local-backend.ts'];
    const loaded = reachable(local, atOnce);
    expect(loaded.has('src/adapters/redis/store.ts')).toBe(true);
    expect(loaded.has('src/roles.ts')).toBe(false);
    const heavy = /^(?:bullmq|tencentcloud|fastify|@fastify|@bull-board|chokidar|rate-limiter)/;
    expect(show(atOnce.filter(({ from, target }) => loaded.has(from) && heavy.test(target)))).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const elsewhere = sources.filter((path) => path !== 'src/config.ts');
    expect(linesWith(elsewhere, /process\.env\b/)).toEqual([]);
  });

  it('draws chance and reads the clock in the core nowhere', () => {
    const core = sources.filter((path) => layerOf(path) === 'core');
    expect(
      linesWith(core, /Math\.random|Date\.now|new Date\(\)|performance\.now|console\.|setTimeout/),
    ).toEqual([]);
  });
});

describe('the sources', () => {
  it(`have at most ${FILE_LINES_MAX} lines, workers at most ${WORKER_LINES_MAX}`, () => {
    const long = [
      ...sources.filter((path) => linesOf(path) > FILE_LINES_MAX),
      ...workers.filter((path) => linesOf(path) > WORKER_LINES_MAX),
    ];
    expect(long.map((path) => `${path} has ${linesOf(path)}`)).toEqual([]);
  });

  it(`have functions of at most ${FUNCTION_LINES_MAX} lines`, () => {
    expect([...sources, ...workers].flatMap(longFunctions)).toEqual([]);
  });

  it('are named for one idea, in small letters', () => {
    const vague = /(^|[-/])(utils?|helpers?|common|managers?|misc|shared|v2)([-./]|$)/i;
    const all = [...sources, ...workers];
    expect(all.filter((path) => vague.test(path) || !/^[a-z0-9/.-]+$/.test(path))).toEqual([]);
    expect(
      linesWith(all, /\b(?:class|function|const|interface|type)\s+\w*(?:Utils?|Helpers?|Manager|V2)\b/),
    ).toEqual([]);
  });

  it('silence no checker and leave no loose ends', () => {
    const all = [...sources, ...workers];
    const pattern = /biome-ignore|@ts-(?:ignore|nocheck|expect-error)|\b(?:TODO|FIXME|XXX)\b(?!.*#\d)/;
    const found = all.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

describe('the samples', () => {
  it('are each used by a test', () => {
    const text = tests.map((path) => readFileSync(path, 'utf8')).join('\n');
    expect(readdirSync('samples').filter((name) => !text.includes(`samples/${name}`))).toEqual([]);
  });
});

describe('the tests', () => {
  it('run all of them, always', () => {
    const own = tests.filter((path) => path !== 'test/tidy.test.ts');
    expect(linesWith(own, /\b(?:it|test|describe)\.(?:only|skip|todo)\b|\bretry:\s*\d/)).toEqual([]);
  });
});
