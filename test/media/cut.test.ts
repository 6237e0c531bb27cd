// Which frames a stretch means, and what size and rate a film of many films gets.

import { describe, expect, test } from "bun:test";
import { safeName } from "../../src/library/exports.ts";
import { fitted, framesIn, rateOf } from "../../src/media/cut.ts";
import { joinFormOf, orientationOf } from "../../src/media/join-form.ts";

const fps = (rate: { over: number; under: number }) => Math.round((rate.over / rate.under) * 1000) / 1000;

describe("the rate of a cut", () => {
  test.each([
    [25, 25],
    [23.976, 23.976],
    [29.97, 29.97],
    [59.94, 59.94],
    [12.5, 12.5],
    [120, 60],
    [240, 60],
    [1, 16],
    // Uneven ones, as of phones and screen recordings, become the next common one.
    [29.83, 30],
    [7.318, 25],
    [43.2, 50],
    [58.8, 60],
  ])("of %d frames a second is %d", (source, made) => {
    expect(fps(rateOf(source))).toBe(made);
  });
  test("is 30 where the file does not say, or says nonsense", () => {
    expect([fps(rateOf(null)), fps(rateOf(90_000))]).toEqual([30, 30]);
  });
});

test("a stretch is at least one frame, and its times are rounded to the nearest", () => {
  const ntsc = { over: 30000, under: 1001 };
  expect(framesIn({ startS: 1, endS: 1.001 }, ntsc)).toBe(1);
  expect(framesIn({ startS: 0.334, endS: 1.335 }, ntsc)).toBe(30);
});

test("a picture is made smaller, never larger, and even", () => {
  expect(fitted({ width: 3840, height: 2160 }, { width: 1920, height: 1080 })).toEqual({
    width: 1920,
    height: 1080,
  });
  expect(fitted({ width: 333, height: 201 }, { width: 1920, height: 1080 })).toEqual({
    width: 334,
    height: 202,
  });
});

test("a film of films has the shape of most, the rate of most and the size of the largest", () => {
  const wide = { width: 1280, height: 720, fps: 29.97 };
  const tall = { width: 1080, height: 1920, fps: 30 };
  expect(joinFormOf([wide, wide, tall])).toEqual({ width: 1920, height: 1080, fps: 30 });
  expect(joinFormOf([{ ...wide, fps: 25 }])).toEqual({ width: 1280, height: 720, fps: 25 });
  expect(joinFormOf([wide], "portrait")).toEqual({ width: 720, height: 1280, fps: 30 });
  expect(orientationOf({ width: 500, height: 510 })).toBe("square");
});

test.each([
  ["a/b\\c: d?", "a b c – d"],
  ["0:01 to 0:02", "0.01 to 0.02"],
  ["..hidden.", "hidden"],
  ["\u202Eevil\n\u0000", "evil"],
  ["nul", "nul_"],
  ["???", "Export"],
  ["名".repeat(100), "名".repeat(60)],
])("%j is kept on disk as %j", (title, name) => {
  expect(safeName(title)).toBe(name);
});
