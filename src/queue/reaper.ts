// Finds jobs whose row says running while no live lease exists: their worker died. There is no wall-clock limit: a run
// of any length is healthy as long as its heartbeats come.

import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Loop } from "../runtime/service.ts";
import type { JobStore, Lease } from "./job-store.ts";

export type OrphanPolicy = "fail" | "retry-once";

export interface ReaperParts {
  store: JobStore;
  events: EventBus;
  clock: Clock;
  log: Logger;
  policy: () => OrphanPolicy;
  /** A run of this very process, which is alive whatever its lease says: the machine may have slept. */
  holds?: (lease: Lease) => boolean;
  /** Told of each orphan. `again`: it waits to be run once more. */
  orphaned?: (jobId: number, again: boolean) => Promise<void>;
}

export function reaperLoop(parts: ReaperParts): Loop {
  return {
    name: "reaper",
    everyMs: 5 * 60_000,
    step: async () => void (await reap(parts, parts.clock.now())),
  };
}

/** At the start of the only server on this data folder every lease is a dead one, whatever its time. */
export function reapAll(parts: ReaperParts): Promise<number> {
  return reap(parts, Number.MAX_SAFE_INTEGER);
}

async function reap(
  { store, events, clock, log, policy, holds, orphaned }: ReaperParts,
  leasesBefore: number,
): Promise<number> {
  let reaped = 0;
  for (const lease of await store.leasesLostBefore(leasesBefore)) {
    if (holds?.(lease)) continue;
    // Once only: a job that takes its worker down with it must not do so for ever.
    const again = policy() === "retry-once" && !(await wasOrphaned(store, lease.jobId));
    const failure = {
      code: "job.orphaned",
      message: `orphaned: the worker ${lease.worker} died while it ran this job.`,
    };
    if (
      !(await store.settle(
        lease,
        { outcome: "orphaned", failure, again, leaseEndedBefore: leasesBefore },
        clock.now(),
      ))
    )
      continue;
    reaped++;
    log.warn("orphaned job found", { job_id: lease.jobId, attempt: lease.attempt, again });
    events.publish({ topic: "job", id: lease.jobId, queue: "", what: "settled" });
    await orphaned?.(lease.jobId, again);
  }
  return reaped;
}

async function wasOrphaned(store: JobStore, jobId: number): Promise<boolean> {
  return (await store.attempts(jobId)).some((a) => a.outcome === "orphaned");
}
