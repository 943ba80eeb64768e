import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
// Names the module that is augmented below; without it the compiler does not look for it.
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder of this test run alone, for workers that are compiled once; not there until a file asks for them. */
    builtAppRoot: string;
  }
}

/** Vitest's global set-up: names the folder, and removes it when the run is over. */
export default function setup(project: TestProject): () => Promise<void> {
  const root = resolve('.ringmaster', `e2e-${process.pid}`);
  project.provide('builtAppRoot', root);
  return () => rm(root, { recursive: true, force: true, maxRetries: 5 });
}
