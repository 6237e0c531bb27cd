// Packing loses nothing that a chart could show, and makes a busy day small.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { addMeasured, noFigures } from "../../src/history/figures.ts";
import { bins, emptyHistogram } from "../../src/history/histogram.ts";
import {
  type Bucket,
  packColumns,
  packFigures,
  unpackColumns,
  unpackCounts,
  unpackFigures,
  unpackHistograms,
} from "../../src/history/packed-block.ts";
import { hourMs, minuteMs, testHistory } from "../support/history.ts";

const n = fc.nat(2_000_000_000);
const histogram = fc
  .array(fc.nat(5), { minLength: bins, maxLength: bins })
  .map((counts) => Uint32Array.from(counts, (c) => c * 100));
const buckets = fc
  .array(
    fc.record({
      completed: n,
      notNeeded: n,
      failed: n,
      retries: n,
      waitMs: n,
      runMs: n,
      waits: histogram,
      runs: histogram,
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((all): Bucket[] => all.map((b, i) => ({ ...b, at: 29_000_000 + i * 10 })));

describe("a block of figures", () => {
  test("comes back as it was, sums of durations to a thousandth", () => {
    fc.assert(
      fc.property(buckets, (original) => {
        const back = unpackFigures(packFigures(original));
        for (const [i, { waitMs, runMs, ...exact }] of original.entries()) {
          expect(back[i]).toMatchObject(exact);
          expect(Math.abs(back[i]!.waitMs - waitMs)).toBeLessThanOrEqual(waitMs / 1000);
          expect(Math.abs(back[i]!.runMs - runMs)).toBeLessThanOrEqual(runMs / 1000);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("its counts and each histogram can be read alone, for a part of its time", () => {
    const block = [0, 1, 2].map((i): Bucket => {
      const bucket = { at: 100 + i, ...noFigures(), completed: i };
      bucket.waits[3] = 1;
      bucket.runs[5] = 10 ** i;
      return bucket;
    });
    const data = packFigures(block);
    expect(unpackCounts(data).counts.completed).toEqual([0, 1, 2]);
    const sum = emptyHistogram();
    unpackHistograms(data, "runs", (at) => (at > 100 ? sum : undefined));
    expect([sum[3], sum[5]]).toEqual([0, 110]);
  });

  test("of a busy hour takes a third of its rows", () => {
    const h = testHistory();
    const block = Array.from({ length: 60 }, (_, i): Bucket => {
      const bucket = { at: i, ...noFigures() };
      for (let k = 0; k < 30; k++)
        addMeasured(bucket, h.run({ waitMs: 900 * (1 + ((i * k) % 7)), runMs: 500 + k * i }));
      return bucket;
    });
    expect(packFigures(block).length).toBeLessThan(60 * 20);
  });
});

test("columns of numbers come back as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(2 ** 30), fc.nat(90_000))), (rows) => {
      let at = 0;
      const table = rows.map(([gap, ...rest]) => {
        at += gap;
        return [at, ...rest];
      });
      const columns = [0, 1, 2].map((c) => table.map((row) => row[c]!));
      expect(unpackColumns(packColumns(columns))).toEqual(columns);
    }),
  );
});

describe("the store", () => {
  /** Runs and backlog over some hours, a run each 30 s in two lanes. */
  async function hours(count: number) {
    const h = testHistory(Date.UTC(2026, 0, 5));
    const measures = h.newMeasures();
    for (let i = 0; i < count * 60; i++) {
      for (const queue of ["a", "b"])
        for (const outcome of ["completed", "failed"] as const)
          measures.add(h.run({ queue, outcome, waitMs: 100 * (i % 50), runMs: 1000 + (i % 9) * 500 }));
      h.measures.add({
        figures: [],
        backlog: [{ minute: h.clock.now() / minuteMs, queue: "a", waiting: i, oldestS: 2 * i }],
        observed: [],
      });
      await h.clock.advance(minuteMs);
      measures.flush();
    }
    const read = () =>
      (["minute", "tenMinutes", "hour", "day"] as const).flatMap((level) =>
        [{}, { queue: "b" }].map((lane) => {
          // From the middle of a stretch, so that a part of a block is read.
          const span = { level, from: Date.UTC(2026, 0, 5, 0, 30), to: h.clock.now(), ...lane };
          const histograms = new Map<number, number[]>();
          h.measures.histograms(span, "waits", (at) => {
            const known = emptyHistogram();
            histograms.set(at, known as unknown as number[]);
            return known;
          });
          return {
            counts: h.measures.counts(span).map(({ waitMs, runMs, ...rest }) => rest),
            backlog: h.measures.backlog(span),
            sums: h.measures.sums(span).map((s) => [s.queue, s.figures.completed, ...s.figures.waits]),
            times: [...histograms.keys()].sort(),
          };
        }),
      );
    return { h, measures, read };
  }
  const rows = (h: ReturnType<typeof testHistory>, table: string) =>
    (h.sqlite.query(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;

  test("reads the same before and after packing, whole stretches and parts", async () => {
    const { h, read } = await hours(30);
    const before = read();
    const rowsBefore = rows(h, "measure");
    await h.measures.pack(h.clock.now());
    expect(rows(h, "packed_measure")).toBeGreaterThan(0);
    expect(rows(h, "measure")).toBeLessThan(rowsBefore / 3);
    expect(read()).toEqual(before);
  });

  test("leaves open what may still change, and takes in what comes late", async () => {
    const { h, measures, read } = await hours(3);
    await h.measures.pack(h.clock.now());
    const open = h.sqlite.query("SELECT min(at) AS at FROM measure WHERE level = 0").get() as { at: number };
    expect(open.at * minuteMs).toBe(h.clock.now() - 2 * hourMs);
    const late = h.run({ queue: "b", at: Date.UTC(2026, 0, 5, 0, 45) });
    const count = () => read()[1]!.counts.find((c) => c.at === late.at)!.completed;
    expect(count()).toBe(1);
    measures.add(late);
    measures.flush();
    expect(count()).toBe(2);
    await h.measures.pack(h.clock.now());
    expect(count()).toBe(2);
    expect(rows(h, `measure WHERE level = 0 AND at < ${open.at}`)).toBe(0);
  });

  test("forgets packed stretches whose time is over", async () => {
    const { h } = await hours(5);
    await h.measures.pack(h.clock.now());
    const after = Number.MAX_SAFE_INTEGER;
    h.measures.prune({ minute: after, tenMinutes: 0, hour: 0, day: 0 });
    const levels = h.sqlite.query("SELECT DISTINCT level FROM packed_measure").values().flat();
    expect(levels).not.toContain(0);
    expect(h.measures.counts({ level: "minute", from: 0, to: h.clock.now() })).toEqual([]);
    expect(h.measures.counts({ level: "hour", from: 0, to: h.clock.now() })).toHaveLength(5);
  });
});
