/** Who may do what through the API, and what a key looks like. */

/** In order: each may do what those before it may. */
export const ACCESS_ROLES = ['viewer', 'operator', 'admin'] as const;
/** `viewer` reads, with numbers masked; `operator` also writes; `admin` also makes and revokes keys. */
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** True where somebody in this role may do what needs the other. */
export function mayAct(role: AccessRole, needed: AccessRole): boolean {
  return ACCESS_ROLES.indexOf(role) >= ACCESS_ROLES.indexOf(needed);
}

/** Characters of the part of a key that names it, and that is shown in lists. */
export const KEY_ID_CHARACTERS = 10;
/** Bytes of chance in a key. A plain hash of so many can be stored: there is nothing to guess. */
export const KEY_SECRET_BYTES = 32;

const SECRET = /^rmk_([a-z0-9]{10})_([A-Za-z0-9_-]{43})$/;

/** The whole key as it is shown once: `rmk_<id>_<random>`; `random` is base64url. */
export function keySecret(id: string, random: string): string {
  return `rmk_${id}_${random}`;
}

/** The id in a key that somebody sent; undefined for a text that is no key of ours. */
export function keyIdOf(secret: string): string | undefined {
  return SECRET.exec(secret)?.[1];
}
