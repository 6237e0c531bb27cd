// Where a time axis has its labels: at full hours, midnights, Mondays and firsts of a month of the server's time zone, as
// many as fit, and none where a change of clocks leaves out or repeats an hour.

import { shortDate } from "./format.ts";

export interface TimeTick {
  at: Date;
  label: string;
}

type Unit = "minute" | "day" | "week" | "month";

/** From fine to coarse; each is part of those before it, weeks and months aside. */
const ladder: [unit: Unit, every: number][] = [
  ...[1, 5, 15, 30, 60, 180, 360, 720].map((n): [Unit, number] => ["minute", n]),
  ["day", 1],
  ["day", 2],
  ["week", 1],
  ["week", 2],
  ["month", 1],
  ["month", 3],
  ["month", 12],
];

const dayMs = 86_400_000;
/** From here on a midnight is called by its date, not 00:00. */
const longMs = 1.5 * dayMs;

/** The finest choice of at most `most` round moments between the two, in order. */
export function timeTicks(from: Date, to: Date, most: number): TimeTick[] {
  for (const [unit, every] of ladder) {
    if (stepMs(unit, every) * most < (+to - +from) * 0.8) continue;
    const found = moments(unit, every, from, to);
    if (found.length <= most) return found.map((at) => ({ at, label: labelOf(at, unit, +to - +from) }));
  }
  return [];
}

/** `14:00–14:10`, `Mon 16 Nov, 14:00–16:00`, `Mon 16 Nov`. */
export function stretchWords(from: Date, to: Date, spanMs: number): string {
  const isDays = clock(from) === "00:00" && clock(to) === "00:00";
  if (isDays && +to - +from < 1.5 * dayMs) return dayWords(from);
  if (isDays) return `${shortDate(from)} – ${shortDate(new Date(+to - 1))}`;
  if (+to - +from > 1.5 * dayMs) return `${dayWords(from)} – ${dayWords(new Date(+to - 1))}`;
  const times = `${clock(from)}–${clock(to)}`;
  return spanMs < longMs ? times : `${dayWords(from)}, ${times}`;
}

/** `Mon 16 Nov`. */
export function dayWords(at: Date): string {
  return `${weekdays[at.getDay()]} ${shortDate(at)}`;
}

/** As a date field has it. */
export function dayText(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function moments(unit: Unit, every: number, from: Date, to: Date): Date[] {
  const found: Date[] = [];
  const first = firstOf(unit, every, from);
  for (let n = 0; ; n += every) {
    const at = momentAfter(unit, first, n);
    if (+at > +to) return found;
    if (+at >= +from && isRound(unit, every, at) && +at > +(found.at(-1) ?? 0)) found.push(at);
  }
}

function firstOf(unit: Unit, every: number, from: Date): Date {
  const [year, month, day] = [from.getFullYear(), from.getMonth(), from.getDate()];
  if (unit === "month") return new Date(year, 0, 1);
  // A Monday long ago, so that every second week stays the same when the axis moves on.
  if (unit === "week") return new Date(year - 1, 0, 1 + ((8 - new Date(year - 1, 0, 1).getDay()) % 7));
  // Every second day stays the same when the axis moves on.
  const odd = unit === "day" ? (Date.UTC(year, month, day) / dayMs) % every : 0;
  return new Date(year, month, day - odd);
}

function momentAfter(unit: Unit, first: Date, n: number): Date {
  const [year, month, day] = [first.getFullYear(), first.getMonth(), first.getDate()];
  if (unit === "month") return new Date(year, month + n, 1);
  if (unit === "week") return new Date(year, month, day + 7 * n);
  if (unit === "day") return new Date(year, month, day + n);
  return new Date(year, month, day, 0, n);
}

/** An hour that the clocks skip comes out as the next one. */
function isRound(unit: Unit, every: number, at: Date): boolean {
  return unit !== "minute" || (at.getHours() * 60 + at.getMinutes()) % every === 0;
}

function stepMs(unit: Unit, every: number): number {
  return every * { minute: 60_000, day: dayMs, week: 7 * dayMs, month: 30.4 * dayMs }[unit];
}

function labelOf(at: Date, unit: Unit, spanMs: number): string {
  if (unit === "month") return at.getMonth() === 0 ? String(at.getFullYear()) : shortDate(at).split(" ")[1]!;
  if (unit === "week" || (unit === "day" && spanMs > 8 * dayMs)) return shortDate(at);
  if (unit === "day") return `${weekdays[at.getDay()]} ${at.getDate()}`;
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
  return isMidnight && spanMs > longMs ? `${weekdays[at.getDay()]} ${at.getDate()}` : clock(at);
}

function clock(at: Date): string {
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
