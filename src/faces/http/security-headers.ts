import helmet from '@fastify/helmet';
import type { HttpServer } from './deps.ts';

/**
 * Only our own scripts, styles and connections, no frames, nothing guessed. Styles may stand in elements, since charts,
 * dashboard and document viewer place things by them.
 */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "media-src 'self' https:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * What browsers are told about our replies. Pages of other origins get nothing: no CORS header is ever sent. The policy is
 * always the same, so it is not put together anew for each request, as the library would.
 */
export async function protectBrowsers(app: HttpServer): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Said by whatever ends TLS before us, for as long as its operator wants to be bound by it.
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', POLICY);
  });
  app.addHook('onSend', async (_request, reply) => {
    // Replies are about people; what may be kept (the console's files) says so itself.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}
