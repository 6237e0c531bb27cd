// Labels of a time axis are round, in order, never too many, and near enough, wherever and whenever the clocks change.

import { afterEach, describe, expect, test } from "bun:test";
import { stretchWords, timeTicks } from "../../views/time-ticks.ts";

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const lengths = [hourMs, 6 * hourMs, dayMs, 2 * dayMs, 7 * dayMs, 30 * dayMs, 90 * dayMs, 365 * dayMs];
/** Berlin, New York and Lord Howe change their clocks, the last by half an hour; Kathmandu lies off the full hour. */
const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];
/** Days around changes of clocks, a leap day, a new year. */
const ends = [
  "2026-03-29T14:17:00Z",
  "2026-10-25T23:59:00Z",
  "2026-11-01T07:00:00Z",
  "2028-03-01T03:33:00Z",
  "2027-01-01T00:00:00Z",
];

describe.each(zones)("in %s", (name) => {
  test("ticks are round, in order, within the axis, and at most as many as fit", () => {
    process.env.TZ = name;
    for (const end of ends)
      for (const length of lengths)
        for (const most of [4, 8]) {
          const [from, to] = [new Date(Date.parse(end) - length), new Date(end)];
          const ticks = timeTicks(from, to, most);
          const told = `${end} ${length / dayMs} days, ${most}: ${ticks.map((t) => t.label).join(" ")}`;
          expect(ticks.length, told).toBeLessThanOrEqual(most);
          expect(ticks.length, told).toBeGreaterThanOrEqual(1);
          for (const [i, { at }] of ticks.entries()) {
            expect(+at >= +from && +at <= +to, told).toBe(true);
            if (i > 0) expect(+at, told).toBeGreaterThan(+ticks[i - 1]!.at);
            expect(isRound(at, length), told).toBe(true);
          }
        }
  });
});

test("a day is labelled by hours, a week by days, a month by Mondays, a year by months", () => {
  process.env.TZ = "UTC";
  const labels = (from: string, to: string, most = 8) =>
    timeTicks(new Date(from), new Date(to), most).map((t) => t.label);
  expect(labels("2026-11-21T12:05:00Z", "2026-11-22T12:05:00Z", 4)).toEqual([
    "18:00",
    "00:00",
    "06:00",
    "12:00",
  ]);
  expect(labels("2026-11-15T12:00:00Z", "2026-11-22T12:00:00Z").slice(0, 3)).toEqual([
    "Mon 16",
    "Tue 17",
    "Wed 18",
  ]);
  expect(labels("2026-10-23T00:00:00Z", "2026-11-22T00:00:00Z")).toEqual([
    "26 Oct",
    "2 Nov",
    "9 Nov",
    "16 Nov",
  ]);
  expect(labels("2025-11-22T00:00:00Z", "2026-11-22T00:00:00Z", 4)).toEqual(["2026", "Apr", "Jul", "Oct"]);
});

test("a bucket is called by its times, with its day where there are several", () => {
  process.env.TZ = "UTC";
  const words = (from: string, to: string, days: number) =>
    stretchWords(new Date(from), new Date(to), days * dayMs);
  expect(words("2026-11-22T14:00:00Z", "2026-11-22T14:10:00Z", 1)).toBe("14:00–14:10");
  expect(words("2026-11-16T14:00:00Z", "2026-11-16T16:00:00Z", 7)).toBe("Mon 16 Nov, 14:00–16:00");
  expect(words("2026-11-16T00:00:00Z", "2026-11-17T00:00:00Z", 90)).toBe("Mon 16 Nov");
  expect(words("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", 90)).toBe("16 Nov – 22 Nov");
});

/** A full minute at least; from two days on a full quarter of a day, from a month on a midnight. */
function isRound(at: Date, length: number): boolean {
  if (at.getSeconds() !== 0 || at.getMilliseconds() !== 0) return false;
  const minutes = at.getHours() * 60 + at.getMinutes();
  if (length >= 30 * dayMs) return minutes === 0;
  return minutes % (length >= 2 * dayMs ? 360 : length >= 6 * hourMs ? 60 : 15) === 0;
}
