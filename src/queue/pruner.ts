// Forgets finished jobs by the retention setting: older than so many days, or more than so many. Failures stay longer.

import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Loop } from "../runtime/service.ts";
import type { JobStore } from "./job-store.ts";

export interface Retention {
  days: number;
  rows: number;
}

export interface PrunerParts {
  store: JobStore;
  clock: Clock;
  log: Logger;
  retention: () => Retention;
}

const dayMs = 86_400_000;
export const failuresKeptTimes = 4;
/** One commit's worth: readers and claims get their turn in between. */
const batch = 500;

export function prunerLoop(parts: PrunerParts): Loop {
  return { name: "pruner", everyMs: 60 * 60_000, atStart: true, step: (signal) => step(parts, signal) };
}

async function step({ store, clock, log, retention }: PrunerParts, signal: AbortSignal): Promise<void> {
  const { days, rows } = retention();
  const now = clock.now();
  let removed = await pruneAll(store, now - days * dayMs, now - days * dayMs * failuresKeptTimes, signal);
  const cutoff = await finishOfRow(store, rows);
  // Failures count as rows, but only age removes them.
  if (cutoff !== undefined)
    removed += await pruneAll(store, cutoff, now - days * dayMs * failuresKeptTimes, signal);
  if (removed > 0) log.info(`Forgot ${removed} finished jobs`, { days, rows });
}

async function pruneAll(
  store: JobStore,
  before: number,
  failedBefore: number,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (;;) {
    signal.throwIfAborted();
    const done = await store.prune(before, failedBefore, batch);
    removed += done;
    if (done < batch) return removed;
  }
}

/** When the newest job beyond the allowed number finished; undefined while there are no more than that. */
async function finishOfRow(store: JobStore, rows: number): Promise<number | undefined> {
  let finished = 0;
  for (const t of await store.tallies()) finished += t.completed + t.failed + t.cleared + t.cancelled;
  if (finished <= rows) return undefined;
  const { jobs } = await store.list({ status: ["completed", "failed", "cancelled"] }, "finished", rows, 1);
  // Pruning is by "before", so the one found must be included.
  const last = jobs[0]?.finishedAt;
  return last ? last.getTime() + 1 : undefined;
}
