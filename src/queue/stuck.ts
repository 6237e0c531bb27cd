// When a running job counts as stuck: its kind's threshold has passed without a sign of life. There is no limit on how long
// a job may run.

import type { Job } from "./job.ts";

export interface Stuck {
  job: Job;
  /** Seconds since its last sign of life. */
  silentS: number;
  thresholdS: number;
}

/** A frozen job is not stuck: it stands still because it was told to. */
export function stuckFor(job: Job, thresholdS: number, now: number): Stuck | undefined {
  if (job.status !== "running" || job.frozen || !job.progressAt) return undefined;
  const silentS = (now - job.progressAt.getTime()) / 1000;
  return silentS > thresholdS ? { job, silentS: Math.round(silentS), thresholdS } : undefined;
}
