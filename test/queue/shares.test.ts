// What each queue gets of a machine that has more work than it can do: its share by weight, and never nothing.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { everyQueue } from "../../src/queue/job-store.ts";
import type { JobKind } from "../../src/queue/kind.ts";
import { pauseQueue, resumeEverything } from "../../src/queue/pausing.ts";
import { testKind, testQueue } from "../support/queue.ts";
import { seeded } from "../support/seeded.ts";

setDefaultTimeout(60_000);

const weights = { a: 1, b: 2, c: 5, d: 12 };
type Name = keyof typeof weights;
const names = Object.keys(weights) as Name[];
const draws = 10_000;

/** A steady backlog in four queues that share one slot, worked off by a real worker: how often each was drawn. */
async function drawn(over: {
  extra?: JobKind[];
  before?: (t: ReturnType<typeof testQueue>) => Promise<void>;
}) {
  const counts: Record<string, number> = { a: 0, b: 0, c: 0, d: 0 };
  let all = 0;
  const done = Promise.withResolvers<void>();
  const kinds = names.map((queue) =>
    testKind({
      name: queue,
      queue,
      act: () => {
        if (all >= draws) return;
        counts[queue]!++;
        if (++all === draws) done.resolve();
      },
    }),
  );
  const t = testQueue([...kinds, ...(over.extra ?? [])], {
    random: seeded(20_261_122),
    limits: { category: { cpu: 1, gpu_encode: 2, gpu_ai: 1 }, vramBudgetMb: 8_000 },
  });
  for (const queue of names)
    await t.store.setQueueState({
      queue,
      pausedAt: null,
      pauseEnds: null,
      pausedBy: null,
      pauseMode: "drain",
      concurrency: 64,
      weight: weights[queue],
    });
  await t.worker.start();
  await over.before?.(t);
  // The backlog is there before the first draw.
  await pauseQueue(t.store, everyQueue, { by: null, ends: null, mode: "drain" }, t.clock.now());
  t.events.publish({ topic: "queue", queue: everyQueue });
  await t.settled();
  for (const queue of names)
    await t.queue.enqueueMany(
      Array.from({ length: Math.ceil(draws * share(queue) * 1.3) }, () => ({ kind: queue, params: {} })),
    );
  await resumeEverything(t.store, t.clock.now());
  t.events.publish({ topic: "queue", queue: everyQueue });
  await done.promise;
  await t.worker.stop();
  return { counts, t };
}

function share(queue: Name): number {
  return weights[queue] / Object.values(weights).reduce((sum, w) => sum + w, 0);
}

/** Pearson's, against the weights. With three degrees of freedom it is below 16.3 in 999 of 1,000 fair series. */
function chiSquare(counts: Record<string, number>): number {
  return names.reduce((sum, queue) => {
    const expected = draws * share(queue);
    return sum + (counts[queue]! - expected) ** 2 / expected;
  }, 0);
}

describe("over 10,000 draws from the database", () => {
  test("the shares match the weights, and the lightest queue is served", async () => {
    const { counts } = await drawn({});
    expect(chiSquare(counts)).toBeLessThan(16.3);
  });

  test("the same while the first job of the heaviest queue does not fit: it holds nobody up, its queue neither", async () => {
    const big = testKind({ name: "big", queue: "d", category: "gpu_ai", vramMb: 6_000 });
    const holder = testKind({
      name: "holder",
      queue: "e",
      category: "gpu_encode",
      vramMb: 4_000,
      act: (job) =>
        new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason))),
    });
    let bigId = 0;
    const { counts, t } = await drawn({
      extra: [big, holder],
      async before({ queue, settled }) {
        await queue.enqueue("holder", {});
        await settled();
        bigId = (await queue.enqueue("big", {}, { priority: 1 })).id;
      },
    });
    expect(chiSquare(counts)).toBeLessThan(16.3);
    expect((await t.store.get(bigId))!.status).toBe("pending");
  });
});

describe("a job that needs most of the memory", () => {
  /** Small jobs come faster than they end, so that there is never enough memory free at once. */
  async function withSmallOnes(queueOfBig: string) {
    const smallRunsMs = 5_000;
    const small = testKind({
      name: "small",
      category: "gpu_encode",
      params: z.looseObject({}),
      vramMb: 2_000,
      act: (job) => new Promise<void>((resolve) => t.clock.after(smallRunsMs + (job.id % 7) * 300, resolve)),
    });
    const startedAt: number[] = [];
    const big = testKind({
      name: "big",
      queue: queueOfBig,
      category: "gpu_encode",
      vramMb: 7_000,
      act: (job) => {
        startedAt.push(t.clock.now());
        return new Promise<void>((resolve) => t.clock.after(smallRunsMs + job.id, resolve));
      },
    });
    const t = testQueue([small, big], {
      random: seeded(7),
      limits: { multiplier: 4, category: { cpu: 1, gpu_encode: 4, gpu_ai: 1 }, vramBudgetMb: 8_000 },
    });
    await t.queue.enqueueMany(Array.from({ length: 500 }, () => ({ kind: "small", params: {} })));
    await t.worker.start();
    await t.clock.advance(10_000);
    return { ...t, startedAt };
  }

  test.each(["a", "b"])("in queue %s is not starved by a stream of small ones", async (queueOfBig) => {
    const t = await withSmallOnes(queueOfBig);
    const from = t.clock.now();
    await t.queue.enqueue("big", {}, { priority: 10 });
    await t.clock.advance(50_000);
    expect(t.startedAt).toEqual([]);
    expect(t.worker.running()).toHaveLength(4);
    await t.clock.advance(30_000);
    expect(t.startedAt).toHaveLength(1);
    expect(t.startedAt[0]! - from).toBeLessThan(60_000 + 7_100);
  });

  test("whose queue is paused keeps nothing free any more", async () => {
    const t = await withSmallOnes("b");
    await t.queue.enqueue("big", {}, { priority: 10 });
    await t.clock.advance(1_000);
    const state = {
      queue: "b",
      pausedAt: new Date(t.clock.now()),
      pauseEnds: null,
      pausedBy: "ada",
      pauseMode: "drain" as const,
      concurrency: null,
      weight: null,
    };
    await t.store.setQueueState(state);
    t.events.publish({ topic: "queue", queue: "b" });
    await t.clock.advance(90_000);
    expect(t.startedAt).toEqual([]);
    expect(t.worker.running()).toHaveLength(4);
  });

  test("which the whole budget could not hold any more keeps nothing free either", async () => {
    const t = await withSmallOnes("b");
    await t.queue.enqueue("big", {}, { priority: 10 });
    await t.clock.advance(30_000);
    t.limits.vramBudgetMb = 6_000;
    t.events.publish({ topic: "setting", key: "vramBudgetMb" });
    await t.clock.advance(90_000);
    expect(t.startedAt).toEqual([]);
    expect(t.worker.running()).toHaveLength(3);
  });
});
