// Figures for people: local days, weeks from Monday, the trend of failures, and the busy hours.

import { expect, test } from "bun:test";
import type { Measured } from "../../src/queue/job-store.ts";
import { dayMs, hourMs, testHistory } from "../support/history.ts";

/** Thursday, 16 April 2026, noon. */
const now = Date.UTC(2026, 3, 16, 12);

function recorded(runs: (Partial<Measured> & { ago: number })[], timeZone = "UTC") {
  const before = process.env.TZ;
  process.env.TZ = timeZone;
  try {
    const h = testHistory(now);
    const history = h.newHistory();
    for (const { ago, ...over } of runs) history.measure(h.run({ at: now - ago, ...over }));
    return history.statistics();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

test("today, this week and this month are the calendar's", () => {
  const { today, thisWeek, thisMonth } = recorded([
    { ago: 0 },
    { ago: 11 * hourMs, outcome: "failed" },
    { ago: 13 * hourMs },
    // Monday, and the Sunday before.
    { ago: 3 * dayMs },
    { ago: 4 * dayMs, outcome: "failed" },
    // The last of March.
    { ago: 16 * dayMs },
  ]);
  expect(today).toMatchObject({ completed: 1, failed: 1 });
  expect(thisWeek).toMatchObject({ completed: 3, failed: 1 });
  expect(thisMonth).toMatchObject({ completed: 3, failed: 2 });
});

test("a day begins at the local midnight, even where that is not a full hour of UTC", () => {
  // 16 April begins at 18:15 UTC on the 15th in Kathmandu.
  const runs = [{ ago: 17 * hourMs + 44 * 60_000 }, { ago: 17 * hourMs + 46 * 60_000 }];
  expect(recorded(runs, "Asia/Kathmandu").today.completed).toBe(1);
  expect(recorded(runs, "UTC").today.completed).toBe(0);
});

test("a month with a change of clocks loses and doubles no hour", () => {
  // March 2026 in Berlin: 31 days, one of 23 hours; April until now: 15 days and 14 hours.
  const runs = Array.from({ length: 46 * 24 }, (_, i) => ({ ago: i * hourMs }));
  const { thisMonth, peakHours } = recorded(runs, "Europe/Berlin");
  expect(thisMonth.completed).toBe(15 * 24 + 15);
  // 27 whole days, and 15 of the hours of today.
  expect(peakHours.flat().reduce((a, b) => a + b, 0)).toBe(27 * 24 + 15 - 1);
  // The hour that is skipped on a Sunday.
  expect(peakHours[6]![2]).toBe(3);
  expect(peakHours[6]![3]).toBe(4);
});

test("kinds have their averages and percentiles over 30 days, the busiest first", () => {
  const { kinds } = recorded([
    { ago: 0, kind: "rare", runMs: 60_000, waitMs: 5000 },
    ...Array.from({ length: 100 }, (_, i) => ({ ago: 0, kind: "often", runMs: (i + 1) * 10 })),
    { ago: 0, kind: "often", outcome: "not_needed" as const, runMs: 1 },
    { ago: 0, kind: "often", outcome: "failed" as const, runMs: 900_000 },
    { ago: 40 * dayMs, kind: "gone" },
  ]);
  expect(kinds.map((k) => k.kind)).toEqual(["often", "rare"]);
  expect(kinds[0]).toMatchObject({ completed: 101, failed: 1, averageRunMs: 505 });
  expect(kinds[0]!.runP50Ms! / 500).toBeCloseTo(1, 1);
  expect(kinds[0]!.runP95Ms! / 950).toBeCloseTo(1, 0);
  expect(kinds[1]!.waitP50Ms! / 5000).toBeCloseTo(1, 0);
});

test("the trend of failures compares seven days with the seven before", () => {
  const { failureRate } = recorded([
    { ago: 0, outcome: "failed" },
    { ago: 6 * dayMs },
    { ago: 7 * dayMs },
    { ago: 8 * dayMs },
    { ago: 9 * dayMs },
    { ago: 13 * dayMs, outcome: "failed" },
    { ago: 14 * dayMs, outcome: "failed" },
  ]);
  expect(failureRate).toEqual({ last7Days: 0.5, previous7Days: 0.25 });
  expect(recorded([]).failureRate).toEqual({ last7Days: null, previous7Days: null });
});

test("peak hours are local", () => {
  const at = (zone: string) => recorded([{ ago: 0 }, { ago: 0 }, { ago: 7 * dayMs }], zone).peakHours;
  expect(at("UTC")[3]![12]).toBe(3);
  expect(at("Europe/Berlin")[3]![14]).toBe(3);
  expect(at("Pacific/Auckland")[4]![0]).toBe(3);
});

test("each period is compared with the one before up to the same point, once that was measured", () => {
  const h = testHistory(now);
  const history = h.newHistory();
  const at = (ago: number) => history.measure(h.run({ at: now - ago }));
  at(hourMs);
  // Yesterday at ten, at noon less a minute, and in the evening, which has not come yet today.
  for (const ago of [26 * hourMs, 24 * hourMs + 60_000, 18 * hourMs]) at(ago);
  expect(history.statistics().today.before).toBeNull();
  h.measures.add({
    figures: [],
    backlog: [],
    observed: [{ minute: (now - 20 * dayMs) / 60_000, onMs: 60_000 }],
  });
  const { today, thisWeek, thisMonth, since } = history.statistics();
  expect(today.before).toEqual({ completed: 2, failed: 0 });
  expect(thisWeek.before).toEqual({ completed: 0, failed: 0 });
  expect(thisMonth.before).toBeNull();
  expect(since).toEqual(new Date(Date.UTC(2026, 2, 27)));
});

test("of one queue or one kind alone", () => {
  const h = testHistory(now);
  const history = h.newHistory();
  history.measure(h.run({ queue: "hash", kind: "file-hash" }));
  history.measure(h.run({ outcome: "failed" }));
  const { today, kinds, failureDays } = history.statistics({ queue: "hash" });
  expect(today).toMatchObject({ completed: 1, failed: 0 });
  expect(kinds.map((k) => k.kind)).toEqual(["file-hash"]);
  expect(failureDays.at(-1)!.share).toBe(0);
  expect(history.statistics({ kind: "file-metadata" }).today.failed).toBe(1);
});
