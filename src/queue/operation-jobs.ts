// Which jobs a bulk operation means: those that match when it is asked for, and none that come later.

import type { JobFilter, JobStore } from "./job-store.ts";
import type { OperationParams } from "./operation-actions.ts";

/** Moving job by job to the front or the end costs a look at every lane of the queue. */
export const mostPositioned = 10_000;
const readAtOnce = 2000;

/** In the order in which they are to be moved; empty when it was aborted. */
export async function idsMeant(
  store: JobStore,
  filters: JobFilter[],
  { position }: OperationParams,
  signal: AbortSignal,
): Promise<number[]> {
  const found = new Set<number>();
  const newest = (await store.list({}, "newest", 0, 1)).jobs[0]?.id ?? 0;
  for (const filter of filters) {
    const except = new Set(filter.exceptIds?.map((e) => e.id));
    for await (const ids of position ? inLine(store, filter) : store.idBatches(filter, readAtOnce)) {
      if (signal.aborted) return [];
      for (const id of ids) if (id <= newest && !except.has(id)) found.add(id);
      await turn();
    }
  }
  const ids = [...found];
  // The last to be put in front is the first of all.
  return position === "first" ? ids.reverse() : ids;
}

/** In the order in which they would be claimed. */
async function* inLine(store: JobStore, filter: JobFilter): AsyncIterable<number[]> {
  for (let at = 0; at < mostPositioned; at += readAtOnce) {
    const { jobs } = await store.list(filter, "position", at, readAtOnce);
    yield jobs.map((j) => j.id);
    if (jobs.length < readAtOnce) return;
  }
}

/** Whoever waits for the event loop gets it. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
