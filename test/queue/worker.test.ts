import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { awaitJob } from "../../src/queue/await-job.ts";
import { logTailBytes } from "../../src/queue/execution.ts";
import { jobLogPath } from "../../src/queue/job-logs.ts";
import { reapAll, reaperLoop } from "../../src/queue/reaper.ts";
import { GiveUp, JobFailure, RetryLater } from "../../src/runtime/errors.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { settled } from "../support/fake-clock.ts";
import { type Act, testKind, testQueue } from "../support/queue.ts";
import { job } from "./job-store.conformance.ts";

/** A run that goes on until the test lets it end, or it is aborted. */
function held() {
  const started: number[] = [];
  const aborted: number[] = [];
  const ends: (() => void)[] = [];
  const act: Act = (job) =>
    new Promise<void>((resolve, reject) => {
      started.push(job.id);
      ends.push(resolve);
      job.signal.addEventListener("abort", () => {
        aborted.push(job.id);
        reject(job.signal.reason);
      });
    });
  return { act, started, aborted, endNext: () => ends.shift()!() };
}

async function oneJob(act: Act, maxRetries = 3) {
  const t = testQueue([testKind({ act, maxRetries })]);
  await t.worker.start();
  const { id } = await t.queue.enqueue("test", {});
  await settled();
  return { ...t, id, job: () => t.queue.get(id) };
}

describe("a run", () => {
  test("starts as soon as it is enqueued, and completes with progress and log", async () => {
    const { job, store, id } = await oneJob((run) => {
      run.progress(40);
      run.log("half way");
    });
    expect(await job()).toMatchObject({ status: "completed", progress: 100 });
    expect(await store.log(id)).toBe("[2026-01-01 00:00:00] half way\n");
  });

  test("with nothing to do says why", async () => {
    const { job } = await oneJob(() => ({ notNeeded: "already playable" }));
    expect(await job()).toMatchObject({ status: "completed", outcomeNote: "not_needed: already playable" });
  });

  test("that gives up fails at once with its code and is not retried", async () => {
    const { job } = await oneJob(() => {
      throw new GiveUp("input.truncated", "The file ends in the middle.");
    });
    expect(await job()).toMatchObject({
      status: "failed",
      failure: { code: "input.truncated", message: "The file ends in the middle." },
      retryCount: 0,
    });
  });

  test("that fails is tried again after 2, 4 and 8 minutes, then stays failed", async () => {
    const at: number[] = [];
    const t = await oneJob((run) => {
      at.push(run.attempt);
      throw new JobFailure("tool.crashed", "ffmpeg died");
    });
    const waits = [];
    for (let i = 0; i < 3; i++) {
      const { runAt } = await t.job();
      waits.push((runAt!.getTime() - t.clock.now()) / 60_000);
      await t.clock.advance(runAt!.getTime() - t.clock.now() - 1);
      expect(at.length).toBe(i + 1);
      await t.clock.advance(1);
    }
    expect(waits).toEqual([2, 4, 8]);
    expect(at).toEqual([1, 2, 3, 4]);
    expect(await t.job()).toMatchObject({
      status: "failed",
      retryCount: 3,
      failure: { code: "tool.crashed" },
    });
    expect(await t.store.attempts(t.id)).toHaveLength(4);
  });

  test("that asks to be put back later gets no strike; nor does a full disk", async () => {
    const errors = [new RetryLater(5000, "disk.full", "later"), new JobFailure("disk.full", "ENOSPC")];
    const t = await oneJob(() => {
      const error = errors.shift();
      if (error) throw error;
    });
    await t.clock.advance(5000);
    expect(await t.job()).toMatchObject({ status: "pending", retryCount: 0 });
    await t.clock.advance(120_000);
    expect(await t.job()).toMatchObject({ status: "completed", retryCount: 0 });
  });

  test("that logs a lot keeps a bounded tail in the database and the whole on disk", async () => {
    const t = await oneJob((run) => {
      for (let i = 0; i < 1000; i++) run.log(`line ${i}`);
    });
    await t.worker.stop();
    const tail = await t.store.log(t.id);
    expect(tail.length).toBeLessThanOrEqual(logTailBytes);
    expect(tail).toEndWith("line 999\n");
    const whole = jobLogPath(t.logsFolder, t.id, 1);
    expect(existsSync(whole)).toBe(true);
    expect(readFileSync(whole, "utf8").split("\n")).toHaveLength(1001);
  });

  test("whose stored params no longer fit its kind fails and says so", async () => {
    const { z } = await import("zod");
    const t = testQueue([testKind({ params: z.strictObject({ width: z.int() }), maxRetries: 0 })]);
    await t.store.insert(
      [job({ queue: "a", kind: "test", params: { old: true }, maxRetries: 0 })],
      t.clock.now(),
    );
    await t.worker.start();
    await settled();
    expect((await t.queue.get(1)).failure?.message).toContain("width");
  });
});

