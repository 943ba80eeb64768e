/** Bounds of the metrics. Each with the reason for its value. */
import { MINUTE, SECOND } from '../time.ts';

/** How long a process keeps counts of requests to itself before it writes them. */
export const REQUEST_TALLY_INTERVAL = SECOND;

/**
 * Campaigns that have figures of their own, the live ones first. A metric for each campaign that ever was would make
 * the time series grow for ever.
 */
export const METRICS_CAMPAIGNS_MAX = 200;

/** How long the figures stand: two Prometheus servers, and a person beside them, ask for them in the same seconds. */
export const METRICS_KEPT = 2 * SECOND;

/** How long after its due time a callee is called overdue: batches gather, and the sweep finds what was lost, before that. */
export const OVERDUE_AFTER = 10 * MINUTE;
