import fastifyStatic from '@fastify/static';
import type { HttpDeps, HttpServer } from './deps.ts';

/** Built files carry a hash of their content in their name: what has a name never changes. */
const A_YEAR = 'public, max-age=31536000, immutable';

/**
 * The console's files, open to all: they show nothing that needs a key. Its page is asked for anew each time, its
 * hashed assets are kept for good.
 */
export async function serveConsole(app: HttpServer, deps: HttpDeps): Promise<void> {
  const { consoleDir } = deps.settings;
  if (consoleDir === undefined) return;
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'open', rate: 'none' };
  });
  await app.register(fastifyStatic, {
    root: consoleDir,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.slice(consoleDir.length).startsWith('/assets/');
      reply.header('cache-control', isHashed ? A_YEAR : 'no-cache');
    },
  });
}