describe("limits", () => {
  test("a queue runs one job at a time by default and follows the multiplier live", async () => {
    const run = held();
    const t = testQueue([testKind({ act: run.act })]);
    await t.worker.start();
    for (let i = 0; i < 4; i++) await t.queue.enqueue("test", {});
    await settled();
    expect(run.started.length).toBe(1);
    t.limits.multiplier = 3;
    t.events.publish({ topic: "setting", key: "concurrencyMultiplier" });
    await settled();
    expect(run.started.length).toBe(3);
  });

  test("a paused queue starts nothing, until it is resumed or its time is up", async () => {
    const run = held();
    const t = testQueue([testKind({ act: run.act })]);
    const pausedUntil = new Date(t.clock.now() + 900_000);
    await t.store.setQueueState({
      queue: "a",
      pausedAt: new Date(t.clock.now()),
      pauseEnds: { at: pausedUntil.getTime() },
      pauseMode: "drain",
      pausedBy: "ada",
      concurrency: null,
      weight: null,
    });
    await t.worker.start();
    await t.queue.enqueue("test", {});
    await t.clock.advance(899_000);
    expect(run.started.length).toBe(0);
    await t.clock.advance(1_000);
    expect(run.started.length).toBe(1);
  });

  test("a job whose memory does not fit is passed over for one that does", async () => {
    const big = held();
    const small = held();
    const t = testQueue([
      testKind({ name: "big", queue: "a", category: "gpu_ai", vramMb: 12_000, act: big.act }),
      testKind({ name: "small", queue: "b", category: "gpu_encode", vramMb: 4000, act: small.act }),
      testKind({ name: "medium", queue: "c", category: "gpu_encode", vramMb: 8000, act: big.act }),
    ]);
    await t.worker.start();
    await t.queue.enqueue("big", {});
    await settled();
    await t.queue.enqueue("medium", {});
    await t.queue.enqueue("small", {});
    await settled();
    expect([big.started.length, small.started.length]).toEqual([1, 1]);
    expect(t.worker.vramUsedMb).toBe(16_000);
  });

  test("what a kind takes of the GPU is asked when its job could start, and given back as it was taken", async () => {
    const run = held();
    let needsMb = 0;
    const kind = testKind({ vramHere: () => needsMb, category: "gpu_encode", act: run.act });
    const t = testQueue([kind], { limits: { vramBudgetMb: 5000 } });
    await t.queue.enqueue("test", { n: 1 });
    // Proven meanwhile: the job takes what it would have been enqueued with now.
    needsMb = 4000;
    await t.queue.enqueue("test", { n: 2 });
    await t.worker.start();
    await settled();
    expect([run.started.length, t.worker.vramUsedMb]).toEqual([1, 4000]);
    // Lost meanwhile: what runs gives back what it took, and what waits needs none.
    needsMb = 0;
    run.endNext();
    await settled();
    expect([run.started.length, t.worker.vramUsedMb]).toEqual([2, 0]);
  });

  test("jobs that start at the same moment fit together, whichever of its lanes each queue's turn goes to", async () => {
    const forever = () => new Promise<void>(() => {});
    const kinds = [
      testKind({ name: "small", vramMb: 1_000, act: forever }),
      testKind({ name: "large", vramMb: 12_000, act: forever }),
      testKind({ name: "other", queue: "b", vramMb: 12_000, act: forever }),
    ];
    const t = testQueue(kinds, { limits: { vramBudgetMb: 16_000 } });
    await t.queue.enqueue("small", {}, { priority: 10 });
    await t.queue.enqueue("large", {}, { priority: 1 });
    await t.queue.enqueue("other", {});
    await t.worker.start();
    await t.settled();
    expect(t.worker.running().map((r) => r.lane.kind)).toEqual(["large"]);
    expect(t.worker.vramUsedMb).toBe(12_000);
  });

  test("a job that is removed in the moment of its claim holds nobody up", async () => {
    const kinds = [testKind(), testKind({ name: "other", queue: "b" })];
    const t = testQueue(kinds, { limits: { category: { cpu: 1, gpu_encode: 1, gpu_ai: 1 } } });
    const gone = (await t.queue.enqueue("test", {})).id;
    const other = (await t.queue.enqueue("other", {})).id;
    void t.store.move(gone, "remove", "ada", t.clock.now());
    await t.worker.start();
    await t.settled();
    expect((await t.store.get(other))!.status).toBe("completed");
  });

  test("a kind that this build does not know stays where it is", async () => {
    const t = testQueue([testKind({})]);
    await t.store.insert([job({ queue: "a", kind: "from-the-future" })], t.clock.now());
    await t.worker.start();
    const { id } = await t.queue.enqueue("test", {});
    await settled();
    expect((await t.queue.get(id)).status).toBe("completed");
    expect((await t.queue.get(id - 1)).status).toBe("pending");
  });
});

