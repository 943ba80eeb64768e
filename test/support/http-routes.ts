import type { HttpServer } from '../../src/faces/http/deps.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const;

export interface ServedRoute {
  readonly method: (typeof METHODS)[number];
  readonly url: string;
}

/** Every route that the server has. */
export function routesOf(app: HttpServer): ServedRoute[] {
  return app.served.map(({ method, url }) => {
    const known = METHODS.find((one) => one === method);
    if (known === undefined) throw new Error(`${method} ${url} is a method that no test walks`);
    return { method: known, url };
  });
}
