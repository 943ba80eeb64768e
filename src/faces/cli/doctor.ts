import { AppError } from '../../core/errors.ts';
import type { CliIo, Session } from './deps.ts';
import { type Finding, messageOf } from './finding.ts';

const NODE_MIN: readonly [number, number] = [20, 19];

function nodeFinding(io: CliIo): Finding {
  const [major = 0, minor = 0] = io.nodeVersion.replace(/^v/, '').split('.').map(Number);
  const suits = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const remedy = suits ? '' : `; install ${NODE_MIN.join('.')} or newer`;
  return { check: 'node', state: suits ? 'ok' : 'failed', detail: `Node ${io.nodeVersion}${remedy}` };
}

/** Everything that can be checked, in the order in which it should be mended. Never throws. */
export async function examine(session: Session): Promise<Finding[]> {
  const rest = await session
    .use((backend) => backend.diagnose())
    .catch((error: unknown): Finding[] => {
      const check = error instanceof AppError && error.code !== 'settings_invalid' ? 'redis' : 'settings';
      return [{ check, state: 'failed', detail: messageOf(error) }];
    });
  return [nodeFinding(session.io), ...rest];
}
