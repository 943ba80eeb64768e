/** Writes test/fixtures/lists and the samples of list formats anew: `node dist/test/support/make-list-corpus.js`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIST_CORPUS } from './list-corpus.ts';
import { SAMPLE_LISTS } from './sample-lists.ts';

const LISTS = 'test/fixtures/lists';

mkdirSync(LISTS, { recursive: true });
for (const name of readdirSync(LISTS)) rmSync(join(LISTS, name));
for (const { file, bytes } of LIST_CORPUS) writeFileSync(join(LISTS, file), bytes);
for (const { path, bytes } of SAMPLE_LISTS) writeFileSync(path, bytes);
