/** One thing that doctor looked at. */
export interface Finding {
  readonly check: string;
  /** `warning`: works, but somebody should know. `missing`: not set, so not looked at. */
  readonly state: 'ok' | 'warning' | 'missing' | 'failed';
  /** What was found, and where it is wrong, what to do. */
  readonly detail: string;
}

/** What went wrong, as a detail. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a look found; one that fails is itself a finding, under the name of what was looked at. Never rejects. */
export async function guarded(check: string, find: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await find();
  } catch (error) {
    return [{ check, state: 'failed', detail: messageOf(error) }];
  }
}
