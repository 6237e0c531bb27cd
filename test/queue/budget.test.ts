import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Budget, type Limits } from "../../src/queue/budget.ts";
import type { Category } from "../../src/queue/job.ts";
import type { Lane } from "../../src/queue/job-store.ts";

const limits: Limits = {
  multiplier: 1,
  category: { cpu: 5, gpu_encode: 2, gpu_ai: 1 },
  vramBudgetMb: 16_000,
};
const lane = (id: number, category: Category, vramMb: number, queue = `q${id}`): Lane => ({
  id,
  queue,
  kind: queue,
  category,
  vramMb,
  group: 0,
});
const wide = { base: 100, override: null };

describe("budget", () => {
  test("a queue runs its base times the multiplier, or what its owner set", () => {
    const budget = new Budget(() => ({ ...limits, multiplier: 3 }));
    expect(budget.queueLimit({ base: 2, override: null })).toBe(6);
    expect(budget.queueLimit({ base: 2, override: 1 })).toBe(1);
    const hash = lane(1, "cpu", 0);
    budget.take(hash);
    expect(budget.blocked(hash, { base: 1, override: 1 }, 0)).toEqual({ by: "queue", running: 1, limit: 1 });
    budget.give(hash);
    expect(budget.blocked(hash, { base: 1, override: 1 }, 0)).toBeUndefined();
  });

  test("a full category says so with its figures", () => {
    const budget = new Budget(() => limits);
    budget.take(lane(1, "gpu_ai", 8000));
    expect(budget.blocked(lane(2, "gpu_ai", 0), wide, 0)).toEqual({
      by: "category",
      category: "gpu_ai",
      running: 1,
      limit: 1,
    });
  });

  test("memory that is taken blocks what does not fit and nothing else", () => {
    const budget = new Budget(() => limits);
    budget.take(lane(1, "gpu_ai", 10_000));
    expect(budget.blocked(lane(2, "gpu_encode", 8000), wide, 0)).toEqual({
      by: "vram",
      neededMb: 8000,
      freeMb: 6000,
      budgetMb: 16_000,
    });
    expect(budget.blocked(lane(3, "gpu_encode", 4000), wide, 0)).toBeUndefined();
    expect(budget.blocked(lane(4, "gpu_encode", 20_000), wide, 0)).toMatchObject({ by: "vram-never" });
  });

  test("a budget that was made smaller than what runs has nothing free, not less", () => {
    const budget = new Budget(() => ({ ...limits, vramBudgetMb: 9000 }));
    budget.take(lane(1, "gpu_ai", 10_000));
    expect(budget.blocked(lane(2, "gpu_encode", 8000), wide, 0)).toMatchObject({ by: "vram", freeMb: 0 });
  });

  test("a job passed over for a minute gets its memory kept free, so smaller ones cannot starve it", () => {
    const budget = new Budget(() => limits);
    const small = lane(1, "gpu_encode", 6000);
    const large = lane(2, "gpu_ai", 14_000);
    budget.take(small);
    budget.passOver(large, budget.blocked(large, wide, 0)!, 0);
    expect(budget.blocked(small, wide, 59_999)).toBeUndefined();
    expect(budget.blocked(small, wide, 60_000)).toEqual({
      by: "reservation",
      forLane: large,
      heldMb: 14_000,
    });
    expect(budget.blocked(lane(3, "cpu", 0), wide, 60_000)).toBeUndefined();
    budget.give(small);
    expect(budget.blocked(large, wide, 60_000)).toBeUndefined();
    budget.take(large);
    budget.give(large);
    expect(budget.blocked(small, wide, 60_001)).toBeUndefined();
  });

  test("under any history no limit and no memory budget is ever exceeded", () => {
    const lanes = [
      lane(0, "cpu", 0),
      lane(1, "gpu_encode", 4000),
      lane(2, "gpu_ai", 8000),
      lane(3, "gpu_encode", 6000),
      lane(4, "cpu", 0, "q0"),
    ];
    fc.assert(
      fc.property(
        fc.array(fc.record({ lane: fc.nat(4), give: fc.boolean() }), { maxLength: 200 }),
        (steps) => {
          const budget = new Budget(() => limits);
          const running: Lane[] = [];
          let now = 0;
          for (const step of steps) {
            now += 10_000;
            const l = lanes[step.lane]!;
            const at = running.indexOf(l);
            if (step.give && at >= 0) {
              budget.give(l);
              running.splice(at, 1);
              continue;
            }
            const why = budget.blocked(l, { base: 3, override: null }, now);
            if (why) budget.passOver(l, why, now);
            else {
              budget.take(l);
              running.push(l);
            }
            expect(running.reduce((mb, x) => mb + x.vramMb, 0)).toBeLessThanOrEqual(16_000);
            expect(budget.vramUsedMb).toBe(running.reduce((mb, x) => mb + x.vramMb, 0));
            for (const [category, limit] of Object.entries(limits.category))
              expect(running.filter((x) => x.category === category).length).toBeLessThanOrEqual(limit);
            expect(running.filter((x) => x.queue === "q0").length).toBeLessThanOrEqual(3);
          }
        },
      ),
    );
  });
});
