// How long a running job will still take. Its own pace counts for more the further it is; before that, how long runs of its
// kind took.

import type { Job } from "./job.ts";
import type { SecondsRange } from "./start-estimate.ts";

/** Quartiles of measured runs of a kind, in milliseconds. */
export interface RunTimes {
  p25Ms: number;
  p75Ms: number;
}

/** Below this its own pace is noise; from here on it counts ever more, and alone from `paceAlone`. */
const paceFrom = 3;
const paceAlone = 25;

/** Seconds it has worked: without the time it stood frozen. */
export function workedS(
  job: Pick<Job, "startedAt" | "finishedAt" | "frozen" | "frozenMs" | "pausedAt">,
  now: number,
): number {
  if (!job.startedAt) return 0;
  return (
    Math.max(0, (job.finishedAt?.getTime() ?? now) - job.startedAt.getTime() - frozenMs(job, now)) / 1000
  );
}

/** The store counts a freeze when it ends; the one that lasts is added here. */
export function frozenMs(job: Pick<Job, "frozen" | "frozenMs" | "pausedAt">, now: number): number {
  return job.frozenMs + (job.frozen && job.pausedAt ? Math.max(0, now - job.pausedAt.getTime()) : 0);
}

/** What it needs from now on if nothing freezes it; null when nothing is known. */
export function runEstimate(job: Job, now: number, kind?: RunTimes): SecondsRange | null {
  if (!job.startedAt || job.finishedAt) return null;
  const elapsedS = workedS(job, now);
  const own = job.progress && job.progress >= paceFrom ? byPace(elapsedS, job.progress) : null;
  const usual = kind ? bySiblings(elapsedS, job.progress ?? 0, kind) : null;
  if (!own || !usual) return rounded(own ?? usual);
  const weight = Math.min(1, (job.progress! - paceFrom) / (paceAlone - paceFrom));
  const mixed = (of: keyof SecondsRange) => own[of] * weight + usual[of] * (1 - weight);
  return rounded({ lowS: mixed("lowS"), highS: mixed("highS") });
}

/** The middle, as one figure for a progress bar. */
export function middleS(range: SecondsRange | null): number | null {
  return range && Math.round((range.lowS + range.highS) / 2);
}

function byPace(elapsedS: number, progress: number): SecondsRange {
  const restS = (elapsedS * (100 - progress)) / progress;
  // Half as much again at the start, a tenth near the end.
  const doubt = 0.1 + 0.4 * (1 - progress / 100);
  return { lowS: restS * (1 - doubt), highS: restS * (1 + doubt) };
}

/** One that has outlasted most of its kind is no longer like them: then its quartiles say nothing, and no guess is made. */
function bySiblings(elapsedS: number, progress: number, { p25Ms, p75Ms }: RunTimes): SecondsRange | null {
  const [low, high] = [p25Ms / 1000, p75Ms / 1000];
  if (progress > 0) {
    const rest = 1 - progress / 100;
    return { lowS: low * rest, highS: high * rest };
  }
  return elapsedS > high * 2
    ? null
    : { lowS: Math.max(0, low - elapsedS), highS: Math.max(1, high - elapsedS) };
}

function rounded(range: SecondsRange | null): SecondsRange | null {
  return range && { lowS: Math.round(range.lowS), highS: Math.round(range.highS) };
}
