import { z } from 'zod';

/**
 * What will happen in the played world, unless something changes first. `subject` is a task id, but for
 * `call_ends` the index of the call.
 */
export const worldEvent = z.object({
  at: z.number(),
  /** Breaks ties, so that events of one instant happen in the order they were scheduled. */
  order: z.number(),
  kind: z.enum([
    'task_starts',
    'task_opens',
    'task_expires',
    'call_ends',
    'retry_due',
    'task_forgotten',
    'request_lands',
  ]),
  subject: z.number(),
  /** The callee's index in its task, for `retry_due`. */
  callee: z.number().optional(),
  /** The request that lands late. */
  request: z.object({ action: z.string(), body: z.unknown() }).optional(),
});

export type WorldEvent = z.infer<typeof worldEvent>;

/** A binary heap, earliest event first. Plain data, so that a snapshot can hold it. */
export type EventHeap = WorldEvent[];

export function pushEvent(heap: EventHeap, event: WorldEvent): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || isBefore(parent, event)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = event;
}

/** Takes the earliest event, if it is due at `now`. */
export function popDueEvent(heap: EventHeap, now: number): WorldEvent | undefined {
  const first = heap[0];
  if (first === undefined || first.at > now) return undefined;
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) sinkFromTop(heap, last);
  return first;
}

function sinkFromTop(heap: EventHeap, event: WorldEvent): void {
  let index = 0;
  for (;;) {
    const leftIndex = 2 * index + 1;
    const left = heap[leftIndex];
    if (left === undefined) break;
    const right = heap[leftIndex + 1];
    const childIndex = right !== undefined && isBefore(right, left) ? leftIndex + 1 : leftIndex;
    const child = heap[childIndex];
    if (child === undefined || isBefore(event, child)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = event;
}

function isBefore(a: WorldEvent, b: WorldEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
