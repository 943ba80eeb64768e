import { writeFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routesOf } from '../../support/http-routes.ts';
import { type HttpSite, openHttpSite } from '../../support/http-site.ts';

const Schema = z.record(z.string(), z.unknown());
const Media = z.object({ schema: Schema, example: z.unknown(), examples: z.unknown() }).partial();
const Operation = z.strictObject({
  tags: z.array(z.string()).length(1),
  summary: z.string().min(5),
  description: z.string().optional(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        required: z.boolean().optional(),
        schema: Schema,
      }),
    )
    .default([]),
  requestBody: z
    .strictObject({ required: z.boolean().optional(), content: z.record(z.string(), Media) })
    .optional(),
  responses: z.record(
    z.string(),
    z.strictObject({ description: z.string().min(5), content: z.record(z.string(), Media).optional() }),
  ),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});
const Document = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.partialRecord(z.enum(['get', 'head', 'post', 'put', 'delete']), Operation)),
  components: z.object({
    schemas: z.record(z.string(), Schema),
    securitySchemes: z.record(z.string(), Schema),
  }),
});

let site: HttpSite;
let text: string;
let document: z.infer<typeof Document>;
beforeAll(async () => {
  site = await openHttpSite();
  const reply = await site.ask('viewer', { url: '/docs/json' });
  expect(reply.statusCode).toBe(200);
  text = reply.body;
  if (process.env.OPENAPI_OUT !== undefined) await writeFile(process.env.OPENAPI_OUT, text);
  document = Document.parse(JSON.parse(text));
});
afterAll(() => site.close());

function operations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      name: `${method} ${path}`,
      operation: Operation.parse(operation),
    })),
  );
}

/** One dialect for all schemas of the document, each by its address in it. */
function compiler() {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'doc', ...(JSON.parse(text) as object) }, 'doc');
  const known = new Map<string, ReturnType<typeof ajv.compile>>();
  return (schema: unknown) => {
    const json = JSON.stringify(schema).replaceAll('"#/components', '"doc#/components');
    const validate = known.get(json) ?? ajv.compile(JSON.parse(json));
    known.set(json, validate);
    return validate;
  };
}

describe('the document', () => {
  it('has the form that OpenAPI 3.1 gives it, every operation with a summary, a tag and its replies', () => {
    expect(operations().length).toBeGreaterThan(30);
    const tags = document.tags.map(({ name }) => name);
    for (const { name, operation } of operations()) {
      expect(tags, name).toContain(operation.tags[0]);
      const statuses = Object.keys(operation.responses);
      expect(
        statuses.some((status) => status.startsWith('2')),
        name,
      ).toBe(true);
      for (const status of statuses) expect(status, name).toMatch(/^[2-5]\d\d$/);
      for (const response of Object.values(operation.responses)) {
        expect(response.description, `${name} says what its replies are`).not.toBe('Default Response');
      }
    }
  });

  it('has every route of ours, and none that is not served', () => {
    const served = routesOf(site.app).filter(
      ({ url, method }) => /^\/(v1|healthz|readyz)/.test(url) && method !== 'HEAD',
    );
    const named = served.map(
      ({ method, url }) => `${method.toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`,
    );
    expect(
      operations()
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('head '))
        .sort(),
    ).toEqual(named.sort());
  });

  it('names each part of an address as a parameter, and no other', () => {
    for (const { path, name, operation } of operations()) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part).sort();
      const given = operation.parameters.filter((one) => one.in === 'path');
      expect(given.map((one) => one.name).sort(), name).toEqual(wanted);
      for (const one of given) expect(one.required).toBe(true);
      const keys = operation.parameters.map((one) => `${one.in} ${one.name}`);
      expect(new Set(keys).size, name).toBe(keys.length);
    }
  });

  it('has only schemas that are JSON Schema 2020-12, whose references lead somewhere', () => {
    const compile = compiler();
    let schemas = 0;
    for (const { name, operation } of operations()) {
      const media = [
        ...Object.values(operation.requestBody?.content ?? {}),
        ...Object.values(operation.responses).flatMap(({ content }) => Object.values(content ?? {})),
        ...operation.parameters,
      ];
      for (const { schema } of media) {
        expect(schema, name).toBeDefined();
        expect(() => compile(schema), `${name}: ${JSON.stringify(schema)}`).not.toThrow();
        schemas += 1;
      }
    }
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(() => compile(schema), name).not.toThrow();
      expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
    }
    expect(schemas).toBeGreaterThan(100);
  });

  it('has examples that are what they are examples of', () => {
    const compile = compiler();
    let examples = 0;
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      for (const example of (schema.examples as unknown[] | undefined) ?? []) {
        const validate = compile(schema);
        expect(validate(example), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
        examples += 1;
      }
    }
    expect(examples).toBeGreaterThan(8);
  });

  it('says how to sign in wherever that is needed, and that problems are problem documents', () => {
    const schemes = Object.keys(document.components.securitySchemes).sort();
    expect(schemes).toEqual(['key', 'session']);
    for (const { name, operation } of operations()) {
      const open = /^(get|head) \/(healthz|readyz)|^post \/v1\/session$/.test(name);
      expect(operation.security.length > 0, name).toBe(!open);
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || name.includes('readyz')) continue;
        expect(Object.keys(content), `${name} ${status}`).toEqual(['application/problem+json']);
      }
    }
  });

  it('is shown to people from our own files alone, and to nobody without a key', async () => {
    const page = await site.ask('viewer', { url: '/docs' });
    expect(page.statusCode).toBe(200);
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      expect(link).toMatch(/^\.?\/(?!\/)/);
      const file = await site.ask('viewer', { url: new URL(link, 'http://x/docs').pathname });
      expect(file.statusCode, link).toBe(200);
    }
    expect(page.body).not.toMatch(/<script>(?!\s*<\/script>)|onload=/);
    for (const url of ['/docs', '/docs/json', '/docs/static/swagger-ui.css']) {
      expect((await site.app.inject({ url })).statusCode, url).toBe(401);
    }
  });
});