describe("control", () => {
  test("cancelling a running job aborts it at once and frees its slot", async () => {
    const run = held();
    const t = testQueue([testKind({ act: run.act })]);
    await t.worker.start();
    const first = await t.queue.enqueue("test", {});
    const second = await t.queue.enqueue("test", {});
    await settled();
    await t.queue.move(first.id, "cancel", "ada");
    await settled();
    expect(run.aborted).toEqual([first.id]);
    expect(run.started).toEqual([first.id, second.id]);
    expect(await t.queue.get(first.id)).toMatchObject({ status: "cancelled" });
  });

  test("an illegal move is refused with 409 naming the state", async () => {
    const t = testQueue([testKind({})]);
    const { id } = await t.queue.enqueue("test", {});
    expect(t.queue.move(id, "retry", null)).rejects.toMatchObject({
      status: 409,
      message: `Job ${id} is pending; it cannot be retried from there.`,
    });
  });

  test("unknown kinds and bad params are refused with the path of each fault", async () => {
    const { z } = await import("zod");
    const t = testQueue([testKind({ params: z.strictObject({ width: z.int() }) })]);
    expect(t.queue.enqueue("nope", {})).rejects.toMatchObject({
      status: 422,
      more: { errors: [{ path: ["type"] }] },
    });
    expect(t.queue.enqueue("test", { width: "x" })).rejects.toMatchObject({
      status: 422,
      more: { errors: [{ path: ["params", "width"] }] },
    });
  });

  test("a clean stop hands running jobs back without a strike", async () => {
    const run = held();
    const t = testQueue([testKind({ act: run.act })]);
    await t.worker.start();
    const { id } = await t.queue.enqueue("test", {});
    await settled();
    await t.worker.stop();
    expect(run.aborted).toEqual([id]);
    expect(await t.queue.get(id)).toMatchObject({ status: "pending", retryCount: 0 });
    await t.newWorker("w2").start();
    await settled();
    expect(run.started).toEqual([id, id]);
  });

  test("a job that is cancelled and retried while its old tools still die has one healthy run", async () => {
    const ends: (() => void)[] = [];
    // Ends in its own time, whatever it is told.
    const act: Act = () => new Promise<void>((resolve) => void ends.push(resolve));
    const t = testQueue([testKind({ act })], { limits: { multiplier: 2 } });
    await t.worker.start();
    const { id } = await t.queue.enqueue("test", {});
    await settled();
    await t.queue.move(id, "cancel", "ada");
    await t.queue.move(id, "retry", "ada");
    await settled();
    expect(ends.length).toBe(2);
    ends[0]!();
    await settled();
    expect(t.worker.running().map((r) => r.id)).toEqual([id]);
    await t.clock.advance(5 * 60_000);
    expect(await t.store.leasesLostBefore(t.clock.now())).toEqual([]);
    ends[1]!();
    await settled();
    expect((await t.queue.get(id)).status).toBe("completed");
  });

  test("Run on a queue enqueues what its kinds lack and skips what is open", async () => {
    const kind = testKind({
      dedupKey: (p: any) => String(p.n),
      async *pending() {
        yield { n: 1 };
        yield { n: 2 };
      },
    });
    const t = testQueue([kind]);
    await t.queue.enqueue("test", { n: 1 });
    expect(await t.queue.runQueue("a", "ada")).toEqual({ enqueued: 1, skipped: 1 });
  });

  test("awaitJob answers once the job is over, and gives up at its time", async () => {
    const run = held();
    const t = testQueue([testKind({ act: run.act })]);
    await t.worker.start();
    const { id } = await t.queue.enqueue("test", {});
    await settled();
    const late = awaitJob(t, id, 1000);
    await t.clock.advance(1000);
    expect(await late).toBeUndefined();
    const waiting = awaitJob(t, id, 30_000);
    run.endNext();
    expect((await waiting)?.status).toBe("completed");
  });
});

