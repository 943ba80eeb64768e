import { formatDuration } from './core/duration.ts';
import * as limits from './core/limits.ts';
import { DAY, HOUR, MINUTE, SECOND } from './core/time.ts';
import { duration, type SettingRow, wholeNumber } from './setting-kinds.ts';

/** Bounds of core/limits.ts that an operator may turn. */
export const BOUND_SETTINGS = {
  REQUESTS_PER_SECOND: {
    meaning: "The account's quota of requests per second and action, shared by all processes.",
    initial: String(limits.REQUESTS_PER_SECOND),
    schema: wholeNumber(limits.REQUESTS_RESERVED_FOR_DOUBT + 1, 10_000),
  },
  REQUEST_DEADLINE: {
    meaning: 'Total time for one request to the provider.',
    initial: formatDuration(limits.REQUEST_DEADLINE),
    schema: duration(100, 5 * MINUTE),
  },
  SUBMISSION_GRACE: {
    meaning: 'After the deadline of a submission, how long until another process may call it in doubt.',
    initial: formatDuration(limits.SUBMISSION_GRACE),
    schema: duration(100, HOUR),
  },
  QUIET_PERIOD: {
    meaning: 'Between the two look-ups that must both find a submission absent before it is planned again.',
    initial: formatDuration(limits.QUIET_PERIOD),
    schema: duration(100, DAY),
  },
  RECORD_WAIT_MAX: {
    meaning: 'How long a call record that does not come is asked for.',
    initial: formatDuration(limits.RECORD_WAIT_MAX),
    schema: duration(SECOND, 7 * DAY),
  },
  SWEEP_INTERVAL: {
    meaning: 'Between two runs of the sweep that finds what a lost wake-up left behind.',
    initial: formatDuration(limits.SWEEP_INTERVAL),
    schema: duration(100, HOUR),
  },
  LOOK_INTERVAL_MIN: {
    meaning: 'Between two readings of one task, at least.',
    initial: formatDuration(limits.LOOK_INTERVAL_MIN),
    schema: duration(50, DAY),
  },
  LOOK_INTERVAL_MAX: {
    meaning:
      "Between two readings of a campaign's oldest task, at most; its other tasks are read at least every twelve times that.",
    initial: formatDuration(limits.LOOK_INTERVAL_MAX),
    schema: duration(50, DAY),
  },
  FIRST_LOOK: {
    meaning: 'From the start of a task to its first reading, while nothing is known of how fast it calls.',
    initial: formatDuration(limits.FIRST_LOOK),
    schema: duration(50, DAY),
  },
  BATCH_GATHER: {
    meaning:
      'How long a callee that is due may wait for others, so that retries do not become tasks of one callee.',
    initial: formatDuration(limits.BATCH_GATHER),
    schema: duration(1, HOUR),
  },
  RECORD_GATHER: {
    meaning: 'How long calls that a running task already ended may wait to be read together.',
    initial: formatDuration(limits.RECORD_GATHER),
    schema: duration(1, DAY),
  },
  CALLEES_IN_FLIGHT_MAX: {
    meaning:
      'Callees in a batch or a call at the same time, over all campaigns, which share them by priority.',
    initial: String(limits.CALLEES_IN_FLIGHT_MAX),
    schema: wholeNumber(1, 10_000_000),
  },
  TASK_LIST_INTERVAL: {
    meaning:
      'Between two listings of all tasks while a submission is in doubt or was given up of late; they find tasks that nobody here knows.',
    initial: formatDuration(limits.TASK_LIST_INTERVAL),
    schema: duration(100, DAY),
  },
  TASK_LIST_PAGE: {
    meaning: "Tasks per page of a listing. The provider's cap is undocumented.",
    initial: String(limits.TASK_LIST_PAGE),
    schema: wholeNumber(1, 1_000),
  },
  ASSUMED_ANSWERED_PERCENT: {
    meaning: 'For forecasts while a campaign has no calls of its own: how many of all attempts are answered.',
    initial: String(limits.ASSUMED_ANSWERED_PERCENT),
    schema: wholeNumber(0, 100),
  },
  ASSUMED_DEAD_PERCENT: {
    meaning: 'For forecasts: how many of all attempts end at a number that does not exist.',
    initial: String(limits.ASSUMED_DEAD_PERCENT),
    schema: wholeNumber(0, 100),
  },
  ASSUMED_ANSWERED_TIME: {
    meaning: 'For forecasts: how long an answered call takes, from the dial to its end.',
    initial: formatDuration(limits.ASSUMED_ANSWERED_TIME),
    schema: duration(SECOND, DAY),
  },
  ASSUMED_MISSED_TIME: {
    meaning: 'For forecasts: how long any other call takes.',
    initial: formatDuration(limits.ASSUMED_MISSED_TIME),
    schema: duration(SECOND, HOUR),
  },
  ASSUMED_CHANNELS: {
    meaning: 'For forecasts: calls at a time of an own caller number, where the campaign file names none.',
    initial: String(limits.ASSUMED_CHANNELS),
    schema: wholeNumber(1, limits.CALLER_CHANNELS_MAX),
  },
} as const satisfies Readonly<Record<string, SettingRow>>;
