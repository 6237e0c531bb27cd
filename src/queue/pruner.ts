// Forgets finished jobs by the retention setting: older than so many days, or more than so many. Failures stay longer.

import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { JobStore } from "./job-store.ts";

export interface Retention {
  days: number;
  rows: number;
}

export interface PrunerParts {
  store: JobStore;
  events: EventBus;
  clock: Clock;
  retention: () => Retention;
}

const dayMs = 86_400_000;
export const failuresKeptTimes = 4;
/** One commit's worth: readers and claims get their turn in between. */
const batch = 500;

/** Answers how many went; tells as it goes. */
export async function pruneJobs(
  parts: PrunerParts,
  signal: AbortSignal,
  onRemoved: (removed: number) => void = () => {},
): Promise<number> {
  const { days, rows } = parts.retention();
  const now = parts.clock.now();
  const failedBefore = now - days * dayMs * failuresKeptTimes;
  let removed = 0;
  for (;;) {
    signal.throwIfAborted();
    const done = await prune(parts, now - days * dayMs, failedBefore);
    removed += done;
    onRemoved(removed);
    if (done < batch) break;
  }
  for (;;) {
    signal.throwIfAborted();
    const cutoff = await cutoffOfExcess(parts.store, rows);
    const done = cutoff === undefined ? 0 : await prune(parts, cutoff, failedBefore);
    removed += done;
    onRemoved(removed);
    if (done === 0) break;
  }
  return removed;
}

async function prune({ store, events }: PrunerParts, before: number, failedBefore: number): Promise<number> {
  const ids = await store.prune(before, failedBefore, batch);
  for (const id of ids) events.publish({ topic: "job", id, queue: "", what: "removed" });
  return ids.length;
}

/** When the last of the oldest that are too many, a batch at most, had finished. Failures are not counted: age removes them. */
async function cutoffOfExcess(store: JobStore, rows: number): Promise<number | undefined> {
  let kept = 0;
  for (const t of await store.tallies()) kept += t.completed + t.cancelled;
  const excess = Math.min(kept - rows, batch);
  if (excess <= 0) return undefined;
  const { jobs } = await store.list({ status: ["completed", "cancelled"] }, "oldest", 0, excess);
  const last = jobs.at(-1)?.finishedAt;
  // Pruning is by "before", so the last must be included.
  return last ? last.getTime() + 1 : undefined;
}
