import type { Instant } from '../core/time.ts';

/** One thing that somebody did. Holds no phone number and no secret. */
export interface WriteEntry {
  readonly at: Instant;
  /** The name of the key, or of the user of the command line. */
  readonly by: string;
  /** The role of the key; `cli` for the command line. */
  readonly role: string;
  /** `campaign.start`, `import.add`, `key.revoke` ... */
  readonly did: string;
  /** What it was done to: the id of a campaign, import, list or key; may be empty. */
  readonly subject: string;
  /** A sentence for people; may be empty. */
  readonly text: string;
}

/** Who did what in the whole installation; the oldest entries are dropped beyond a bound. */
export interface WriteTrail {
  note(entry: WriteEntry): Promise<void>;
  /** Newest first, from behind `cursor` on; `next` is the cursor of the following page, undefined at the end. */
  page(
    cursor: string | undefined,
    max: number,
  ): Promise<{ readonly entries: readonly WriteEntry[]; readonly next: string | undefined }>;
}
