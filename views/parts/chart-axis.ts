// What all charts of a page share: the time from left to right, its labels, the words of each bucket, and the stretches that
// one can look at more closely.

import type { Series } from "../../src/history/series.ts";
import type { HistoryQuery } from "../../src/http/pages/history-query.ts";
import { shortDate } from "../format.ts";
import { dayText, dayWords, stretchWords, type TimeTick, timeTicks } from "../time-ticks.ts";

export interface ChartAxis {
  from: Date;
  to: Date;
  stepS: number;
  wide: TimeTick[];
  /** For charts on phones. */
  narrow: TimeTick[];
  /** Of each bucket. */
  words: string[];
  groups: AxisGroup[];
  /** From the left, 0 to 1. */
  at(moment: Date): number;
}

/** Buckets that are one hour, day, week or month. */
export interface AxisGroup {
  /** The first bucket, and the one after the last. */
  first: number;
  end: number;
  words: string;
  /** In the row of links. */
  short: string;
  /** What shows it alone; none for what is as fine as it gets. */
  days: Pick<HistoryQuery, "from" | "to"> | null;
}

const dayMs = 86_400_000;

export function axisOf(series: Series): ChartAxis {
  const { from, to, stepS, points } = series;
  const spanMs = +to - +from;
  const end = (i: number) => points[i + 1]?.at ?? to;
  return {
    from,
    to,
    stepS,
    wide: timeTicks(from, to, 8),
    narrow: timeTicks(from, to, 4),
    words: points.map(({ at }, i) => stretchWords(at, end(i), spanMs)),
    groups: groupsOf(series, unitOf(spanMs)),
    at: (moment) => (+moment - +from) / Math.max(1, spanMs),
  };
}

type Unit = "hour" | "day" | "week" | "month";

function unitOf(spanMs: number): Unit {
  if (spanMs < 2.5 * dayMs) return "hour";
  if (spanMs < 32 * dayMs) return "day";
  return spanMs < 120 * dayMs ? "week" : "month";
}

function groupsOf({ points, to }: Series, unit: Unit): AxisGroup[] {
  const groups: AxisGroup[] = [];
  let last = Number.NaN;
  for (const [i, { at }] of points.entries()) {
    const start = startOf(at, unit);
    if (+start !== last)
      groups.push({ first: i, end: i, words: "", short: shortOf(start, unit), days: daysOf(start, unit) });
    last = +start;
    groups.at(-1)!.end = i + 1;
  }
  for (const group of groups) {
    const [from, end] = [points[group.first]!.at, points[group.end]?.at ?? to];
    group.words = unit === "day" ? dayWords(from) : stretchWords(from, end, +to - +points[0]!.at);
  }
  return groups;
}

function startOf(at: Date, unit: Unit): Date {
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  if (unit === "month") return new Date(year, month, 1);
  if (unit === "week") return new Date(year, month, day - ((at.getDay() + 6) % 7));
  if (unit === "day") return new Date(year, month, day);
  return new Date(+at - (+at % 3_600_000));
}

function shortOf(start: Date, unit: Unit): string {
  if (unit === "month") return shortDate(start).split(" ")[1]!;
  return unit === "week" ? shortDate(start) : String(start.getDate());
}

function daysOf(start: Date, unit: Unit): AxisGroup["days"] {
  if (unit === "hour") return null;
  const [year, month, day] = [start.getFullYear(), start.getMonth(), start.getDate()];
  const last = { day, week: day + 6, month: new Date(year, month + 1, 0).getDate() }[unit];
  return { from: dayText(start), to: dayText(new Date(year, month, last)) };
}
