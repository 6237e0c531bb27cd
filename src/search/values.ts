// What the values of a search may be: numbers, sizes, durations and dates, each read as a range. A value without a
// comparison means as much as it says: `5m` is from 5 to 6 minutes, `2019` that year, `1.5gb` up to 1.6.

import type { Range } from "../queue/job-term.ts";

export type Comparison = "" | "<" | "<=" | ">" | ">=";
export type Measure = "number" | "size" | "duration" | "date";

/** In whole units (milliseconds, bytes, pieces): from and including, up to and excluding. A string says what is wrong. */
export function rangeOf(measure: Measure, comparison: Comparison, text: string, now: number): Range | string {
  const between = comparison === "" ? text.split("..") : [];
  if (between.length === 2 && text !== "..") {
    const open: Range = {};
    const from: Range | string = between[0] === "" ? open : measured(measure, between[0]!, now);
    const to: Range | string = between[1] === "" ? open : measured(measure, between[1]!, now);
    if (typeof from === "string") return from;
    if (typeof to === "string") return to;
    return { from: from.from, to: to.to };
  }
  const value = measured(measure, text, now);
  if (typeof value === "string") return value;
  // Of dates all of the day is meant, of figures the figure itself.
  const last = measure === "date" ? value.to : value.from + 1;
  switch (comparison) {
    case "":
      return value;
    case "<":
      return { to: value.from };
    case "<=":
      return { to: last };
    case ">":
      return { from: last };
    case ">=":
      return { from: value.from };
  }
}

type Extent = Required<Range>;

function measured(measure: Measure, text: string, now: number): Extent | string {
  if (measure === "number") return numberOf(text);
  if (measure === "size") return sizeOf(text);
  return measure === "duration" ? durationOf(text) : dateOf(text, now);
}

function numberOf(text: string): Extent | string {
  if (!/^\d{1,15}$/.test(text)) return `is not a whole number: write it as 3, <3 or 3..5`;
  return { from: Number(text), to: Number(text) + 1 };
}

const bytes: Record<string, number> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };

function sizeOf(text: string): Extent | string {
  const [, figure, unit] = /^(\d{1,12}(?:\.\d{1,6})?)(b|kb|mb|gb|tb)$/i.exec(text) ?? [];
  if (!figure || !unit) return "is not a size: write it as 500kb, 20mb or 1.5gb";
  return extent(figure, bytes[unit.toLowerCase()]!);
}

const unitMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `90s`, `1h30m`. */
function durationOf(text: string): Extent | string {
  const parts = [...text.toLowerCase().matchAll(/(\d{1,9}(?:\.\d{1,6})?)(ms|[smhdw])/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join("") !== text.toLowerCase())
    return "is not a length of time: write it as 30s, 5m, 1h30m, 2d or 1w";
  let before = 0;
  for (const [, figure, unit] of parts.slice(0, -1)) before += Number(figure) * unitMs[unit!]!;
  const [, figure, unit] = parts.at(-1)!;
  const { from, to } = extent(figure!, unitMs[unit!]!);
  return { from: Math.round(before + from), to: Math.round(before + to) };
}

function extent(figure: string, unit: number): Extent {
  const decimals = figure.split(".")[1]?.length ?? 0;
  const from = Math.round(Number(figure) * unit);
  return { from, to: Math.max(from + 1, Math.round((Number(figure) + 10 ** -decimals) * unit)) };
}

const datePattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:t(\d{2}):(\d{2}))?)?)?$/i;

/** In the server's time zone: a year, a month, a day, a minute, `today`, `yesterday`. */
function dateOf(text: string, now: number): Extent | string {
  const bad = "is not a date: write it as 2019, 2019-07, 2019-07-14, today or yesterday";
  const today = new Date(now);
  const dayAt = (offset: number) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + offset).getTime();
  if (/^today$/i.test(text)) return { from: dayAt(0), to: dayAt(1) };
  if (/^yesterday$/i.test(text)) return { from: dayAt(-1), to: dayAt(0) };
  const found = datePattern.exec(text);
  if (!found) return bad;
  const [year, month, day, hour, minute] = found
    .slice(1)
    .map((n) => (n === undefined ? undefined : Number(n)));
  const y = year!;
  if (month === undefined) return span(local(y), local(y + 1));
  if (day === undefined) return month < 1 || month > 12 ? bad : span(local(y, month - 1), local(y, month));
  const from = local(y, month - 1, day);
  if (from.getMonth() !== month - 1 || from.getDate() !== day) return bad;
  if (hour === undefined) return span(from, local(y, month - 1, day + 1));
  if (hour > 23 || minute! > 59) return bad;
  return span(local(y, month - 1, day, hour, minute), local(y, month - 1, day, hour, minute! + 1));
}

/** A Date of these, also of years before 100. */
function local(year: number, month = 0, day = 1, hour = 0, minute = 0): Date {
  const date = new Date(2000, month, day, hour, minute);
  date.setFullYear(year + date.getFullYear() - 2000);
  return date;
}

function span(from: Date, to: Date): Extent {
  return { from: from.getTime(), to: to.getTime() };
}
