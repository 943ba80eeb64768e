import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose files take longest, for they start processes or run whole campaigns. */
const LONG = ['/test/fault/', '/test/e2e/', '/test/bench/', '/test/pipelines/'];

function rank({ moduleId }: TestSpecification): number {
  const at = LONG.findIndex((folder) => moduleId.includes(folder));
  return at < 0 ? LONG.length : at;
}

/**
 * Vitest's order by size, or by how long each file took the last time, with the long folders first: what begins last must be
 * short, or one worker ends long before the other.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
