import { computed, signal } from '@preact/signals';
import type { Role, SessionDocument } from './documents.ts';

/**
 * Who is signed in: undefined before the server said, null when nobody is. The key itself is never kept; the
 * server's cookie, which no script can read, stands for it.
 */
export const session = signal<SessionDocument | null | undefined>(undefined);

/** True after a session ended under our hands, so that the sign-in page can say so. */
export const sessionEnded = signal(false);

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** True where the key may do what needs `role`. The server decides; this only hides what it would refuse. */
export function may(role: Role): boolean {
  const mine = session.value?.role;
  return mine !== undefined && RANK[mine] >= RANK[role];
}

export const isOperator = computed(() => may('operator'));

/** Not the key: only that there was a session, so that a first visit need not ask for one. */
const HINT = 'ringmaster.session';

/** False where nobody signed in with this browser since they last signed out. */
export function mayHaveSession(): boolean {
  return localStorage.getItem(HINT) !== null;
}

export function signedIn(as: SessionDocument): void {
  localStorage.setItem(HINT, 'yes');
  sessionEnded.value = false;
  session.value = as;
}

export function signedOut(): void {
  localStorage.removeItem(HINT);
  session.value = null;
}

/** The server no longer knows the session. */
export function signOutHere(): void {
  if (session.value) sessionEnded.value = true;
  signedOut();
}
