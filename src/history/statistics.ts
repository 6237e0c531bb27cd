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
  today: Done;
  thisWeek: Done;
  thisMonth: Done;
  /** Over the last 30 days. */
  kinds: KindFigures[];
  /** Share of failures among what ended: these seven days, today with them, and the seven before. */
  failureRate: { last7Days: number | null; previous7Days: number | null };
  /** Completed in the last 28 days: seven rows from Monday, 24 hours each, local time. */
  peakHours: number[][];
}

const kindDays = 30;
const peakDays = 28;

export function readStatistics(measures: MeasureStore, now: number): Statistics {
  const to = now + 1;
  const since = Math.min(startOfMonth(now), startOfWeek(now), dayAfter(now, -13));
  const days = measures.counts({ level: "day", from: since, to });
  const done = (from: number, until = to) => sumOf(days.filter((d) => d.at >= from && d.at < until));
  return {
    today: done(startOfDay(now)),
    thisWeek: done(startOfWeek(now)),
    thisMonth: done(startOfMonth(now)),
    kinds: kindFigures(measures, now),
    failureRate: {
      last7Days: failureShare(done(dayAfter(now, -6))),
      previous7Days: failureShare(done(dayAfter(now, -13), dayAfter(now, -6))),
    },
    peakHours: peakHours(measures, now),
  };
}

function kindFigures(measures: MeasureStore, now: number): KindFigures[] {
  const perKind = new Map<string, Figures>();
  for (const { kind, figures } of measures.sums({
    level: "day",
    from: dayAfter(now, 1 - kindDays),
    to: now + 1,
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

function peakHours(measures: MeasureStore, now: number): number[][] {
  const week = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  for (const { at, completed } of measures.counts({
    level: "hour",
    from: dayAfter(now, 1 - peakDays),
    to: now + 1,
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
