// Charts: evenly cut, with the true values, null where the server was off, and steps that are kept for so long.

import { describe, expect, test } from "bun:test";
import type { SeriesName } from "../../src/history/series.ts";
import { stepsS } from "../../src/history/series-steps.ts";
import { Refused } from "../../src/runtime/errors.ts";
import { dayMs, hourMs, minuteMs, testHistory } from "../support/history.ts";

const start = Date.UTC(2026, 0, 10);

/** Minute by minute: `runs(i)` end in it. A minute without an answer is one in which the server is off. */
async function recorded(
  minutes: number,
  runs: (i: number, h: ReturnType<typeof testHistory>) => number | null,
) {
  const h = testHistory(start);
  let measures = h.newMeasures();
  let off = false;
  for (let i = 0; i < minutes; i++) {
    const n = runs(i, h);
    if (off && n !== null) measures = h.newMeasures();
    off = n === null;
    await h.clock.advance(minuteMs / 2);
    for (let k = 0; k < (n ?? 0); k++) measures.add(h.run({ runMs: 1000 * (k + 1) }));
    await h.clock.advance(minuteMs / 2);
    if (!off) measures.flush();
  }
  const history = h.newHistory();
  const read = (name: SeriesName, fromMs: number, toMs: number, stepS?: number, queue?: string) =>
    history.series(name, { from: new Date(start + fromMs), to: new Date(start + toMs), stepS, queue });
  return { h, history, read };
}
const values = (series: { points: { value: number | null }[] }) => series.points.map((p) => p.value);

describe("values", () => {
  test("what was off is null, what was idle is zero", async () => {
    const { read } = await recorded(6, (i) => [2, 0, null, null, 0, 4][i]!);
    expect(values(await read("rate", 0, 6 * minuteMs, 60))).toEqual([2, 0, null, null, 0, 4]);
    expect(values(await read("completed", 0, 6 * minuteMs, 60))).toEqual([2, 0, null, null, 0, 4]);
    expect(values(await read("rate", -3 * minuteMs, minuteMs, 60))).toEqual([null, null, null, 2]);
  });

  test("a rate is per minute that the server was there", async () => {
    const { read } = await recorded(10, (i) => (i < 5 ? 6 : null));
    expect(values(await read("rate", 0, 10 * minuteMs, 600))).toEqual([6]);
  });

  test("percentiles over a longer step are of all runs in it", async () => {
    const { read } = await recorded(20, () => 3);
    const [point] = (await read("run-p50", 0, 20 * minuteMs, 1800)).points;
    expect(point!.sample).toBe(60);
    expect(point!.value! / 2000).toBeGreaterThan(0.7);
    expect(point!.value! / 2000).toBeLessThan(1.42);
    expect(values(await read("run-avg", 0, 20 * minuteMs, 1800))).toEqual([2000]);
    expect(values(await read("run-p99", 0, 20 * minuteMs, 1800))[0]!).toBeGreaterThan(2500);
  });

  test("shares and durations of nothing are null, not zero", async () => {
    const { read } = await recorded(2, () => 0);
    for (const name of ["failure-rate", "run-p95", "run-avg", "wait-p50"] as const)
      expect(values(await read(name, 0, 2 * minuteMs, 60))).toEqual([null, null]);
    expect(values(await read("failed", 0, 2 * minuteMs, 60))).toEqual([0, 0]);
  });

  test("the share of failures is of what ended", async () => {
    const h = testHistory(start);
    const history = h.newHistory();
    for (const outcome of ["completed", "completed", "completed", "failed", "retry"] as const)
      history.measure(h.run({ outcome }));
    await h.clock.advance(minuteMs);
    const ask = { from: new Date(start), to: new Date(start + minuteMs) };
    expect(values(await history.series("failure-rate", ask))).toEqual([0.25]);
    expect(values(await history.series("retries", ask))).toEqual([1]);
  });

  test("what has not been written down yet shows, in a bucket that is marked as partial", async () => {
    const h = testHistory(start);
    const history = h.newHistory();
    await h.clock.advance(minuteMs + 30_000);
    history.measure(h.run());
    const { points } = await history.series("rate", { from: new Date(start), to: new Date(start + hourMs) });
    expect(points).toEqual([
      { at: new Date(start), value: 0, sample: 0, partial: false },
      { at: new Date(start + minuteMs), value: 2, sample: 1, partial: true },
    ]);
  });

  test("of one queue, or of all together", async () => {
    const h = testHistory(start);
    const history = h.newHistory();
    history.measure(h.run());
    history.measure(h.run({ queue: "hash" }));
    await h.clock.advance(minuteMs);
    const ask = { from: new Date(start), to: new Date(start + minuteMs) };
    expect(values(await history.series("completed", ask))).toEqual([2]);
    expect(values(await history.series("completed", { ...ask, queue: "hash" }))).toEqual([1]);
    expect(values(await history.series("completed", { ...ask, queue: "none" }))).toEqual([0]);
  });

  test("the backlog of a longer step is that at its end, the oldest is the worst in it", async () => {
    const h = testHistory(start);
    const history = h.newHistory();
    const minute = start / minuteMs;
    h.measures.add({
      figures: [],
      backlog: [
        { minute, queue: "hash", waiting: 500, oldestS: 900 },
        { minute, queue: "metadata", waiting: 7, oldestS: 20 },
        { minute: minute + 1, queue: "hash", waiting: 0, oldestS: 0 },
      ],
      observed: [
        { minute, onMs: minuteMs },
        { minute: minute + 1, onMs: minuteMs },
        { minute: minute + 2, onMs: minuteMs },
      ],
    });
    await h.clock.advance(3 * minuteMs);
    const ask = { from: new Date(start), to: new Date(start + 3 * minuteMs) };
    expect(values(await history.series("waiting", { ...ask, stepS: 60 }))).toEqual([507, 0, 0]);
    expect(values(await history.series("waiting", { ...ask, stepS: 120 }))).toEqual([7, 0]);
    expect(values(await history.series("waiting", { ...ask, queue: "hash", stepS: 120 }))).toEqual([0, 0]);
    expect(values(await history.series("oldest-waiting", { ...ask, stepS: 120 }))).toEqual([900, 0]);
  });
});

