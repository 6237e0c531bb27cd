// What a chart shows, and how it reads: its unit, its legend, its figures in words for whoever cannot see it and in short
// for charts.js.

import type { Series } from "../../src/history/series.ts";
import { type Scale, scaleOf, valueWords } from "../scale.ts";
import type { ChartAxis } from "./chart-axis.ts";
import type { MarkCluster } from "./mark-clusters.ts";

export interface ChartView {
  name: string;
  title: string;
  /** `lines` are two of the same unit, the higher one first. */
  shape: "stack" | "lines" | "area" | "bars";
  keys: ChartKey[];
  /** What the legend says while nobody points at a bucket. */
  atRest: "sum" | "last";
  /** Why there is nothing to see, if there is nothing. */
  empty: string;
}

export interface ChartKey {
  label: string;
  /** Of its line or bars; null is only read out. */
  tone: "done" | "failed" | "high" | "typical" | "waiting" | null;
  series: Series;
}

export interface ChartProps extends ChartView {
  axis: ChartAxis;
  clusters: MarkCluster[];
  /** Buckets in which the server was off. */
  off: boolean[];
}

/** The last bucket has not ended. */
export function isPartial(keys: ChartKey[]): boolean {
  return keys[0]?.series.points.at(-1)?.partial ?? false;
}

export function groupWords({ label, series }: ChartKey, first: number, end: number): string {
  const values = series.points.slice(first, end).flatMap(({ value }) => value ?? []);
  const name = label.toLowerCase();
  if (values.length === 0) return `${name} –`;
  if (isCount(series)) return `${name} ${valueWords(series.unit, sum(values))}`;
  const [least, most] = [Math.min(...values), Math.max(...values)].map((v) => valueWords(series.unit, v));
  return `${name} ${least === most ? least : `${least} to ${most}`}`;
}

/** What can be added up over time. */
function isCount({ name }: Series): boolean {
  return name === "completed" || name === "failed" || name === "retries";
}

export function restOf(series: Series, atRest: ChartView["atRest"]): number | null {
  const values = series.points.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return null;
  if (atRest === "last") return values.at(-1)!;
  if (isCount(series)) return sum(values);
  const samples = sum(series.points.map(({ sample }) => sample));
  return samples === 0
    ? null
    : sum(series.points.map(({ value, sample }) => (value ?? 0) * sample)) / samples;
}

export function scaleFor({ shape, keys }: ChartProps): Scale {
  const drawn = keys.filter(({ tone }) => tone !== null).map(({ series }) => series);
  const { unit, points } = drawn[0]!;
  const values = drawn.flatMap((series) => series.points.flatMap(({ value }) => value ?? []));
  const stacked = points.map((_, i) => sum(drawn.map((series) => series.points[i]?.value ?? 0)));
  const highest = Math.max(0, ...(shape === "stack" ? stacked : values));
  return scaleOf(unit, highest, Math.min(...values.filter((value) => value > 0)));
}

export function unitWords({ shape, keys, axis }: ChartProps, scale: Scale): string {
  if (scale.isLog) return "by tens";
  if (shape !== "stack" && shape !== "bars") return keys[0]!.series.unit === "jobs" ? "jobs" : "";
  const { stepS } = axis;
  if (stepS < 3600) return `jobs per ${stepS / 60} min`;
  if (stepS < 86_400) return stepS === 3600 ? "jobs per hour" : `jobs per ${stepS / 3600} h`;
  return "jobs per day";
}

/** Counts whole, durations and shares to three figures. */
function short(value: number): number {
  return Number.isInteger(value) && value < 100_000 ? value : Number(value.toPrecision(3));
}

/** Per bucket the value of each key, then, where values rest on few jobs, on how many: `250 900 3;;0 0`. */
export function valuesOf({ keys }: ChartProps): string {
  const [first] = keys;
  const isSampled = first!.series.unit === "ms";
  return first!.series.points
    .map((point, i) => {
      const values = keys.map(({ series }) => series.points[i]?.value ?? null);
      if (values.every((value) => value === null)) return "";
      const shown = values.map((value) => (value === null ? "-" : short(value)));
      return [...shown, ...(isSampled ? [point.sample] : [])].join(" ");
    })
    .join(";");
}

export function inShort({ keys, atRest, axis }: ChartProps): string {
  const parts = keys.map(({ label, series }) => {
    const values = series.points.flatMap(({ value }) => value ?? []);
    if (values.length === 0) return `${label.toLowerCase()} –`;
    const words = (value: number) => valueWords(series.unit, value);
    const rest =
      atRest === "sum" ? `in all ${words(restOf(series, "sum") ?? 0)}` : `last ${words(values.at(-1)!)}`;
    return `${label.toLowerCase()} least ${words(Math.min(...values))}, most ${words(Math.max(...values))}, ${rest}`;
  });
  return `${axis.words[0]} to ${axis.words.at(-1)}; ${parts.join("; ")}`;
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
