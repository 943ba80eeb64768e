import {
  API_ANSWER_MAX,
  API_CONNECT_MAX,
  API_OUTAGE_MAX,
  API_SILENCE_MAX,
  HTTP_SILENCE_MAX,
} from '../../../core/limits.ts';

/** How long the client of the API waits for what. Milliseconds. */
export interface ApiPatience {
  readonly connect: number;
  /** From the last byte of a request to the first of its answer. */
  readonly answer: number;
  /** The same where the API reads all of a campaign, or of a list, before it answers. */
  readonly longAnswer: number;
  /** Between two movements of a body, in either direction. */
  readonly silence: number;
  /** How long readings are repeated while something is watched. */
  readonly outage: number;
}

export const API_PATIENCE: ApiPatience = {
  connect: API_CONNECT_MAX,
  answer: API_ANSWER_MAX,
  longAnswer: HTTP_SILENCE_MAX,
  silence: API_SILENCE_MAX,
  outage: API_OUTAGE_MAX,
};
