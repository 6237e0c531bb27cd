// The value axis of a chart: a round top above the highest value, and how values on it read.

import type { SeriesUnit } from "../src/history/series.ts";
import { duration, number } from "./format.ts";

export interface Scale {
  top: number;
  /** After the title. */
  unit: string;
  /** On the axis. */
  words(value: number): string;
  /** In a sentence or a table. */
  full(value: number): string;
}

export function scaleOf(unit: SeriesUnit, highest: number): Scale {
  if (unit === "ms" || unit === "s") {
    const perSecond = unit === "ms" ? 1000 : 1;
    const words = (value: number) => duration(value / perSecond);
    return { top: roundTime(highest / perSecond) * perSecond, unit: "", words, full: words };
  }
  if (unit === "share") {
    const words = (value: number) => `${figure(value * 100)} %`;
    return { top: roundCount(highest * 100) / 100, unit: "%", words, full: words };
  }
  return {
    top: unit === "jobs" ? Math.max(2, roundCount(highest)) : roundCount(highest),
    unit: unit === "jobs" ? "jobs" : "jobs a minute",
    words: figure,
    full: (value) => `${figure(value)} ${unit === "jobs" ? (value === 1 ? "job" : "jobs") : "a minute"}`,
  };
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
