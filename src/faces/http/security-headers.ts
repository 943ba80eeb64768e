import helmet from '@fastify/helmet';
import type { HttpServer } from './deps.ts';

/**
 * What browsers are told: only our own scripts, styles and connections, no frames, nothing guessed. Styles may stand in
 * elements, since charts, dashboard and document viewer place things by them. Pages of other origins get nothing: no
 * CORS header is ever sent.
 */
export async function protectBrowsers(app: HttpServer): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        mediaSrc: ["'self'", 'https:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Said by whatever ends TLS before us, for as long as its operator wants to be bound by it.
    strictTransportSecurity: false,
  });
  app.addHook('onSend', async (_request, reply) => {
    // Replies are about people; what may be kept (the console's files) says so itself.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}
