import type { CalleeRef } from './callee.ts';

/** The id that people and programs use for a callee: `<campaign>-c<ref>`. It never tells the number. */
export function calleeId(campaignId: string, ref: CalleeRef): string {
  return `${campaignId}-c${ref}`;
}

/**
 * The place of a callee in `campaignId` that an id names, written in full or as `c<ref>`; undefined when the
 * text is no callee id, or that of another campaign.
 */
export function parseCalleeId(campaignId: string, text: string): CalleeRef | undefined {
  const prefix = `${campaignId}-c`;
  const digits = text.startsWith(prefix) ? text.slice(prefix.length) : text.replace(/^c/, '');
  if (digits === text || !/^(0|[1-9]\d{0,14})$/.test(digits)) return undefined;
  return Number(digits);
}
