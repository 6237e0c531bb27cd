// One measured figure over time, for a chart: evenly cut, null where nothing was measured because the server was off.

import { Refused } from "../runtime/errors.ts";
import { dayAfter, startOfDay } from "./calendar.ts";
import { countOf, emptyHistogram, type Histogram, percentile } from "./histogram.ts";
import type { Counts, LaneSpan, Level, MeasureStore } from "./measure-store.ts";

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
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long each level is kept. */
export const keptMs: Record<Level, number> = {
  minute: 48 * hourMs,
  tenMinutes: 30 * dayMs,
  hour: 400 * dayMs,
  // A few KB a year per kind; longer than charts reach, for the comparison with the year before.
  day: 5 * 366 * dayMs,
};

const dayS = 86_400;
/** The lengths of a step, and the level that it is cut from. */
const steps: { stepS: number; level: Level }[] = [
  { stepS: 60, level: "minute" },
  { stepS: 120, level: "minute" },
  { stepS: 600, level: "tenMinutes" },
  { stepS: 1800, level: "tenMinutes" },
  { stepS: 3600, level: "hour" },
  { stepS: 7200, level: "hour" },
  { stepS: 21_600, level: "hour" },
  { stepS: 43_200, level: "hour" },
  { stepS: dayS, level: "day" },
];
export const stepsS = steps.map((s) => s.stepS);

/** Of a chart that chooses its own step. */
const pointsWanted = 500;
const mostPoints = 2000;
const longestMs = 400 * dayMs;
/** One job in the first moment of a bucket is no pace. */
const leastForRateMs = 5000;

/** `Refused` 422, naming what is allowed, for a span or a step that cannot be answered. */
export function readSeries(measures: MeasureStore, now: number, name: SeriesName, ask: SeriesAsk): Series {
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
  const valueAt = reader(measures, name, span, now, (at) => startOf(at, stepS));
  const points = starts.map((start) => {
    const partial = endOf(start, stepS) > now;
    return { at: new Date(start), ...valueAt(start), partial };
  });
  return { name, unit: units[name], stepS, from: new Date(span.from), to: new Date(end), points };
}

type Value = Pick<SeriesPoint, "value" | "sample">;

function reader(
  measures: MeasureStore,
  name: SeriesName,
  span: LaneSpan,
  now: number,
  bucketOf: (at: number) => number,
): (start: number) => Value {
  const onMs = new Map<number, number>();
  for (const o of measures.observed(span)) {
    const start = bucketOf(o.at);
    onMs.set(start, (onMs.get(start) ?? 0) + o.onMs);
  }
  const read = readerOf(measures, name, span, bucketOf);
  return (start) => {
    const on = onMs.get(start) ?? 0;
    // It is there now, though that may be for no time at all yet.
    return on > 0 || start === bucketOf(now) ? read(start, on) : { value: null, sample: 0 };
  };
}

function readerOf(
  measures: MeasureStore,
  name: SeriesName,
  span: LaneSpan,
  bucketOf: (at: number) => number,
): (start: number, onMs: number) => Value {
  const [of, figure] = name.split("-") as [string, string | undefined];
  if (name === "waiting" || name === "oldest-waiting") return backlogReader(measures, name, span, bucketOf);
  if ((of === "wait" || of === "run") && figure !== "avg") {
    const q = Number(figure!.slice(1)) / 100;
    const histograms = new Map<number, Histogram>();
    measures.histograms(span, of === "wait" ? "waits" : "runs", (at) => {
      const start = bucketOf(at);
      const histogram = histograms.get(start) ?? emptyHistogram();
      histograms.set(start, histogram);
      return histogram;
    });
    return (start) => {
      const histogram = histograms.get(start);
      if (!histogram || countOf(histogram) === 0) return { value: null, sample: 0 };
      return { value: rounded(percentile(histogram, q)!), sample: countOf(histogram) };
    };
  }
  const sums = new Map<number, Counts>();
  for (const counts of measures.counts(span)) {
    const start = bucketOf(counts.at);
    const sum = sums.get(start);
    if (sum) addCounts(sum, counts);
    else sums.set(start, { ...counts });
  }
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

/** A queue without a row had nothing waiting; of several rows in a bucket the last one says how it ended. */
function backlogReader(
  measures: MeasureStore,
  name: "waiting" | "oldest-waiting",
  span: LaneSpan,
  bucketOf: (at: number) => number,
): (start: number) => Value {
  const waiting = new Map<number, Map<string, number>>();
  const oldest = new Map<number, number>();
  for (const b of measures.backlog(span)) {
    const start = bucketOf(b.at);
    if (!waiting.has(start)) waiting.set(start, new Map());
    waiting.get(start)!.set(b.queue, b.waiting);
    oldest.set(start, Math.max(b.oldestS, oldest.get(start) ?? 0));
  }
  return (start) => {
    const n = [...(waiting.get(start)?.values() ?? [])].reduce((sum, w) => sum + w, 0);
    return { value: name === "waiting" ? n : (oldest.get(start) ?? 0), sample: n };
  };
}

function chosenStep({ from, to, stepS }: SeriesAsk, now: number): { stepS: number; level: Level } {
  const lengthMs = to.getTime() - from.getTime();
  if (!(lengthMs > 0)) refuse("from", "`from` must lie before `to`.");
  if (lengthMs > longestMs) refuse("from", `At most ${longestMs / dayMs} days at once.`);
  const age = now - from.getTime();
  const fitting = steps.filter((s) => age <= keptMs[s.level] || s.level === "day");
  if (stepS === undefined)
    return fitting.find((s) => lengthMs / (s.stepS * 1000) <= pointsWanted) ?? fitting.at(-1)!;
  const step = steps.find((s) => s.stepS === stepS);
  if (!step) refuse("step", `\`step\` is one of ${stepsS.join(", ")} seconds.`);
  if (!fitting.includes(step!))
    refuse(
      "step",
      `Steps of ${stepS} s are kept for ${words(keptMs[step!.level])}; that far back ${fitting[0]!.stepS} s is the least.`,
    );
  if (lengthMs / (stepS * 1000) > mostPoints)
    refuse("step", `That would be more than ${mostPoints} points; take a longer \`step\` or a shorter time.`);
  return step!;
}

function refuse(field: string, message: string): never {
  throw new Refused(422, "input.invalid", message, { errors: [{ path: [field], message }] });
}

function words(ms: number): string {
  return ms <= 2 * dayMs ? `${ms / hourMs} hours` : `${ms / dayMs} days`;
}

function startsOf(from: number, to: number, stepS: number): number[] {
  const starts: number[] = [];
  for (let at = startOf(from, stepS); at < to; at = endOf(at, stepS)) starts.push(at);
  return starts;
}

function startOf(at: number, stepS: number): number {
  return stepS === dayS ? startOfDay(at) : at - (at % (stepS * 1000));
}

function endOf(start: number, stepS: number): number {
  return stepS === dayS ? dayAfter(start, 1) : start + stepS * 1000;
}

function addCounts(into: Counts, from: Counts): void {
  into.completed += from.completed;
  into.notNeeded += from.notNeeded;
  into.failed += from.failed;
  into.retries += from.retries;
  into.waitMs += from.waitMs;
  into.runMs += from.runMs;
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