describe("steps", () => {
  const stepOf = async (fromMs: number, toMs = 0) => {
    const h = testHistory(start);
    const { stepS, points } = await h
      .newHistory()
      .series("rate", { from: new Date(start - fromMs), to: new Date(start - toMs) });
    expect(points.length).toBeLessThanOrEqual(501);
    return stepS;
  };
  test("are chosen for at most 500 points", async () => {
    const spans = [hourMs, 8 * hourMs, 16 * hourMs, dayMs, 7 * dayMs, 30 * dayMs, 90 * dayMs, 400 * dayMs];
    expect(await Promise.all(spans.map((ms) => stepOf(ms)))).toEqual([
      60, 60, 120, 600, 1800, 7200, 21_600, 86_400,
    ]);
  });
  test("and never finer than what is still kept that far back", async () => {
    expect(await stepOf(3 * dayMs, 3 * dayMs - hourMs)).toBe(600);
    expect(await stepOf(60 * dayMs, 60 * dayMs - hourMs)).toBe(3600);
  });

  test("of days are local days, 23 and 25 hours long when clocks change", async () => {
    const before = process.env.TZ;
    process.env.TZ = "Europe/Berlin";
    try {
      const h = testHistory(Date.UTC(2026, 9, 27));
      const ask = { from: new Date(2026, 9, 24), to: new Date(2026, 9, 27), stepS: 86_400 };
      const { points } = await h.newHistory().series("rate", ask);
      const starts = points.map((p) => p.at.toISOString());
      expect(starts).toEqual([
        "2026-10-23T22:00:00.000Z",
        "2026-10-24T22:00:00.000Z",
        "2026-10-25T23:00:00.000Z",
      ]);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  test("what cannot be answered is refused, naming what can", async () => {
    const history = testHistory(start).newHistory();
    const refused = async (fromMs: number, toMs: number, stepS?: number): Promise<string> => {
      try {
        await history.series("rate", { from: new Date(start + fromMs), to: new Date(start + toMs), stepS });
      } catch (error) {
        expect(error).toBeInstanceOf(Refused);
        expect((error as Refused).status).toBe(422);
        return (error as Refused).message;
      }
      return "";
    };
    expect(await refused(0, 0)).toContain("before");
    expect(await refused(-500 * dayMs, 0)).toContain("400 days");
    expect(await refused(-dayMs, 0, 45)).toContain(stepsS.join(", "));
    expect(await refused(-3 * dayMs, 0, 60)).toContain("48 hours");
    expect(await refused(-47 * hourMs, 0, 60)).toContain("2000 points");
    expect(await refused(-dayMs, 0, 600)).toBe("");
  });
});
