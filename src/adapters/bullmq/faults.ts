import { UnrecoverableError } from 'bullmq';
import { InvariantError } from '../../core/assert.ts';
import { AppError } from '../../core/errors.ts';
import { JOB_FAULT_CHARACTERS_MAX } from '../../core/limits.ts';

/**
 * A text that may be shown in a dashboard: of every run of digits as long as a phone number, only the first
 * three and the last two stay. The errors of this project hold no numbers; those of others might.
 */
export function maskDigits(text: string): string {
  const masked = text.replace(/\d{7,}/g, (digits) => `${digits.slice(0, 3)}****${digits.slice(-2)}`);
  return masked.slice(0, JOB_FAULT_CHARACTERS_MAX);
}

/** True when running the same job again may help: faults outside that pass, and faults nobody foresaw. */
export function mayPass(error: unknown): boolean {
  if (error instanceof InvariantError || error instanceof UnrecoverableError) return false;
  return error instanceof AppError ? error.retryable : true;
}

/**
 * What a handler's fault means to BullMQ. A retryable AppError, or a fault that nobody foresaw, is redelivered
 * a bounded number of times with back-off; an AppError that will not pass and a broken invariant fail at
 * once. Either way no work is lost: it is in the store, where the sweep finds it.
 */
export function jobFault(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof AppError ? `${error.code}: ` : '';
  const message = maskDigits(`${code}${text}`);
  const fault = mayPass(error) ? new Error(message) : new UnrecoverableError(message);
  fault.stack = maskDigits(error instanceof Error && error.stack !== undefined ? error.stack : message);
  return fault;
}
