import { onStopSignal } from './adapters/stop-signal.ts';
import { type App, openApp } from './app.ts';
import { type Config, loadConfig } from './config.ts';
import { AppError } from './core/errors.ts';
import { parseRoles } from './roles.ts';

const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;

/** One line on standard error and the exit code that goes with it; a stack only for what is a bug of ours. */
export function reportFailure(error: unknown): number {
  const known = error instanceof AppError;
  const text = known
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`ringmaster: ${text}\n`);
  return known && error.kind === 'bad_input' ? EXIT_USAGE : EXIT_REFUSED;
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => onStopSignal(resolve, ['SIGTERM', 'SIGINT']));
}

/**
 * The life of a worker process: settings, app, roles, work until a signal, orderly stop. What is cut off by a hard
 * end is found again by the sweep.
 */
export async function runRoles(names: readonly string[]): Promise<void> {
  let app: App | undefined;
  try {
    const roles = parseRoles(names);
    const config: Config = loadConfig();
    app = await openApp(config, { name: names.length === 0 ? 'all' : roles.join('+') });
    const stopped = stopSignal();
    await app.start(roles);
    await stopped;
  } catch (error) {
    process.exitCode = reportFailure(error);
  } finally {
    await app?.close();
  }
}
