import { userInfo } from 'node:os';
import { onStopSignal } from '../../adapters/stop-signal.ts';
import type { CliIo } from './deps.ts';

/** The operator's name on this machine; in a container whose user has no name, the number. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * This very process as the command line needs it. The first interrupt lets a command end in order; a second one
 * ends at once, as it would without us.
 */
export function processIo(): CliIo {
  const interrupt = new AbortController();
  onStopSignal(() => interrupt.abort(new Error('interrupted')), ['SIGINT']);
  const { stdin, stdout, stderr } = process;
  const user = `cli:${operatorName()}`;
  return { stdin, stdout, stderr, user, signal: interrupt.signal, nodeVersion: process.version };
}
