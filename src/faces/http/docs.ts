import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CSRF_HEADER, SESSION_COOKIE } from './authorise.ts';
import type { HttpDeps, HttpServer } from './deps.ts';

const ABOUT = `Outbound call campaigns on Tencent Cloud Contact Center.

Every request needs a key (\`Authorization: Bearer rmk_...\`), made by \`ringmaster key create\`, or the session of a browser
that signed in with one. Roles: \`viewer\` reads, with phone numbers masked; \`operator\` also writes; \`admin\` also makes
keys. Times are ISO 8601 in UTC. Lists are JSON arrays; the address of the next page is in the header \`Link\`. Errors are
problem documents (RFC 9457) whose \`code\` is stable. A POST that creates honours \`Idempotency-Key\`.`;

const TAGS: readonly (readonly [string, string])[] = [
  ['campaigns', 'What is called, when and how often; and steering it'],
  ['imports', 'Lists of callees'],
  ['callees', 'Single callees and their stories; reports'],
  ['attention', 'What a person must look at'],
  ['suppression', 'Numbers that are not called'],
  ['events', 'Progress as it happens'],
  ['keys', 'API keys'],
  ['session', 'Browsers that sign in'],
  ['trail', 'Who did what'],
  ['health', 'Whether it works'],
];

const SUCCESS: Readonly<Record<string, string>> = {
  200: 'The document.',
  201: 'It was made.',
  202: 'It was taken, and will be done.',
  204: 'Done; there is nothing to tell.',
};

/** Replies of JSON, with what the document must say of each and no schema says. */
function described(responses: unknown): Record<string, unknown> {
  const all = Object.entries(z.record(z.string(), z.record(z.string(), z.unknown())).parse(responses));
  return Object.fromEntries(
    all.map(([status, schema]) => {
      if (schema.content !== undefined) return [status, schema];
      const description = SUCCESS[status] ?? 'The document, which says what is wrong.';
      if (status === '204') return [status, { type: 'null', description }];
      return [status, { description, content: { 'application/json': { schema } } }];
    }),
  );
}

/** Gathers every route that is added from now on into an OpenAPI 3.1 document. */
export async function serveDocument(app: HttpServer): Promise<void> {
  const toJsonSchema = createJsonSchemaTransform({});
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Ringmaster',
        version: '1.0.0',
        description: ABOUT,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: TAGS.map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: SESSION_COOKIE,
            description: `Made by POST /v1/session. Writes also need the header \`${CSRF_HEADER}\`.`,
          },
        },
      },
    },
    convertConstToEnum: false,
    transform: (document) => {
      const { schema, url } = document;
      // Routes of libraries have no schema of ours, and nothing to tell programs.
      if (schema === undefined || schema.response === undefined) return { schema: { hide: true }, url };
      const { config } = document.route;
      const security = config?.access === 'open' ? [] : [{ key: [] }, { session: [] }];
      const made = toJsonSchema({ ...document, schema: { ...schema, security } });
      return { ...made, schema: { ...made.schema, response: described(made.schema.response) } };
    },
    transformObject: jsonSchemaTransformObject,
  });
}

/** `/docs`: the document for people, from files of ours alone; `/docs/json`: for programs. */
export async function documentRoutes(app: HttpServer, _deps: HttpDeps): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { deepLinking: true, displayRequestDuration: true, docExpansion: 'list', validatorUrl: null },
    theme: { title: 'Ringmaster API' },
  });
}
