// Finished jobs are forgotten by age and by number; failures stay four times as long, and open jobs always.

import { expect, test } from "bun:test";
import { pruneJobs, type Retention } from "../../src/queue/pruner.ts";
import { testKind, testQueue } from "../support/queue.ts";

const dayMs = 86_400_000;

/** Three that completed and one that failed, a day apart each, and one that waits. */
async function history() {
  const queue = testQueue([testKind({ maxRetries: 0, dedupKey: () => null })]);
  const { store, clock, events } = queue;
  for (const outcome of ["failed", "completed", "completed", "completed"] as const) {
    const { id } = await queue.queue.enqueue("test", {});
    const lanes = (await store.lanes()).map((lane) => lane.id);
    const lease = (await store.claim({ lanes, worker: "w", now: clock.now(), leaseMs: 1000 }))!;
    expect(lease.jobId).toBe(id);
    const failure = { code: "internal", message: "no" };
    await store.settle(lease, outcome === "failed" ? { outcome, failure } : { outcome }, clock.now());
    await clock.advance(dayMs);
  }
  await queue.queue.enqueue("test", {});
  const prune = async (retention: Retention) => {
    await pruneJobs({ store, events, clock, retention: () => retention }, new AbortController().signal);
    return (await store.list({}, "oldest", 0, 10)).jobs.map((job) => job.status);
  };
  return { prune, clock };
}

test("within days and rows nothing goes", async () => {
  const { prune } = await history();
  expect(await prune({ days: 10, rows: 4 })).toEqual([
    "failed",
    "completed",
    "completed",
    "completed",
    "pending",
  ]);
});

test("what is older than the days goes, but not failures", async () => {
  const { prune, clock } = await history();
  expect(await prune({ days: 2, rows: 100 })).toEqual(["failed", "completed", "completed", "pending"]);
  await clock.advance(20 * dayMs);
  expect(await prune({ days: 2, rows: 100 })).toEqual(["pending"]);
});

test("the oldest beyond the number of rows go", async () => {
  const { prune } = await history();
  expect(await prune({ days: 100, rows: 2 })).toEqual(["failed", "completed", "completed", "pending"]);
});
