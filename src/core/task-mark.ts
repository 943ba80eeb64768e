/**
 * What the description of a task says of whom it belongs to. Two installations that run a campaign of one name in one
 * account make tasks of the same names; this is what tells them apart.
 */
const MARK = /^ringmaster ([A-Za-z0-9_-]+)$/;

export function taskMark(installation: string): string {
  return `ringmaster ${installation}`;
}

/** Whose task it is by its description; undefined where that does not say. */
export function isMarkedAs(description: string, installation: string): boolean | undefined {
  const marked = MARK.exec(description.trim())?.[1];
  return marked === undefined ? undefined : marked === installation;
}
