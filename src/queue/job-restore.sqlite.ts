// Puts a job back where it stood before a bulk operation moved it, without a strike or a mark: what was cancelled waits
// or is paused again, what was retried and has not started is a failure again. Called inside a write.

import type { JobStatus } from "./job.ts";
import type { JobPlaces } from "./job-places.sqlite.ts";
import type { Standing } from "./job-store.ts";

/** False when the job is not where the move left it, or the same work has been opened anew. */
export function restore(
  places: JobPlaces,
  id: number,
  statusOf: () => JobStatus,
  was: Standing,
  now: number,
): boolean {
  const job = places.row(id);
  if (!job) return false;
  const status = statusOf();
  if (was.status === "failed" || was.status === "cancelled") {
    if (status !== "pending") return false;
    places.leaveQueue(job);
    places.countRetry(id, was.runAt ?? null, (was.retryCount ?? 0) - job.retry_count);
    const facts = {
      lane: job.lane,
      startedAt: was.startedAt ?? null,
      progress: was.progress ?? null,
      frozenMs: was.frozenMs ?? 0,
    };
    places.finish(id, facts, was.status, was.finishedAt ?? now, was.note ?? null, was.failure ?? null);
    if (was.acknowledgedAt !== undefined) places.acknowledge(id, job.lane, was.acknowledgedAt);
    return true;
  }
  if (status !== "cancelled") return false;
  if (job.dedup_key !== null) {
    if (places.openJob(job.dedup_key) !== undefined) return false;
    places.openKey(job.dedup_key, id);
  }
  places.leaveFinished(id);
  places.countRetry(id, was.runAt ?? null, (was.retryCount ?? 0) - job.retry_count);
  if (was.status === "paused")
    places.enterPaused(id, job.lane, was.pausedBy ?? null, was.pauseEnds ?? null, was.pausedAt ?? now);
  else places.enterWaiting(id, job.lane, job.rank, was.runAt ?? null, now);
  return true;
}
