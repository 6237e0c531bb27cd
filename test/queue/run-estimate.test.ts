import { describe, expect, test } from "bun:test";
import type { Job } from "../../src/queue/job.ts";
import { frozenMs, middleS, runEstimate, workedS } from "../../src/queue/run-estimate.ts";

const now = Date.UTC(2026, 0, 1, 12);
const run = (over: Partial<Job>) =>
  ({
    startedAt: new Date(now - 600_000),
    finishedAt: null,
    progress: null,
    frozen: false,
    frozenMs: 0,
    pausedAt: null,
    ...over,
  }) as Job;
const usual = { p25Ms: 1_200_000, p75Ms: 2_400_000 };

describe("how long a run will still take", () => {
  test("by its own pace, in a range that narrows as it goes on", () => {
    const half = runEstimate(run({ progress: 50 }), now)!;
    expect(middleS(half)).toBe(600);
    const most = runEstimate(run({ progress: 90 }), now)!;
    expect(middleS(most)).toBe(67);
    const width = ({ lowS, highS }: typeof half) => (highS - lowS) / (highS + lowS);
    expect(width(most)).toBeLessThan(width(half));
  });

  test("time that it stood frozen is not its pace", () => {
    const frozen = run({ progress: 50, frozenMs: 300_000 });
    expect(workedS(frozen, now)).toBe(300);
    expect(middleS(runEstimate(frozen, now))).toBe(300);
  });

  test("a freeze that lasts counts as it goes on", () => {
    const frozen = run({ frozen: true, frozenMs: 60_000, pausedAt: new Date(now - 120_000) });
    expect(frozenMs(frozen, now)).toBe(180_000);
    expect(workedS(frozen, now)).toBe(420);
  });

  test("early on by how long its kind takes, later by itself, without a jump between", () => {
    expect(runEstimate(run({ progress: null }), now, usual)).toEqual({ lowS: 600, highS: 1800 });
    const early = middleS(runEstimate(run({ progress: 5 }), now, usual))!;
    expect(early).toBeGreaterThan(1700);
    expect(early).toBeLessThan(11_400);
    expect(runEstimate(run({ progress: 40 }), now, usual)).toEqual(runEstimate(run({ progress: 40 }), now));
  });

  test("nothing is guessed from one percent, nor of a run that has outlasted all of its kind", () => {
    expect(runEstimate(run({ progress: 1 }), now)).toBeNull();
    expect(runEstimate(run({}), now)).toBeNull();
    expect(runEstimate(run({}), now, { p25Ms: 1000, p75Ms: 2000 })).toBeNull();
    expect(runEstimate(run({ startedAt: null }), now, usual)).toBeNull();
  });
});
