/** The documents that the HTTP API answers with and that no other face has. Those it shares are imported as types. */

/** Something that a preflight found. */
export interface Finding {
  readonly code: string;
  readonly text: string;
  readonly remedy: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export type Role = 'viewer' | 'operator' | 'admin';

export interface SessionDocument {
  readonly name: string;
  readonly role: Role;
  /** Sent back with every write, so that no other site can write in our name. */
  readonly csrf: string | null;
}

export interface ActionDocument {
  readonly action: string;
  readonly does: string;
  readonly allowed: boolean;
  readonly needs: 'nothing' | 'disposition';
  /** How many callees it touches now. */
  readonly callees: number;
}

export interface ActionResultDocument {
  /** The campaign's afterwards. */
  readonly state: string;
  readonly changed: boolean;
  /** How many it moved; left out where it moves the campaign. */
  readonly callees?: number;
  /** What a preflight found that does not keep it from calling. */
  readonly warnings?: readonly Finding[];
  readonly text: string;
}

export interface TrailEntry {
  readonly at: string;
  readonly by: string;
  readonly from: string | null;
  readonly to: string;
  readonly reason: string;
  readonly text: string;
}

export interface CallerLine {
  readonly caller: string;
  readonly attempts: number;
  readonly answered: number;
  readonly refused: number;
  readonly answeredShare: number | null;
  readonly state: string;
}

export interface StatisticsDocument {
  readonly hours: readonly { readonly at: string; readonly attempts: number; readonly answered: number }[];
  readonly byAttempt: readonly {
    readonly attempt: number;
    readonly dispositions: Readonly<Record<string, number>>;
  }[];
  readonly callers: readonly CallerLine[];
}

/** Callees that wait, by when they may be called; `at` null: at once. */
export interface DueBucket {
  readonly at: string | null;
  readonly callees: number;
}

export interface BatchLine {
  readonly id: number | string;
  readonly state: string;
  readonly zone: string;
  readonly caller: string | null;
  readonly taskId: string | number | null;
  readonly submissions: number;
  readonly callees: number;
  readonly open: number;
  readonly createdAt: string | null;
  readonly submittedAt: string | null;
  readonly notBefore: string | null;
  readonly notAfter: string | null;
  readonly nextLookAt: string | null;
}

export interface AttentionAction {
  /** The name of the action. */
  readonly label: string;
  readonly does: string;
  readonly method: string;
  readonly href: string;
  readonly body?: unknown;
}

export interface AttentionItem {
  readonly kind: string;
  readonly campaign: string | null;
  readonly subject: string;
  readonly reason: string;
  readonly text: string;
  readonly since: string | null;
  readonly callees: number;
  readonly actions: readonly AttentionAction[];
}

export interface ListSummary {
  readonly list: string;
  readonly entries: number;
  /** Numbers are kept as keyed digests only. */
  readonly keyed: boolean;
}

export interface KeyLine {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface NewKey extends KeyLine {
  /** Answered once and never again. */
  readonly secret: string;
}

export interface WebhookLine {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  /** Null: of all. */
  readonly campaign: string | null;
  readonly numbers: boolean;
  readonly createdAt: string | null;
  readonly createdBy: string;
  readonly deliveredAt: string | null;
  /** In a row. */
  readonly failures: number;
  readonly lastError: string;
  /** When it is tried again; null while all is well. */
  readonly nextAt: string | null;
  /** Nothing is sent until it is resumed. */
  readonly ended: boolean;
}

export interface NewWebhook extends WebhookLine {
  /** Answered once and never again. */
  readonly secret: string;
}

export interface DeedLine {
  readonly at: string;
  readonly by: string;
  readonly role: string;
  readonly did: string;
  readonly subject: string;
  readonly text: string;
}

export interface Waiting {
  readonly why: string;
  readonly until: string | null;
}

/** An entry of a suppression list; where a key is set, numbers are not known and their digests stand instead. */
export interface SuppressedNumber {
  readonly number: string | null;
  readonly digest: string | null;
  readonly reason: string;
  readonly by: string;
  readonly source: string;
  readonly addedAt: string | null;
  readonly expiresAt: string | null;
}

export interface ListDeed {
  readonly at: string;
  readonly by: string;
  readonly did: string;
  readonly entries: number;
  readonly reason: string;
  readonly source: string;
}
