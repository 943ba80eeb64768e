import { PROGRESS_BAR_INTERVAL, PROGRESS_LINE_INTERVAL } from '../../core/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CliIo } from './deps.ts';
import { countText } from './output.ts';

export interface Progress {
  /** Tells how far the work is; draws now and then. */
  at(done: number): void;
  /** The last word; on a terminal the bar is taken away. */
  end(): void;
}

const BAR_WIDTH = 30;

interface Work {
  readonly label: string;
  readonly unit: string;
  /** Left out where nobody knows how much there is. */
  readonly total?: number;
}

function progressText(what: Work, done: number, asBar: boolean): string {
  const { label, unit, total } = what;
  if (total === undefined || total === 0) return `${label}: ${countText(done)} ${unit}`;
  const share = Math.min(1, done / total);
  const percent = `${Math.floor(share * 100)}%`;
  const counts = `${countText(Math.min(done, total))} of ${countText(total)} ${unit}`;
  if (!asBar) return `${label}: ${percent}, ${counts}`;
  const filled = Math.round(share * BAR_WIDTH);
  return `${label} [${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${percent} ${counts}`;
}

/**
 * Progress of long work on standard error: a bar that redraws itself when standard output is a terminal,
 * a line every few seconds otherwise. Short work shows nothing.
 */
export function startProgress(io: CliIo, clock: Pick<Clock, 'now'>, what: Work): Progress {
  const bar = io.stdout.isTTY === true;
  const interval = bar ? PROGRESS_BAR_INTERVAL : PROGRESS_LINE_INTERVAL;
  let drawnAt = clock.now();
  let drawn = false;
  return {
    at(done) {
      if (clock.now() - drawnAt < interval) return;
      drawnAt = clock.now();
      drawn = true;
      const text = progressText(what, done, bar);
      io.stderr.write(bar ? `\r${text}\u001b[K` : `${text}\n`);
    },
    end() {
      if (bar && drawn) io.stderr.write('\r\u001b[K');
    },
  };
}
