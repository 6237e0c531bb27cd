// Waits for one job to be over, for callers who stand and wait: a picture being resized for a page.

import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Job } from "./job.ts";
import type { JobStore } from "./job-store.ts";

const over = ["completed", "failed", "cancelled"];

/** The job once it is over; undefined when it was removed, or is not over after `timeoutMs`. */
export async function awaitJob(
  { store, events, clock }: { store: JobStore; events: EventBus; clock: Clock },
  id: number,
  timeoutMs: number,
): Promise<Job | undefined> {
  const done = Promise.withResolvers<void>();
  const stop = events.subscribe((e) => {
    if (
      e.topic === "job" &&
      e.id === id &&
      (e.what === "settled" || e.what === "moved" || e.what === "removed")
    )
      done.resolve();
  });
  const forget = clock.after(timeoutMs, done.resolve);
  try {
    // Subscribed first: a job that ends between the look and the wait is not missed.
    let job = await store.get(id);
    if (job && !over.includes(job.status)) {
      await done.promise;
      job = await store.get(id);
    }
    return job && over.includes(job.status) ? job : undefined;
  } finally {
    stop();
    forget();
  }
}
