import { SIGNAL_ECHO_MAX } from '../core/limits.ts';

/**
 * Calls `stop` at the first of the signals. A second one ends the process at once, as it would without us. What comes
 * right behind the first is that same one: Ctrl-C reaches every process of a terminal, and npm passes its own on.
 */
export function onStopSignal(stop: () => void, signals: readonly NodeJS.Signals[]): void {
  let firstAt: number | undefined;
  const heed = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      stop();
    } else if (now - firstAt > SIGNAL_ECHO_MAX) {
      for (const each of signals) process.off(each, heed);
      process.kill(process.pid, signal);
    }
  };
  for (const signal of signals) process.on(signal, heed);
}
