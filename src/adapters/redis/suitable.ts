import { AppError } from '../../core/errors.ts';

/** What INFO tells about a server. */
export interface ServerFacts {
  readonly product: 'Redis' | 'Valkey';
  readonly version: string;
  readonly role: string;
  /** standalone or cluster. */
  readonly mode: string;
  readonly maxmemoryPolicy: string;
}

/** The oldest Redis with everything that our scripts use; Valkey began later. */
const REDIS_VERSION_MIN = [6, 2] as const;

/** Parses the reply of INFO. Fields that a server does not tell are empty. */
export function serverFacts(info: string): ServerFacts {
  const fields = new Map<string, string>();
  for (const line of info.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const valkey = fields.get('valkey_version');
  return {
    product: valkey === undefined ? 'Redis' : 'Valkey',
    version: valkey ?? fields.get('redis_version') ?? '',
    role: fields.get('role') ?? '',
    mode: fields.get('redis_mode') ?? fields.get('server_mode') ?? '',
    maxmemoryPolicy: fields.get('maxmemory_policy') ?? '',
  };
}

function isOldEnough(facts: ServerFacts): boolean {
  if (facts.product === 'Valkey') return true;
  const [major = 0, minor = 0] = facts.version.split('.').map(Number);
  const [majorMin, minorMin] = REDIS_VERSION_MIN;
  return major > majorMin || (major === majorMin && minor >= minorMin);
}

/** Throws AppError `redis_unsuitable`, with what to do, for a server that would lose data or lacks commands. */
export function checkServer(
  facts: ServerFacts,
  target: { readonly where: string; readonly cluster: boolean },
): void {
  const refuse = (text: string) => new AppError('redis_unsuitable', `Redis at ${target.where} ${text}`);
  if (!isOldEnough(facts)) {
    throw refuse(`is version ${facts.version}; use Redis ${REDIS_VERSION_MIN.join('.')} or newer, or Valkey`);
  }
  if (facts.role !== 'master') {
    throw refuse(`is a ${facts.role || 'server without a role'}; point REDIS_URL to its master`);
  }
  if (facts.maxmemoryPolicy !== 'noeviction') {
    const command = 'CONFIG SET maxmemory-policy noeviction';
    const remedy = `run "${command}" there and set the same in its configuration file`;
    throw refuse(`may evict keys (maxmemory-policy ${facts.maxmemoryPolicy || 'unknown'}); ${remedy}`);
  }
  if (facts.mode === 'cluster' && !target.cluster) {
    throw refuse('is a node of a cluster; name some of its nodes in REDIS_CLUSTER_NODES');
  }
}
