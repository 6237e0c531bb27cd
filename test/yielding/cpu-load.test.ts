// What other programs use, and the half minute it takes to hold work or let it go.

import { describe, expect, test } from "bun:test";
import { cpuLoadSource, nextGate, openGate } from "../../src/yielding/cpu-load.ts";
import {
  type CpuUse,
  othersPercent,
  parseProcessStat,
  parseStat,
  readCpuUse,
  treeUse,
} from "../../src/yielding/cpu-use.ts";
import { FakeClock } from "../support/fake-clock.ts";

const signal = new AbortController().signal;

describe("what others use", () => {
  const before: CpuUse = { cores: 4, total: 1000, busy: 400, own: 100 };
  test("is what is used, less our own share", () => {
    expect(othersPercent(before, { cores: 4, total: 2000, busy: 1200, own: 700 })).toBe(20);
  });
  test("is nothing while only we work, however hard", () => {
    expect(othersPercent(before, { cores: 4, total: 2000, busy: 1400, own: 1100 })).toBe(0);
  });
  test("does not rise when a tool of ours ends uncounted", () => {
    expect(othersPercent(before, { cores: 4, total: 2000, busy: 900, own: 50 })).toBe(50);
  });
  test("is not known when the counters stood still or jumped back", () => {
    expect(othersPercent(before, before)).toBeUndefined();
    expect(othersPercent(before, { ...before, total: 1100, busy: 10 })).toBeUndefined();
  });
});

describe("Linux tells", () => {
  test("the machine's use: waiting for disks and time stolen by the host are none", () => {
    const text = `cpu  100 20 30 4000 500 6 7 80 50 0\ncpu0 50 10 15 2000 250 3 3 40 0 0\ncpu1 50 10 15 2000 250 3 4 40 0 0\nintr 1 2\n`;
    expect(parseStat(text)).toEqual({ cores: 2, busy: 163, total: 4743 });
  });
  test("a process's use, whatever it is called", () => {
    const text = `42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 11 12 13 14 20 0 1 0 99 0 0`;
    expect(parseProcessStat(text)).toEqual({ pid: 42, parent: 7, own: 23, ended: 27 });
  });
  test("a tree's use: descendants, and those of theirs that have ended", () => {
    const processes = [
      { pid: 1, parent: 0, own: 1000, ended: 1000 },
      { pid: 10, parent: 1, own: 1, ended: 2 },
      { pid: 11, parent: 10, own: 4, ended: 8 },
      { pid: 12, parent: 11, own: 16, ended: 32 },
      { pid: 13, parent: 1, own: 64, ended: 128 },
    ];
    expect(treeUse(processes, 10)).toBe(63);
    expect(treeUse(processes, 99)).toBe(0);
  });
  test.if(process.platform === "linux")("this very process's own work as ours", async () => {
    const first = await readCpuUse();
    for (const until = performance.now() + 120; performance.now() < until; );
    const second = await readCpuUse();
    expect(second.own! - first.own!).toBeGreaterThanOrEqual(5);
    expect(second.cores).toBeGreaterThan(0);
    expect(second.total).toBeGreaterThan(first.total);
  });
});

describe("the gate", () => {
  const after = (percents: number[], limit = 60) => {
    let gate = openGate;
    percents.forEach((percent, i) => {
      gate = nextGate(gate, percent, limit, i * 10_000);
    });
    return gate.heldSince !== null;
  };
  test("holds after half a minute above the limit", () => {
    expect(after([70, 70, 70])).toBe(false);
    expect(after([70, 70, 70, 70])).toBe(true);
  });
  test("a short peak moves nothing, nor does the limit itself", () => {
    expect(after([90, 90, 90, 40, 90, 90, 90])).toBe(false);
    expect(after([60, 60, 60, 60, 60])).toBe(false);
  });
  test("lets go after half a minute clearly below it, not just below", () => {
    const held = [70, 70, 70, 70];
    expect(after([...held, 55, 55, 55, 55, 55])).toBe(true);
    expect(after([...held, 40, 40, 40])).toBe(true);
    expect(after([...held, 40, 40, 40, 40])).toBe(false);
    expect(after([...held, 40, 40, 70, 40, 40])).toBe(true);
  });
  test("a clock that is set back by hours delays neither by hours", () => {
    let gate = nextGate(openGate, 70, 60, 5 * 3_600_000);
    for (const now of [0, 10_000, 20_000, 30_000]) gate = nextGate(gate, 70, 60, now);
    expect(gate.heldSince).toBe(30_000);
  });
});

describe("the source", () => {
  function setUp(over: { own?: boolean; working?: () => boolean } = {}) {
    const clock = new FakeClock();
    const setting = { cpuLoad: 60 as number | null, mode: "freeze" as const };
    let use: CpuUse = { cores: 8, total: 0, busy: 0, own: over.own === false ? null : 0 };
    const source = cpuLoadSource({
      setting: () => setting,
      exempt: ({ queue }) => queue === "imageproxy",
      now: () => clock.now(),
      isWorking: over.working ?? (() => true),
      read: async () => use,
    });
    const look = async (others: number, times: number) => {
      for (let i = 0; i < times; i++) {
        use = { ...use, total: use.total + 1000, busy: use.busy + others * 10 };
        await source.step(signal);
        await clock.advance(5_000);
      }
    };
    return { setting, source, look, clock, found: () => source.found(clock.now()) };
  }

  test("says the figures, and holds everything that is not exempt", async () => {
    const { look, found } = setUp();
    await look(72, 8);
    expect(found()).toHaveLength(1);
    const [hold] = found();
    expect(hold).toMatchObject({
      code: "load",
      text: "Other programs use 72 % of 8 cores, jobs start again below 48 %",
      until: null,
      mode: "freeze",
    });
    expect(hold!.holds({ queue: "hash", kind: "file-hash", category: "cpu" })).toBe(true);
    expect(hold!.holds({ queue: "imageproxy", kind: "image-transform", category: "cpu" })).toBe(false);
  });
  test("another figure is no other hold", async () => {
    const { look, found } = setUp();
    await look(72, 8);
    const before = found()[0]!;
    await look(91, 1);
    expect(found()[0]!.text).toContain("91 %");
    expect(found()[0]!.substance).toBe(before.substance);
    expect(found()[0]!.since).toEqual(before.since);
  });
  test("switched off it holds nothing at once, and begins anew when switched on", async () => {
    const { setting, look, found } = setUp();
    await look(90, 8);
    setting.cpuLoad = null;
    expect(found()).toEqual([]);
    await look(90, 1);
    setting.cpuLoad = 60;
    await look(90, 3);
    expect(found()).toEqual([]);
  });
  test("where our own share cannot be told, it counts only what it sees while we rest", async () => {
    let working = true;
    const { look, found } = setUp({ own: false, working: () => working });
    await look(90, 20);
    expect(found()).toEqual([]);
    working = false;
    await look(90, 8);
    expect(found()).toHaveLength(1);
  });
});
