// One measured figure over time, for a chart: evenly cut, null where nothing was measured because the server was off.

import { countOf, percentile } from "./histogram.ts";
import type { Counts, LaneSpan, MeasureStore } from "./measure-store.ts";
import { Buckets } from "./series-buckets.ts";
import { chosenStep, endOf, startOf, startsOf } from "./series-steps.ts";

export const seriesNames = [
  "rate",
  "completed",
  "failed",
  "retries",
  "failure-rate",
  "wait-p50",
  "wait-p95",
  "wait-p99",
  "run-p50",
  "run-p95",
  "run-p99",
  "run-avg",
  "waiting",
  "oldest-waiting",
] as const;
export type SeriesName = (typeof seriesNames)[number];
export type SeriesUnit = "jobs/min" | "jobs" | "share" | "ms" | "s";

export interface SeriesAsk {
  queue?: string;
  kind?: string;
  from: Date;
  to: Date;
  /** One of `stepsS`; left out, the finest that gives a chart's worth of points. */
  stepS?: number;
  /** How many points make a chart's worth. */
  points?: number;
}

export interface SeriesPoint {
  at: Date;
  /** Null: not measured, or for shares and durations nothing to take them from. */
  value: number | null;
  /** How many jobs the value rests on. */
  sample: number;
  /** The bucket has not ended yet. */
  partial: boolean;
}

export interface Series {
  name: SeriesName;
  unit: SeriesUnit;
  stepS: number;
  from: Date;
  to: Date;
  points: SeriesPoint[];
}

const minuteMs = 60_000;
/** One job in the first moment of a bucket is no pace. */
const leastForRateMs = 5000;

/** `Refused` 422, naming what is allowed, for a span or a step that cannot be answered. */
export function readSeries(measures: MeasureStore, now: number, name: SeriesName, ask: SeriesAsk): Series {
  return readAllSeries(measures, now, [name], ask)[0]!;
}

/** Several over the same time: what they have in common is read once. */
export function readAllSeries(
  measures: MeasureStore,
  now: number,
  names: readonly SeriesName[],
  ask: SeriesAsk,
): Series[] {
  const { stepS, level } = chosenStep(ask, now);
  const starts = startsOf(ask.from.getTime(), Math.min(ask.to.getTime(), now + 1), stepS);
  const end = starts.length > 0 ? endOf(starts.at(-1)!, stepS) : ask.to.getTime();
  const span: LaneSpan = {
    level,
    from: starts[0] ?? end,
    to: end,
    queue: ask.queue,
    kind: ask.kind,
  };
  const buckets = new Buckets(measures, span, (at) => startOf(at, stepS));
  return names.map((name) => {
    const valueAt = reader(buckets, name, now);
    const points = starts.map((start) => {
      const partial = endOf(start, stepS) > now;
      return { at: new Date(start), ...valueAt(start), partial };
    });
    return { name, unit: units[name], stepS, from: new Date(span.from), to: new Date(end), points };
  });
}

type Value = Pick<SeriesPoint, "value" | "sample">;

function reader(buckets: Buckets, name: SeriesName, now: number): (start: number) => Value {
  const read = readerOf(buckets, name);
  return (start) => {
    const on = buckets.onMs().get(start) ?? 0;
    // It is there now, though that may be for no time at all yet.
    return on > 0 || start === buckets.of(now) ? read(start, on) : { value: null, sample: 0 };
  };
}

function readerOf(buckets: Buckets, name: SeriesName): (start: number, onMs: number) => Value {
  const [of, figure] = name.split("-") as [string, string | undefined];
  if (name === "waiting" || name === "oldest-waiting") return backlogReader(buckets, name);
  if ((of === "wait" || of === "run") && figure !== "avg") {
    const q = Number(figure!.slice(1)) / 100;
    const histograms = buckets.histograms(of === "wait" ? "waits" : "runs");
    return (start) => {
      const histogram = histograms.get(start);
      if (!histogram || countOf(histogram) === 0) return { value: null, sample: 0 };
      return { value: rounded(percentile(histogram, q)!), sample: countOf(histogram) };
    };
  }
  const sums = buckets.counts();
  return (start, onMs) => countValue(name, sums.get(start) ?? nothing, onMs);
}

function countValue(name: SeriesName, c: Counts, onMs: number): Value {
  const ended = c.completed + c.failed;
  const runs = c.completed - c.notNeeded;
  if (name === "rate")
    return { value: onMs < leastForRateMs ? null : rounded(ended / (onMs / minuteMs)), sample: ended };
  if (name === "failure-rate") return { value: ended > 0 ? c.failed / ended : null, sample: ended };
  if (name === "run-avg") return { value: runs > 0 ? rounded(c.runMs / runs) : null, sample: runs };
  const value = c[name as "completed" | "failed" | "retries"];
  return { value, sample: value };
}

function backlogReader(buckets: Buckets, name: "waiting" | "oldest-waiting"): (start: number) => Value {
  const { waiting, oldest } = buckets.backlog();
  return (start) => {
    const n = [...(waiting.get(start)?.values() ?? [])].reduce((sum, w) => sum + w, 0);
    return { value: name === "waiting" ? n : (oldest.get(start) ?? 0), sample: n };
  };
}

const nothing: Counts = { at: 0, completed: 0, notNeeded: 0, failed: 0, retries: 0, waitMs: 0, runMs: 0 };

function rounded(n: number): number {
  return Math.round(n * 100) / 100;
}

const units: Record<SeriesName, SeriesUnit> = {
  rate: "jobs/min",
  completed: "jobs",
  failed: "jobs",
  retries: "jobs",
  "failure-rate": "share",
  "wait-p50": "ms",
  "wait-p95": "ms",
  "wait-p99": "ms",
  "run-p50": "ms",
  "run-p95": "ms",
  "run-p99": "ms",
  "run-avg": "ms",
  waiting: "jobs",
  "oldest-waiting": "s",
};
