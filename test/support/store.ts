import { randomBytes } from 'node:crypto';

/** A key prefix that no other test file uses, so that all of them can share one Redis without seeing each other. */
export function freshPrefix(): string {
  return `t${process.pid.toString(36)}${randomBytes(5).toString('hex')}`;
}
