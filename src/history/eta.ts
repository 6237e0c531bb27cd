// How long waiting work will take, as a range that eight times in ten holds what comes: from how long such runs took, and,
// where enough has ended in the last minutes, from how fast they really ended. Few samples make a wide range.

import { type Histogram, percentile, spreadOf } from "./histogram.ts";

/** How fast jobs ended of late. */
export interface Rate {
  perMinute: number;
  /** How many it was measured from. */
  sample: number;
}

export interface Estimate {
  lowS: number;
  highS: number;
  /** What it rests on mostly: the rate of the last minutes, or how long runs took. */
  basis: "rate" | "runs";
  /** How many measured jobs it rests on. */
  sample: number;
}

/** Jobs of one kind that are to run; half a job is one that runs already. */
export interface Ahead {
  n: number;
  runMs: Histogram | undefined;
}

/** Four fifths of a normal distribution lie within so many deviations. */
const z = 1.28;
/** What comes may differ from what came, however much that was. */
const leastDoubt = 0.1;
/** With so many jobs the last minutes' rate counts as much as the runs. */
const evenSample = 10;

/** When all of it will be done; null when nothing is known of it. */
export function estimateFinish(ask: {
  ahead: Ahead[];
  parallel: number;
  rate: Rate | null;
}): Estimate | null {
  const n = ask.ahead.reduce((sum, a) => sum + a.n, 0);
  if (n <= 0) return { lowS: 0, highS: 0, basis: "runs", sample: 0 };
  const runs = byRuns(ask.ahead, ask.parallel);
  const rate = byRate(n, ask.rate);
  if (!runs) return rate;
  const { scatter, ...byRun } = runs;
  if (!rate) return byRun;
  // A pace measured on many short runs says little of a few that may be long.
  const weight = rate.sample / (rate.sample + evenSample) / (1 + scatter ** 2);
  return {
    lowS: blend(rate.lowS, runs.lowS, weight),
    highS: blend(rate.highS, runs.highS, weight),
    basis: weight >= 0.5 ? "rate" : "runs",
    sample: rate.sample + runs.sample,
  };
}

/**
 * When a job with `ahead` others before it will start, if all slots are taken now: one slot must come free for each of
 * them and one for itself. How far the running ones have come is not known, so it may be at once.
 */
export function estimateStart(ask: {
  ahead: number;
  runMs: Histogram | undefined;
  parallel: number;
  rate: Rate | null;
}): Estimate | null {
  const { runMs, parallel, rate } = ask;
  const last = estimateFinish({ ahead: [{ n: ask.ahead + 1, runMs }], parallel, rate });
  if (!last) return null;
  const first = estimateFinish({ ahead: [{ n: ask.ahead, runMs }], parallel, rate });
  return { ...last, lowS: first?.lowS ?? 0 };
}

/** The middle of a range of durations: in proportion, not in distance. */
export function middleS({ lowS, highS }: Pick<Estimate, "lowS" | "highS">): number {
  return lowS > 0 ? Math.sqrt(lowS * highS) : highS / 2;
}

/** A sum of so many runs, predicted from a sample of runs. Kinds never seen are taken to be like the others, with more doubt. */
function byRuns(ahead: Ahead[], parallel: number): (Estimate & { scatter: number }) | null {
  const known = ahead.flatMap(({ n, runMs }) => {
    const spread = runMs && spreadOf(runMs);
    return spread?.count ? [{ n, runMs: runMs!, ...spread }] : [];
  });
  if (known.length === 0) return null;
  let mean = 0;
  let variance = 0;
  let least = 0;
  let most = 0;
  for (const { n, runMs, count, meanMs, deviationMs } of known) {
    // One sample tells no deviation: take its own length for it.
    const deviation = Math.sqrt(deviationMs ** 2 + meanMs ** 2 / count);
    mean += n * meanMs;
    variance += deviation ** 2 * (n + n ** 2 / count);
    least += n * Math.min(meanMs, percentile(runMs, 0.25)!);
    most += Math.max(percentile(runMs, 0.75)!, n * meanMs);
  }
  const knownJobs = known.reduce((sum, k) => sum + k.n, 0);
  const allJobs = ahead.reduce((sum, a) => sum + a.n, 0);
  const stretch = knownJobs > 0 ? allJobs / knownJobs : 1;
  const doubt = Math.max(z * Math.sqrt(variance), leastDoubt * mean);
  // More slots than jobs help nobody.
  const slots = 1000 * Math.max(1, Math.min(parallel, allJobs));
  return {
    lowS: (Math.max(least, mean - doubt) * stretch) / slots,
    highS: (Math.max(most, mean + doubt) * stretch ** 2) / slots,
    basis: "runs",
    sample: known.reduce((sum, k) => sum + k.count, 0),
    scatter: mean > 0 ? Math.sqrt(variance) / mean : 0,
  };
}

/** Events that come at random scatter by the root of their number. */
function byRate(n: number, rate: Rate | null): Estimate | null {
  if (!rate || rate.perMinute <= 0 || rate.sample < 2) return null;
  const likelyS = (n / rate.perMinute) * 60;
  const doubt = Math.max(leastDoubt, z / Math.sqrt(rate.sample));
  return {
    lowS: likelyS / (1 + doubt),
    highS: likelyS * (1 + doubt),
    basis: "rate",
    sample: rate.sample,
  };
}

/** Between two durations, in proportion; zero stays reachable. */
function blend(a: number, b: number, weightOfA: number): number {
  if (a <= 0 || b <= 0) return a * weightOfA + b * (1 - weightOfA);
  return Math.exp(Math.log(a) * weightOfA + Math.log(b) * (1 - weightOfA));
}
