/** Requests by action and by what they were answered with: `OK`, an error code, or `fault:<kind>` for no answer. */
export type RequestCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface RequestTally {
  count(action: string, answer: string): void;
  list(): RequestCounts;
}

export function createRequestTally(): RequestTally {
  const byAction = new Map<string, Map<string, number>>();
  return {
    count(action, answer) {
      const answers = byAction.get(action) ?? new Map<string, number>();
      byAction.set(action, answers);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    },
    list: () =>
      Object.fromEntries(
        [...byAction].map(([action, answers]) => [action, Object.fromEntries(answers)] as const),
      ),
  };
}
