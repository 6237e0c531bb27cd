// What was measured is in memory for a minute at most, then in buckets of a minute, ten minutes, an hour and a day at once.

import { describe, expect, test } from "bun:test";
import type { Level } from "../../src/history/measure-store.ts";
import { dayMs, hourMs, minuteMs, testHistory } from "../support/history.ts";

const all = { from: 0, to: Date.UTC(2100, 0) };

function countsOf(h: ReturnType<typeof testHistory>, level: Level) {
  return h.measures.counts({ level, ...all }).map(({ at, completed, failed, retries }) => ({
    at: new Date(at).toISOString().slice(0, 16),
    completed,
    failed,
    retries,
  }));
}

describe("buckets", () => {
  test("each run counts once at every level, under the start of its bucket", async () => {
    const h = testHistory(Date.UTC(2026, 0, 1, 10, 7));
    const measures = h.newMeasures();
    for (const outcome of ["completed", "not_needed", "failed", "orphaned", "retry"] as const) {
      measures.add(h.run({ outcome }));
      await h.clock.advance(minuteMs);
    }
    measures.flush();
    const minutes = countsOf(h, "minute");
    expect(minutes.map((m) => m.at.slice(11))).toEqual(["10:07", "10:08", "10:09", "10:10", "10:11"]);
    expect(minutes[4]).toEqual({ at: "2026-01-01T10:11", completed: 0, failed: 0, retries: 1 });
    expect(countsOf(h, "tenMinutes")).toEqual([
      { at: "2026-01-01T10:00", completed: 2, failed: 1, retries: 0 },
      { at: "2026-01-01T10:10", completed: 0, failed: 1, retries: 1 },
    ]);
    const whole = { completed: 2, failed: 2, retries: 1 };
    expect(countsOf(h, "hour")).toEqual([{ at: "2026-01-01T10:00", ...whole }]);
    expect(countsOf(h, "day")).toEqual([{ at: "2026-01-01T00:00", ...whole }]);
  });

  test("later flushes add to what stands there, also those of another process", () => {
    const h = testHistory();
    for (let i = 0; i < 3; i++) {
      const measures = h.newMeasures();
      measures.add(h.run({ waitMs: 200, runMs: 3000 }));
      measures.flush();
      measures.flush();
    }
    const [sum] = h.measures.sums({ level: "day", ...all });
    expect(sum).toMatchObject({ queue: "metadata", kind: "file-metadata" });
    expect(sum!.figures).toMatchObject({ completed: 3, waitMs: 600, runMs: 9000 });
  });

  test("run times are of those that completed with something to do, waits are everybody's", () => {
    const h = testHistory();
    const measures = h.newMeasures();
    for (const outcome of ["completed", "not_needed", "failed", "retry"] as const)
      measures.add(h.run({ outcome, waitMs: 10, runMs: 1000 }));
    measures.flush();
    const span = { level: "minute" as const, ...all };
    expect(h.measures.sums(span)[0]!.figures.runMs).toBe(1000);
    expect(h.measures.sums(span)[0]!.figures.waitMs).toBe(40);
  });

  test("a day is a local one, also when clocks change", () => {
    const before = process.env.TZ;
    process.env.TZ = "Europe/Berlin";
    try {
      // 29 March 2026 has 23 hours there: from 23:00 UTC the day before to 22:00 UTC.
      const h = testHistory();
      const measures = h.newMeasures();
      for (let at = Date.UTC(2026, 2, 28, 22, 30); at < Date.UTC(2026, 2, 29, 23); at += hourMs)
        measures.add(h.run({ at }));
      measures.flush();
      expect(countsOf(h, "day").map(({ at, completed }) => [at, completed])).toEqual([
        ["2026-03-27T23:00", 1],
        ["2026-03-28T23:00", 23],
        ["2026-03-29T22:00", 1],
      ]);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  test("lanes are told apart", () => {
    const h = testHistory();
    const measures = h.newMeasures();
    measures.add(h.run());
    measures.add(h.run({ queue: "hash", kind: "file-hash" }));
    measures.add(h.run({ queue: "hash", kind: "other" }));
    measures.flush();
    const count = (lane: { queue?: string; kind?: string }) =>
      h.measures.counts({ level: "day", ...all, ...lane })[0]?.completed;
    expect([count({}), count({ queue: "hash" }), count({ kind: "other" }), count({ queue: "none" })]).toEqual(
      [3, 2, 1, undefined],
    );
  });
});

describe("what a crash loses", () => {
  test("is the last minute at most", async () => {
    const h = testHistory();
    const measures = h.newMeasures();
    let lastStep = h.clock.now();
    for (let second = 1; second <= 630; second++) {
      await h.clock.advance(1000);
      measures.add(h.run());
      if (h.clock.now() - lastStep < minuteMs) continue;
      lastStep = h.clock.now();
      await measures.step();
    }
    // The process dies here: only what is in the database counts.
    expect(countsOf(h, "day")[0]!.completed).toBeGreaterThanOrEqual(630 - 60);
    expect(countsOf(h, "day")[0]!.completed).toBeLessThan(630);
  });

  test("a clean stop loses nothing", async () => {
    const h = testHistory();
    const history = h.newHistory();
    const services = history.services();
    for (const service of services) await service.start();
    history.measure(h.run());
    for (const service of services.reverse()) await service.stop();
    expect(countsOf(h, "day")[0]!.completed).toBe(1);
  });

  test("a flush that fails is made up for by the next, and counts nothing twice", () => {
    const h = testHistory();
    const measures = h.newMeasures();
    measures.add(h.run());
    h.sqlite.run("PRAGMA query_only = ON");
    measures.flush();
    measures.add(h.run());
    h.sqlite.run("PRAGMA query_only = OFF");
    measures.flush();
    expect(countsOf(h, "day")[0]!.completed).toBe(2);
    expect(countsOf(h, "hour")[0]!.completed).toBe(2);
  });
});

describe("how long the server was there", () => {
  const onMs = (h: ReturnType<typeof testHistory>, level: Level) =>
    h.measures.observed({ level, ...all }).map((o) => o.onMs / 1000);

  test("is kept to the second, over minutes", async () => {
    const h = testHistory(Date.UTC(2026, 0, 1, 0, 0, 30));
    const measures = h.newMeasures();
    await h.clock.advance(90_000);
    measures.flush();
    expect(onMs(h, "minute")).toEqual([30, 60]);
    expect(onMs(h, "hour")).toEqual([90]);
  });

  test("does not count while the machine slept", async () => {
    const h = testHistory();
    const measures = h.newMeasures();
    await h.clock.advance(minuteMs);
    measures.flush();
    await h.clock.advance(8 * hourMs);
    measures.flush();
    await h.clock.advance(minuteMs);
    measures.flush();
    expect(onMs(h, "day")).toEqual([120]);
  });
});

describe("what waits", () => {
  async function waiting(n: number) {
    const h = testHistory();
    const measures = h.newMeasures();
    for (let i = 0; i < n; i++)
      await h.store.insert(
        [
          {
            queue: "hash",
            kind: "file-hash",
            category: "cpu",
            vramMb: 0,
            group: 0,
            params: {},
            subject: { type: "none", id: null, label: "x" },
            priority: 5,
            backfill: false,
            dedupKey: null,
            runAt: null,
            maxRetries: 0,
            origin: null,
          },
        ],
        h.clock.now(),
      );
    return { h, measures };
  }

  test("is looked at each minute, with the age of the oldest", async () => {
    const { h, measures } = await waiting(3);
    await h.clock.advance(minuteMs);
    await measures.step();
    expect(h.measures.backlog({ level: "minute", ...all })).toEqual([
      { at: h.clock.now() - minuteMs, queue: "hash", waiting: 3, oldestS: 0 },
      { at: h.clock.now(), queue: "hash", waiting: 3, oldestS: 60 },
    ]);
  });

  test("a look that comes a moment late leaves no minute out", async () => {
    const { h, measures } = await waiting(2);
    for (const ms of [30_000, minuteMs + 20_000, minuteMs + 20_000]) {
      await h.clock.advance(ms);
      await measures.step();
    }
    const minutes = h.measures.backlog({ level: "minute", ...all }).map((b) => b.at / minuteMs);
    const first = Math.floor(Date.UTC(2026, 0, 1) / minuteMs);
    expect(minutes).toEqual([first, first + 1, first + 2, first + 3]);
    // Nobody knows what waited while the machine slept.
    await h.clock.advance(8 * hourMs);
    await measures.step();
    expect(h.measures.backlog({ level: "minute", ...all })).toHaveLength(5);
  });

  test("an empty queue is written once, when it has become so", async () => {
    const { h, measures } = await waiting(1);
    await h.clock.advance(minuteMs);
    await measures.step();
    await h.store.move(1, "cancel", null, h.clock.now());
    for (let i = 0; i < 5; i++) {
      await h.clock.advance(minuteMs);
      await measures.step();
    }
    expect(h.measures.backlog({ level: "minute", ...all }).map((b) => b.waiting)).toEqual([1, 1, 0]);
    expect(h.measures.backlog({ level: "hour", ...all })).toMatchObject([{ waiting: 0, oldestS: 60 }]);
  });
});

describe("from memory", () => {
  test("the rate is over the last five minutes, or since the first job ended", async () => {
    const h = testHistory();
    const measures = h.newMeasures();
    expect(measures.rate("metadata")).toBeNull();
    for (let i = 0; i < 60; i++) {
      measures.add(h.run());
      await h.clock.advance(1000);
    }
    expect(measures.rate("metadata")).toEqual({ perMinute: 59, sample: 60 });
    await h.clock.advance(4 * minuteMs);
    expect(measures.rate("metadata")!.perMinute).toBeCloseTo(59 / 5, 1);
    await h.clock.advance(2 * minuteMs);
    expect(measures.rate("metadata")).toBeNull();
  });

  test("failures leave the queue too, retries do not", () => {
    const h = testHistory();
    const measures = h.newMeasures();
    for (const outcome of ["completed", "failed", "retry"] as const) measures.add(h.run({ outcome }));
    expect(measures.rate("metadata")!.sample).toBe(2);
  });

  test("how long runs take is known again after a restart, from the last two weeks", async () => {
    const h = testHistory();
    const first = h.newMeasures();
    for (let i = 0; i < 10; i++) first.add(h.run({ runMs: 1000 }));
    first.flush();
    const second = h.newMeasures();
    expect(second.runTimes("metadata", "file-metadata")).toBeUndefined();
    await second.load();
    expect(second.averageRunMs("metadata")).toBe(1000);
    second.add(h.run({ runMs: 12_000 }));
    expect(second.averageRunMs("metadata")).toBe(2000);
    expect(second.runTimes("metadata")).toEqual(second.runTimes("metadata", "file-metadata")!);
    await h.clock.advance(20 * dayMs);
    await second.step();
    expect(second.averageRunMs("metadata")).toBeNull();
  });

  test("one measured run costs less than 2 µs", () => {
    const h = testHistory();
    const measures = h.newMeasures();
    const runs = ["a", "b", "c"].map((queue) => h.run({ queue }));
    const measured = (n: number) => {
      const start = performance.now();
      for (let i = 0; i < n; i++) measures.add(runs[i % 3]!);
      return ((performance.now() - start) * 1000) / n;
    };
    measured(20_000);
    // The best of several: other work on this machine is not what is measured.
    expect(Math.min(measured(20_000), measured(20_000), measured(20_000))).toBeLessThan(2);
  });
});