describe("a database that cannot be written for a while", () => {
  test("delays claims, and the worker goes on by itself", async () => {
    const t = testQueue([testKind({})]);
    const { claim } = t.store;
    t.store.claim = () => Promise.reject(new Error("disk is full"));
    await t.worker.start();
    const { id } = await t.queue.enqueue("test", {});
    await t.clock.advance(60_000);
    expect((await t.queue.get(id)).status).toBe("pending");
    t.store.claim = claim.bind(t.store);
    await t.clock.advance(1_000);
    expect((await t.queue.get(id)).status).toBe("completed");
  });

  test("loses no ending: it is written once it can be, and the reaper leaves the job alone until then", async () => {
    const t = testQueue([testKind({})]);
    const { settle } = t.store;
    t.store.settle = () => Promise.reject(new Error("disk is full"));
    await t.worker.start();
    const { id } = await t.queue.enqueue("test", {});
    await t.clock.advance(10 * 60_000);
    t.store.settle = settle.bind(t.store);
    const parts = { ...t, log: silentLogger, policy: () => "fail" as const };
    await reaperLoop({ ...parts, holds: (l) => t.worker.holds(l) }).step(new AbortController().signal);
    expect((await t.queue.get(id)).status).toBe("running");
    await t.clock.advance(1_000);
    expect((await t.queue.get(id)).status).toBe("completed");
  });
});

describe("the reaper", () => {
  async function orphan() {
    const run = held();
    const t = testQueue([testKind({ act: run.act })]);
    await t.worker.start();
    const { id } = await t.queue.enqueue("test", {});
    await settled();
    return { ...t, id, run };
  }
  const parts = (t: Awaited<ReturnType<typeof orphan>>, policy: "fail" | "retry-once" = "fail") => ({
    store: t.store,
    events: t.events,
    clock: t.clock,
    log: silentLogger,
    policy: () => policy,
  });
  const step = (t: Awaited<ReturnType<typeof orphan>>) =>
    reaperLoop(parts(t)).step(new AbortController().signal);

  test("leaves a job alone for hours as long as its worker's heartbeats come", async () => {
    const t = await orphan();
    await t.clock.advance(3 * 3_600_000);
    await step(t);
    expect(await t.queue.get(t.id)).toMatchObject({ status: "running" });
  });

  test("leaves its own process's jobs alone after the machine has slept", async () => {
    const t = await orphan();
    // Nobody extends while a machine sleeps; the reaper may be the first to wake.
    const asleep = t.clock.now() + 3_600_000;
    await reaperLoop({
      ...parts(t),
      clock: { now: () => asleep, after: (ms, f) => t.clock.after(ms, f) },
      holds: (l) => t.worker.holds(l),
    }).step(new AbortController().signal);
    expect((await t.queue.get(t.id)).status).toBe("running");
  });

  test("fails a job whose worker has died, as orphaned, and does not run it again", async () => {
    const t = await orphan();
    await reapAll(parts(t));
    await settled();
    expect(await t.queue.get(t.id)).toMatchObject({
      status: "failed",
      failure: { code: "job.orphaned" },
      progress: null,
    });
    expect(t.run.started.length).toBe(1);
  });

  test("with retry-once runs it once more, but not a second time", async () => {
    const t = await orphan();
    await reapAll(parts(t, "retry-once"));
    expect((await t.queue.get(t.id)).status).toBe("pending");
    await t.newWorker("w2").start();
    await settled();
    expect((await t.queue.get(t.id)).status).toBe("running");
    await reapAll(parts(t, "retry-once"));
    expect((await t.queue.get(t.id)).status).toBe("failed");
  });
});
