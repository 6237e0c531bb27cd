// Estimates are ranges: wide from few samples, narrow from many, and they hold what really comes about eight times in ten.

import { describe, expect, test } from "bun:test";
import { estimateFinish, estimateStart, middleS } from "../../src/history/eta.ts";
import { addTo, emptyHistogram, type Histogram } from "../../src/history/histogram.ts";

const runs = (...durations: number[]): Histogram => {
  const histogram = emptyHistogram();
  for (const ms of durations) addTo(histogram, ms);
  return histogram;
};
const many = (ms: number, n: number) => runs(...Array<number>(n).fill(ms));
const width = ({ lowS, highS }: { lowS: number; highS: number }) => highS / lowS;

test("a pace of many that found nothing to do promises nothing for two that may be long", () => {
  // Forty of a second, eight of 140 s: the last minutes saw eight a minute.
  const mixed = runs(...Array<number>(40).fill(1000), ...Array<number>(8).fill(140_000));
  const rate = { perMinute: 8, sample: 40 };
  const { highS } = estimateFinish({ ahead: [{ n: 2, runMs: mixed }], parallel: 1, rate })!;
  expect(highS).toBeGreaterThan(80);
  const even = estimateFinish({ ahead: [{ n: 2, runMs: many(7_500, 48) }], parallel: 1, rate })!;
  expect(even.highS).toBeLessThan(25);
});

describe("from how long runs took", () => {
  test("ten jobs of ten seconds, two at a time, are done after about fifty", () => {
    const estimate = estimateFinish({
      ahead: [{ n: 10, runMs: many(10_000, 400) }],
      parallel: 2,
      rate: null,
    })!;
    expect(estimate.basis).toBe("runs");
    expect(estimate.lowS).toBeLessThan(50);
    expect(estimate.highS).toBeGreaterThan(50);
    expect(width(estimate)).toBeLessThan(1.7);
  });

  test("one sample makes a wide range, hundreds a narrow one", () => {
    const after = (n: number) =>
      estimateFinish({ ahead: [{ n: 100, runMs: many(10_000, n) }], parallel: 1, rate: null })!;
    expect(width(after(1))).toBeGreaterThan(2.5);
    expect(width(after(400))).toBeLessThan(1.4);
    expect(after(400).sample).toBe(400);
  });

  test("a few slow ones among many fast ones count by their share", () => {
    const mixed = runs(...Array<number>(90).fill(100), ...Array<number>(10).fill(60_000));
    const { lowS, highS } = estimateFinish({ ahead: [{ n: 1000, runMs: mixed }], parallel: 1, rate: null })!;
    // 1000 × (0.9 × 0.1 s + 0.1 × 60 s) = 6090 s.
    expect(lowS).toBeLessThan(6090);
    expect(highS).toBeGreaterThan(6090);
  });

  test("more slots than jobs do not help", () => {
    const ask = (parallel: number) =>
      estimateFinish({ ahead: [{ n: 1, runMs: many(60_000, 50) }], parallel, rate: null })!;
    expect(ask(8)).toEqual(ask(1));
    expect(ask(8).highS).toBeGreaterThan(55);
  });

  test("a kind never seen is taken for one like the others, with more doubt", () => {
    const known = { n: 10, runMs: many(10_000, 100) };
    const alone = estimateFinish({ ahead: [known], parallel: 1, rate: null })!;
    const both = estimateFinish({ ahead: [known, { n: 10, runMs: undefined }], parallel: 1, rate: null })!;
    expect(both.lowS).toBeGreaterThan(alone.lowS * 1.5);
    expect(width(both)).toBeGreaterThan(width(alone) * 1.5);
  });

  test("holds what comes about eight times in ten", () => {
    let seed = 1;
    // A small generator, so that the test is the same each time.
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const run = () =>
      5000 * Math.exp(1.2 * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
    let held = 0;
    for (let i = 0; i < 500; i++) {
      const histogram = runs(...Array.from({ length: 40 }, run));
      const { lowS, highS } = estimateFinish({
        ahead: [{ n: 60, runMs: histogram }],
        parallel: 1,
        rate: null,
      })!;
      const real = Array.from({ length: 60 }, run).reduce((a, b) => a + b, 0) / 1000;
      if (lowS <= real && real <= highS) held++;
    }
    expect(held / 500).toBeGreaterThan(0.7);
    expect(held / 500).toBeLessThan(0.95);
  });
});

describe("from the rate of the last minutes", () => {
  test("it takes over as the sample grows", () => {
    // Runs say 100 s, the pace says 1000 s: other work takes the slots.
    const ask = (sample: number) =>
      estimateFinish({
        ahead: [{ n: 100, runMs: many(1000, 400) }],
        parallel: 1,
        rate: { perMinute: 6, sample },
      })!;
    expect(ask(3).basis).toBe("runs");
    expect(middleS(ask(3))).toBeLessThan(300);
    expect(ask(200).basis).toBe("rate");
    expect(middleS(ask(200))).toBeGreaterThan(700);
  });

  test("alone it is enough", () => {
    const estimate = estimateFinish({
      ahead: [{ n: 60, runMs: undefined }],
      parallel: 1,
      rate: { perMinute: 60, sample: 100 },
    })!;
    expect(estimate).toMatchObject({ basis: "rate", sample: 100 });
    expect(estimate.lowS).toBeLessThan(60);
    expect(estimate.highS).toBeGreaterThan(60);
  });
});

test("nothing known is no estimate, and nothing to do takes no time", () => {
  expect(estimateFinish({ ahead: [{ n: 5, runMs: undefined }], parallel: 1, rate: null })).toBeNull();
  expect(
    estimateFinish({ ahead: [{ n: 5, runMs: undefined }], parallel: 1, rate: { perMinute: 1, sample: 1 } }),
  ).toBeNull();
  expect(estimateFinish({ ahead: [], parallel: 1, rate: null })).toMatchObject({ lowS: 0, highS: 0 });
  expect(estimateStart({ ahead: 0, runMs: undefined, parallel: 1, rate: null })).toBeNull();
});

describe("when a job starts", () => {
  const runMs = many(60_000, 200);

  test("the next one may start at once, and at the latest after about one run", () => {
    const { lowS, highS } = estimateStart({ ahead: 0, runMs, parallel: 1, rate: null })!;
    expect(lowS).toBe(0);
    expect(highS).toBeGreaterThan(50);
    expect(highS).toBeLessThan(130);
  });

  test("those before it come first, shared among the slots", () => {
    const alone = estimateStart({ ahead: 40, runMs, parallel: 1, rate: null })!;
    const four = estimateStart({ ahead: 40, runMs, parallel: 4, rate: null })!;
    expect(alone.lowS).toBeLessThan(40 * 60);
    expect(alone.highS).toBeGreaterThan(41 * 60);
    expect(middleS(four) / middleS(alone)).toBeCloseTo(0.25, 1);
  });
});
