import { describe, expect, test } from "bun:test";
import { rangeOf } from "../../src/search/values.ts";

const now = new Date(2026, 6, 14, 12, 30).getTime();
const minute = 60_000;
const at = (...parts: [number, number, number?, number?, number?]) =>
  new Date(parts[0], parts[1], parts[2] ?? 1, parts[3] ?? 0, parts[4] ?? 0).getTime();

describe("durations", () => {
  test("compared, as they stand", () => {
    expect(rangeOf("duration", ">", "5m", now)).toEqual({ from: 5 * minute + 1 });
    expect(rangeOf("duration", ">=", "5m", now)).toEqual({ from: 5 * minute });
    expect(rangeOf("duration", "<", "1h30m", now)).toEqual({ to: 90 * minute });
    expect(rangeOf("duration", "<=", "1w", now)).toEqual({ to: 7 * 24 * 60 * minute + 1 });
  });
  test("alone, as precisely as they were given", () => {
    expect(rangeOf("duration", "", "5m", now)).toEqual({ from: 5 * minute, to: 6 * minute });
    expect(rangeOf("duration", "", "1h5m", now)).toEqual({ from: 65 * minute, to: 66 * minute });
  });
  test("from one to another, or open at one end", () => {
    expect(rangeOf("duration", "", "5m..1h", now)).toEqual({ from: 5 * minute, to: 120 * minute });
    expect(rangeOf("duration", "", "5m..", now)).toEqual({ from: 5 * minute, to: undefined });
  });
});

test("sizes are decimal, as everywhere", () => {
  expect(rangeOf("size", ">", "1gb", now)).toEqual({ from: 1e9 + 1 });
  expect(rangeOf("size", "", "1.5gb", now)).toEqual({ from: 1.5e9, to: 1.6e9 });
});

test("numbers are whole", () => {
  expect(rangeOf("number", "<", "3", now)).toEqual({ to: 3 });
  expect(rangeOf("number", "", "3..5", now)).toEqual({ from: 3, to: 6 });
  expect(rangeOf("number", "", "2.5", now)).toBeString();
});

describe("dates", () => {
  test("mean all of the year, month, day or minute", () => {
    expect(rangeOf("date", "", "2019", now)).toEqual({ from: at(2019, 0), to: at(2020, 0) });
    expect(rangeOf("date", "", "2019-12", now)).toEqual({ from: at(2019, 11), to: at(2020, 0) });
    expect(rangeOf("date", "", "2019-07-14", now)).toEqual({ from: at(2019, 6, 14), to: at(2019, 6, 15) });
    expect(rangeOf("date", "", "2019-07-14T09:05", now)).toEqual({
      from: at(2019, 6, 14, 9, 5),
      to: at(2019, 6, 14, 9, 6),
    });
  });
  test("compared, the day itself counts as one", () => {
    expect(rangeOf("date", "<", "2026-01-01", now)).toEqual({ to: at(2026, 0, 1) });
    expect(rangeOf("date", "<=", "2026-01-01", now)).toEqual({ to: at(2026, 0, 2) });
    expect(rangeOf("date", ">", "2026", now)).toEqual({ from: at(2027, 0) });
  });
  test("today and yesterday are the server's", () => {
    expect(rangeOf("date", "", "today", now)).toEqual({ from: at(2026, 6, 14), to: at(2026, 6, 15) });
    expect(rangeOf("date", "", "yesterday", now)).toEqual({ from: at(2026, 6, 13), to: at(2026, 6, 14) });
  });
  test("that no calendar has are refused", () => {
    for (const bad of ["2019-02-29", "2019-00", "2019-07-14T25:00", "soon", "19"])
      expect(rangeOf("date", "", bad, now)).toBeString();
  });
});
