import { useEffect, useState } from 'preact/hooks';
import { type Answer, request } from '../api/request.ts';
import { type Loaded, useLoad } from './use-load.ts';

export interface Pages<T> extends Loaded<Answer<T[]>> {
  readonly pager: {
    readonly hasPrevious: boolean;
    readonly hasNext: boolean;
    readonly onPrevious: () => void;
    readonly onNext: () => void;
  };
}

/** Pages of a search may be empty with more behind them; this many are passed over before one is shown. */
const EMPTY_PAGES_MAX = 20;

/** The page at `path`, or the first behind it that holds anything. */
async function filledPage<T>(path: string, signal: AbortSignal): Promise<Answer<T[]>> {
  let page = await request<T[]>('GET', path, { signal });
  for (
    let passed = 0;
    page.data.length === 0 && page.next !== undefined && passed < EMPTY_PAGES_MAX;
    passed += 1
  ) {
    page = await request<T[]>('GET', page.next, { signal });
  }
  return page;
}

/** A list that the server gives out in pages: the addresses gone through are kept, so that there is a way back. */
export function usePages<T>(first: string, everyMs?: number): Pages<T> {
  const [trail, setTrail] = useState<readonly string[]>([first]);
  useEffect(() => setTrail([first]), [first]);
  const path = trail[0] === first ? (trail.at(-1) ?? first) : first;
  const loaded = useLoad(path, (signal) => filledPage<T>(path, signal), everyMs);
  const next = loaded.data?.next;
  return {
    ...loaded,
    pager: {
      hasPrevious: trail.length > 1,
      hasNext: next !== undefined,
      onPrevious: () => setTrail((before) => (before.length > 1 ? before.slice(0, -1) : before)),
      onNext: () => {
        if (next !== undefined) setTrail((before) => [...before, next]);
      },
    },
  };
}
