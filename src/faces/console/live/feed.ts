import { signal } from '@preact/signals';
import type { CampaignDocument } from '../../documents.ts';
import { get, query } from '../api/request.ts';

/** `polling`: no stream just now, so campaigns are asked for every few seconds; `offline`: not even that works. */
export type FeedState = 'connecting' | 'live' | 'polling' | 'offline';

const POLL_MS = 5_000;
const REOPEN_MIN_MS = 1_000;
const REOPEN_MAX_MS = 15_000;

export const feedState = signal<FeedState>('connecting');

type Take = (campaign: CampaignDocument) => void;

/** Asks for the documents once. True where the server answers again after it did not. */
async function pollOnce(campaign: string | undefined, take: Take): Promise<boolean> {
  const wasAway = feedState.value === 'offline';
  try {
    if (campaign === undefined) {
      const all = await get<CampaignDocument[]>(`/v1/campaigns${query({ limit: 100 })}`);
      for (const one of all) take(one);
    } else take(await get<CampaignDocument>(`/v1/campaigns/${encodeURIComponent(campaign)}`));
    if (feedState.value !== 'live') feedState.value = 'polling';
    return wasAway;
  } catch {
    if (feedState.value !== 'live') feedState.value = 'offline';
    return false;
  }
}

/**
 * Hands every change of one campaign, or of all, to `take` until the returned function is called. A stream of the
 * server is used; while there is none (the server restarts, a proxy cuts it off) the documents are polled and the
 * stream is opened again. A hidden page holds no connection: browsers allow six per server, and tabs add up.
 */
export function followCampaigns(campaign: string | undefined, take: Take): () => void {
  let source: EventSource | undefined;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let wait = REOPEN_MIN_MS;
  let isOver = false;
  const poll = setInterval(async () => {
    if (document.hidden || feedState.value === 'live') return;
    const isBack = await pollOnce(campaign, take);
    // No waiting for the next try: the server is there.
    if (isBack && !isOver && source === undefined) open();
  }, POLL_MS);
  const close = (): void => {
    clearTimeout(reopen);
    source?.close();
    source = undefined;
  };
  const open = (): void => {
    close();
    source = new EventSource(`/v1/events${query({ campaign })}`);
    source.onopen = () => {
      // What changed while there was no stream may have been before its first event.
      if (wait > REOPEN_MIN_MS) void pollOnce(campaign, take);
      wait = REOPEN_MIN_MS;
      feedState.value = 'live';
    };
    source.addEventListener('campaign', (event) => take(JSON.parse(event.data)));
    source.onerror = () => {
      feedState.value = 'connecting';
      void pollOnce(campaign, take);
      close();
      reopen = setTimeout(open, wait);
      wait = Math.min(wait * 2, REOPEN_MAX_MS);
    };
  };
  const onVisibility = (): void => {
    if (document.hidden) {
      close();
      return;
    }
    void pollOnce(campaign, take);
    open();
  };
  document.addEventListener('visibilitychange', onVisibility);
  feedState.value = 'connecting';
  if (!document.hidden) open();
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', onVisibility);
    clearInterval(poll);
    close();
  };
}
