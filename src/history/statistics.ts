// What was done, in figures for people: today, this week, this month, per kind, whether more fails than before, and when
// it is busy.

import { dayAfter, startOfDay, startOfMonth, startOfWeek, weekday } from "./calendar.ts";
import { addFigures, noFigures } from "./figures.ts";
import { percentile } from "./histogram.ts";
import type { Counts, Figures, MeasureStore } from "./measure-store.ts";

export interface Done {
  completed: number;
  failed: number;
}

/** What was done, and what had been done at the same point of the period before; null when nothing measured then. */
export interface Compared extends Done {
  before: Done | null;
}

/** Undefined stands for all. */
export interface StatisticsFilter {
  queue?: string;
  kind?: string;
}

export interface KindFigures {
  kind: string;
  completed: number;
  failed: number;
  /** Of runs that had something to do. */
  averageRunMs: number | null;
  runP50Ms: number | null;
  runP95Ms: number | null;
  waitP50Ms: number | null;
}

export interface Statistics {
  today: Compared;
  thisWeek: Compared;
  thisMonth: Compared;
  /** Since when it is measured at all; null: not yet. */
  since: Date | null;
  /** Share of failures of each of the last 14 days, the oldest first; null when nothing ended. */
  failureDays: { day: Date; share: number | null }[];
  /** Over the last 30 days. */
  kinds: KindFigures[];
  /** Share of failures among what ended: these seven days, today with them, and the seven before. */
  failureRate: { last7Days: number | null; previous7Days: number | null };
  /** Completed in the last 28 days: seven rows from Monday, 24 hours each, local time. */
  peakHours: number[][];
}

const kindDays = 30;
const peakDays = 28;
const trendDays = 14;

export function readStatistics(
  measures: MeasureStore,
  now: number,
  filter: StatisticsFilter = {},
): Statistics {
  const to = now + 1;
  const starts = [
    [startOfDay(now), dayAfter(now, -1)],
    [startOfWeek(now), dayAfter(startOfWeek(now), -7)],
    [startOfMonth(now), startOfMonth(startOfMonth(now) - 1)],
  ] as const;
  const from = Math.min(...starts.map(([, before]) => before), dayAfter(now, 1 - trendDays));
  const days = measures.counts({ level: "day", from, to, ...filter });
  const done = (since: number, until = to) => sumOf(days.filter((d) => d.at >= since && d.at < until));
  const since = measures.firstObserved("day");
  const compared = ([start, before]: readonly [number, number]): Compared => ({
    ...done(start),
    before: since === null || since > before ? null : doneBy(measures, days, before, now - start, filter),
  });
  const [today, thisWeek, thisMonth] = starts.map(compared) as [Compared, Compared, Compared];
  return {
    today,
    thisWeek,
    thisMonth,
    since: since === null ? null : new Date(since),
    kinds: kindFigures(measures, now, filter),
    failureRate: {
      last7Days: failureShare(done(dayAfter(now, -6))),
      previous7Days: failureShare(done(dayAfter(now, -13), dayAfter(now, -6))),
    },
    failureDays: Array.from({ length: trendDays }, (_, i) => {
      const day = dayAfter(now, i + 1 - trendDays);
      return { day: new Date(day), share: failureShare(done(day, dayAfter(day, 1))) };
    }),
    peakHours: peakHours(measures, now, filter),
  };
}

/** In the first `elapsedMs` of a period: its whole days, and of the day after them what was done by this time of the day. */
function doneBy(
  measures: MeasureStore,
  days: Counts[],
  start: number,
  elapsedMs: number,
  filter: StatisticsFilter,
): Done {
  const until = start + elapsedMs;
  const lastDay = startOfDay(until);
  const partOf = measures.counts({ level: "hour", from: lastDay, to: until, ...filter });
  return sumOf([...days.filter((d) => d.at >= start && d.at < lastDay), ...partOf]);
}

function kindFigures(measures: MeasureStore, now: number, filter: StatisticsFilter): KindFigures[] {
  const perKind = new Map<string, Figures>();
  for (const { kind, figures } of measures.sums({
    level: "day",
    from: dayAfter(now, 1 - kindDays),
    to: now + 1,
    ...filter,
  })) {
    const sum = perKind.get(kind) ?? noFigures();
    addFigures(sum, figures);
    perKind.set(kind, sum);
  }
  return [...perKind]
    .map(([kind, f]) => ({
      kind,
      completed: f.completed,
      failed: f.failed,
      averageRunMs: f.completed > f.notNeeded ? Math.round(f.runMs / (f.completed - f.notNeeded)) : null,
      runP50Ms: wholeMs(percentile(f.runs, 0.5)),
      runP95Ms: wholeMs(percentile(f.runs, 0.95)),
      waitP50Ms: wholeMs(percentile(f.waits, 0.5)),
    }))
    .sort((a, b) => b.completed - a.completed || (a.kind < b.kind ? -1 : 1));
}

function peakHours(measures: MeasureStore, now: number, filter: StatisticsFilter): number[][] {
  const week = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  for (const { at, completed } of measures.counts({
    level: "hour",
    from: dayAfter(now, 1 - peakDays),
    to: now + 1,
    ...filter,
  }))
    week[weekday(at)]![new Date(at).getHours()]! += completed;
  return week;
}

function sumOf(days: Counts[]): Done {
  return days.reduce(
    (sum, d) => ({ completed: sum.completed + d.completed, failed: sum.failed + d.failed }),
    { completed: 0, failed: 0 },
  );
}

function failureShare({ completed, failed }: Done): number | null {
  return completed + failed > 0 ? failed / (completed + failed) : null;
}

function wholeMs(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}
