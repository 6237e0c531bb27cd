// Durations in bins: percentiles come out to within a bin of the exact ones, and packing loses nothing.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  addTo,
  binOf,
  bins,
  countOf,
  emptyHistogram,
  merge,
  pack,
  percentile,
  spreadOf,
  unpack,
} from "../../src/history/histogram.ts";

const of = (durations: number[]) => {
  const histogram = emptyHistogram();
  for (const ms of durations) addTo(histogram, ms);
  return histogram;
};

/** The duration that a share `q` of them does not exceed. */
const exact = (durations: number[], q: number) =>
  [...durations].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * durations.length) - 1)]!;

test("bins grow by √2 up to a day, and hold what is shorter or longer at their ends", () => {
  expect([0, 0.5, 1, 1.4, 1.42, 2, 2.1, 4].map(binOf)).toEqual([0, 0, 0, 1, 2, 2, 3, 4]);
  expect(binOf(86_400_000)).toBe(bins - 1);
  expect(binOf(1e12)).toBe(bins - 1);
  expect(binOf(Number.NaN)).toBe(0);
});

describe("percentiles", () => {
  test("of nothing are null", () => expect(percentile(emptyHistogram(), 0.5)).toBeNull());

  test("are within a factor of √2 of the exact ones, whatever the durations", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 80_000_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.25, 0.5, 0.75, 0.95, 0.99),
        (durations, q) => {
          const found = percentile(of(durations), q)!;
          const real = exact(durations, q);
          expect(found / real).toBeGreaterThan(1 / 1.4143);
          expect(found / real).toBeLessThan(1.4143);
        },
      ),
    );
  });

  test("of many even durations are within a few percent", () => {
    const histogram = of(Array.from({ length: 10_000 }, (_, i) => 1000 + i));
    expect(Math.abs(percentile(histogram, 0.5)! / 6000 - 1)).toBeLessThan(0.03);
    expect(Math.abs(percentile(histogram, 0.95)! / 10_500 - 1)).toBeLessThan(0.05);
  });

  test("of merged halves are those of the whole", () => {
    const low = of([1, 2, 3, 500]);
    const high = of([700, 9000]);
    merge(low, high);
    expect(low).toEqual(of([1, 2, 3, 500, 700, 9000]));
  });
});

test("mean and deviation come from the middles of the bins", () => {
  const { count, meanMs, deviationMs } = spreadOf(of([...Array(50).fill(100), ...Array(50).fill(10_000)]));
  expect(count).toBe(100);
  expect(meanMs / 5050).toBeCloseTo(1, 0);
  expect(deviationMs).toBeGreaterThan(3500);
  expect(deviationMs).toBeLessThan(6500);
});

test("packing and unpacking gives the same, and a usual hour takes a few bytes", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000_000), { minLength: bins, maxLength: bins }), (counts) => {
      const histogram = Uint32Array.from(counts);
      expect(unpack(pack(histogram))).toEqual(histogram);
      expect(countOf(unpack(pack(histogram)))).toBe(counts.reduce((a, b) => a + b, 0));
    }),
  );
  const usual = of(Array.from({ length: 100 }, (_, i) => 800 + i * 10));
  expect(pack(usual).length).toBeLessThanOrEqual(8);
  expect(unpack(pack(usual), unpack(pack(usual)))).toEqual(usual.map((n) => n * 2));
});
