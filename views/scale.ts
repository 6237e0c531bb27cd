// The value axis of a chart: round values from below the lowest to above the highest, and how values on it read. Durations
// grow by tens: a thumbnail and a film differ by a thousand times, and both should be seen.

import type { SeriesUnit } from "../src/history/series.ts";
import { duration, number } from "./format.ts";

export interface Scale {
  /** Upwards; the first is the bottom, the last is the top. */
  ticks: number[];
  isLog: boolean;
  /** How high a value stands: 0 is the bottom, 1 the top. */
  height(value: number): number;
  /** On the axis. */
  words(value: number): string;
}

/** `lowest` matters to durations only. */
export function scaleOf(unit: SeriesUnit, highest: number, lowest = 0): Scale {
  if (unit === "ms") return byTens(highest, lowest);
  const top = topOf(unit, highest);
  return {
    ticks: [0, top / 2, top],
    isLog: false,
    height: (value) => Math.min(1, value / top),
    words: unit === "s" || unit === "share" ? (value) => valueWords(unit, value) : figure,
  };
}

/** In a sentence, a table, a legend: `4.2 s`, `12 %`, `1,204`. */
export function valueWords(unit: SeriesUnit, value: number): string {
  if (unit === "ms") return duration(value / 1000);
  if (unit === "s") return value === 0 ? "none" : duration(value);
  if (unit === "share") return `${figure(value * 100)} %`;
  return figure(value);
}

const tens = [1, 10, 100, 1000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 864_000_000, 8_640_000_000];
const mostTicks = 5;

function byTens(highest: number, lowest: number): Scale {
  const last = tens.findIndex((t) => t >= highest);
  const high = Math.max(2, last < 0 ? tens.length - 1 : last);
  const below = tens.findLastIndex((t) => t <= lowest);
  const low = Math.max(0, Math.min(below, high - 2));
  const all = tens.slice(low, high + 1);
  const ticks = all.length > mostTicks ? all.filter((_, i) => (all.length - 1 - i) % 2 === 0) : all;
  const [bottom, top] = [tens[low]!, tens[high]!];
  if (ticks[0] !== bottom) ticks.unshift(bottom);
  return {
    ticks,
    isLog: true,
    height: (value) => (value <= bottom ? 0 : Math.min(1, Math.log(value / bottom) / Math.log(top / bottom))),
    words: (value) => valueWords("ms", value).replace(".0 s", " s"),
  };
}

function topOf(unit: SeriesUnit, highest: number): number {
  if (unit === "s") return roundTime(highest);
  if (unit === "share") return Math.min(1, roundCount(highest * 100) / 100);
  return unit === "jobs" ? Math.max(2, roundCount(highest)) : roundCount(highest);
}

/** 2, 10 or 20 rather than 1, 5, 50: a half of each is round too. */
function roundCount(value: number): number {
  if (value <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].map((n) => n * size).find((n) => n >= value * (1 - 1e-9)) ?? 10 * size;
}

const times = [
  60, 120, 240, 480, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 172_800, 345_600, 691_200,
];

function roundTime(seconds: number): number {
  if (seconds <= 40) return roundCount(seconds);
  return times.find((t) => t >= seconds) ?? roundCount(seconds / 86_400) * 86_400;
}

function figure(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return number(Math.round(value));
  return String(Number(value.toPrecision(2)));
}
