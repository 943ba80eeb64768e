import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from '../api/request.ts';

export interface Loaded<T> {
  /** The latest that arrived; stays while newer is on its way. */
  readonly data: T | undefined;
  /** Why the latest try failed; undefined once one succeeds. */
  readonly problem: Problem | undefined;
  readonly isLoading: boolean;
  reload(): void;
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, {
    detail: error instanceof Error ? error.message : String(error),
    code: 'page_fault',
  });
}

interface Kept<T> {
  readonly key: string;
  readonly data?: T;
  readonly problem?: Problem;
}

/**
 * Loads what a page shows, again whenever `key` changes, and every `everyMs` while the page is visible. What was
 * shown under another key is forgotten at once, so that no page shows another's data.
 */
export function useLoad<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs?: number,
): Loaded<T> {
  const [kept, keep] = useState<Kept<T>>({ key });
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    const controller = new AbortController();
    loader.current(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) keep({ key, data });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        keep((before) => ({ ...(before.key === key ? before : { key }), problem: asProblem(error) }));
      },
    );
    return () => controller.abort();
  }, [round, key]);
  const reload = useCallback(() => setRound((value) => value + 1), []);
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);
  const own = kept.key === key ? kept : undefined;
  return {
    data: own?.data,
    problem: own?.problem,
    isLoading: own?.data === undefined && own?.problem === undefined,
    reload,
  };
}
