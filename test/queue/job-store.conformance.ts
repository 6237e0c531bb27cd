// The contract of a job store. Every engine's test file calls `jobStoreConformance` with its own opener.

import { beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Job, Move, PauseEnd } from "../../src/queue/job.ts";
import type { Claimed, JobStore, LaneTally, NewJob } from "../../src/queue/job-store.ts";

export interface Engine {
  store: JobStore;
  /** A second opener of the same database, as another process would be. */
  second(): JobStore;
}

const t0 = Date.UTC(2026, 0, 1);

export function job(over: Partial<NewJob> = {}): NewJob {
  return {
    queue: "hash",
    kind: "file-hash",
    category: "cpu",
    vramMb: 0,
    group: over.subject?.group ?? 0,
    params: { fileId: 1 },
    subject: { type: "file", id: 1, label: "a.mp4" },
    priority: 5,
    backfill: false,
    dedupKey: null,
    runAt: null,
    maxRetries: 3,
    origin: null,
    ...over,
  };
}

export function jobStoreConformance(name: string, open: () => Promise<Engine>) {
  describe(name, () => {
    let engine: Engine;
    let store: JobStore;
    beforeEach(async () => {
      engine = await open();
      store = engine.store;
    });

    const add = async (over: Partial<NewJob> = {}, now = t0) => (await store.insert([job(over)], now))[0]!.id;
    const lanesOf = async (queue = "hash") =>
      (await store.lanes()).filter((l) => l.queue === queue).map((l) => l.id);
    const claim = async (queue = "hash", now = t0, worker = "w1") =>
      store.claim({ lanes: await lanesOf(queue), worker, now, leaseMs: 60_000 });
    const get = async (id: number) => (await store.get(id)) as Job;
    const countOf = async (state: keyof Omit<LaneTally, "lane">) =>
      (await store.tallies()).reduce((sum, t) => sum + t[state], 0);
    const failure = { code: "tool.crashed", message: "boom" };

    test("an inserted job reads back as it was given, pending", async () => {
      const id = await add({ params: { fileId: 7, width: 640 }, priority: 2, origin: "cli" });
      expect(await get(id)).toMatchObject({
        id,
        kind: "file-hash",
        queue: "hash",
        status: "pending",
        params: { fileId: 7, width: 640 },
        subject: { type: "file", id: 1, label: "a.mp4" },
        priority: 2,
        retryCount: 0,
        maxRetries: 3,
        origin: "cli",
        createdAt: new Date(t0),
        startedAt: null,
        failure: null,
      });
    });

    test("claims go by priority, then fresh before backfill, then age", async () => {
      const backfill = await add({ backfill: true });
      const old = await add();
      const young = await add();
      const urgent = await add({ priority: 1, backfill: true });
      const order = [];
      for (let i = 0; i < 4; i++) order.push((await claim())!.jobId);
      expect(order).toEqual([urgent, old, young, backfill]);
      expect(await claim()).toBeUndefined();
    });

    test("a claim sees only the lanes it asks for, so a job that does not fit blocks none behind it", async () => {
      await add({ vramMb: 24_000, priority: 1 });
      const small = await add({ vramMb: 0 });
      const fitting = (await store.lanes()).filter((l) => l.vramMb === 0).map((l) => l.id);
      expect((await store.claim({ lanes: fitting, worker: "w", now: t0, leaseMs: 1 }))?.jobId).toBe(small);
    });

    test("the same work is open once; when it is over it may be enqueued again", async () => {
      const [a, b] = await store.insert(
        [job({ dedupKey: "file-hash:1" }), job({ dedupKey: "file-hash:1" })],
        t0,
      );
      expect(b).toEqual({ id: a!.id, deduplicated: true });
      const lease = (await claim())!;
      expect((await store.insert([job({ dedupKey: "file-hash:1" })], t0))[0]!.deduplicated).toBe(true);
      await store.settle(lease, { outcome: "completed" }, t0 + 5);
      expect((await store.insert([job({ dedupKey: "file-hash:1" })], t0))[0]!.deduplicated).toBe(false);
    });

    test("two openers of one database never claim the same job", async () => {
      for (let i = 0; i < 40; i++) await add();
      const other = engine.second();
      const lanes = await lanesOf();
      const ask = (worker: string) => ({ lanes, worker, now: t0, leaseMs: 60_000 });
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 ? store.claim(ask("a")) : other.claim(ask("b")))),
      );
      expect(new Set(all.map((c) => c!.jobId)).size).toBe(40);
    });

    test("a delayed job is not claimed before its time, and is then", async () => {
      const id = await add({ runAt: new Date(t0 + 60_000) });
      expect(await store.nextDue()).toBe(t0 + 60_000);
      expect(await store.wakeDue(t0 + 59_999)).toEqual([]);
      expect(await claim("hash", t0 + 59_999)).toBeUndefined();
      expect(await store.wakeDue(t0 + 60_000)).toEqual([id]);
      expect(await claim("hash", t0 + 60_000)).toMatchObject({ jobId: id, readyAt: t0 + 60_000 });
      expect(await store.nextDue()).toBeUndefined();
    });

    test("a completed job keeps its times and its attempt", async () => {
      const id = await add();
      const lease = (await claim("hash", t0 + 10))!;
      expect(await get(id)).toMatchObject({ status: "running", worker: "w1", startedAt: new Date(t0 + 10) });
      expect(await store.settle(lease, { outcome: "completed" }, t0 + 250)).toBe(true);
      expect(await get(id)).toMatchObject({
        status: "completed",
        progress: 100,
        startedAt: new Date(t0 + 10),
        finishedAt: new Date(t0 + 250),
      });
      expect(await store.attempts(id)).toMatchObject([{ number: 1, outcome: "completed", worker: "w1" }]);
    });

    test("work that was not needed completes with its reason", async () => {
      const id = await add();
      await store.settle((await claim())!, { outcome: "completed", note: "already playable" }, t0);
      expect(await get(id)).toMatchObject({
        status: "completed",
        outcomeNote: "not_needed: already playable",
      });
      expect((await store.attempts(id))[0]).toMatchObject({ outcome: "not_needed" });
    });

    test("a retry waits for its time, counts its strike and keeps the failed attempt", async () => {
      const id = await add();
      await store.settle(
        (await claim())!,
        { outcome: "retry", runAt: t0 + 120_000, failure, strike: true },
        t0 + 5,
      );
      expect(await get(id)).toMatchObject({
        status: "pending",
        retryCount: 1,
        runAt: new Date(t0 + 120_000),
      });
      expect(await countOf("delayed")).toBe(1);
      await store.wakeDue(t0 + 120_000);
      const again = (await claim("hash", t0 + 120_000))!;
      expect(again).toMatchObject({ jobId: id, attempt: 2, retryCount: 1 });
      expect((await store.attempts(id)).map((a) => a.outcome)).toEqual(["failed", "running"]);
    });

    test("a clean hand-back is no strike", async () => {
      const id = await add();
      await store.settle((await claim())!, { outcome: "handed_back" }, t0);
      expect(await get(id)).toMatchObject({ status: "pending", retryCount: 0 });
      expect((await claim())?.attempt).toBe(2);
    });

    test("a lease that was taken away writes nothing", async () => {
      const id = await add();
      const lease = (await claim())!;
      await store.move(id, "cancel", "ada", t0 + 1);
      expect(await store.extend([lease], t0 + 99_999)).toEqual([lease]);
      expect(await store.settle(lease, { outcome: "completed" }, t0 + 2)).toBe(false);
      expect(await get(id)).toMatchObject({
        status: "cancelled",
        failure: { code: "job.cancelled", message: "Cancelled by ada." },
      });
    });

    test("an older lease of the same job is fenced off by the newer one", async () => {
      const id = await add();
      const first = (await claim())!;
      await store.settle(first, { outcome: "handed_back" }, t0);
      const second = (await claim("hash", t0, "w2"))!;
      expect(await store.settle(first, { outcome: "failed", failure }, t0)).toBe(false);
      expect(await get(id)).toMatchObject({ status: "running", worker: "w2" });
      expect(await store.settle(second, { outcome: "completed" }, t0)).toBe(true);
    });

    test("only a job whose lease has run out is lost, however long it has been running", async () => {
      await add();
      await add();
      const dead = (await claim())!;
      const alive = (await claim())!;
      await store.extend([alive], t0 + 10 * 3_600_000);
      const lost = await store.leasesLostBefore(t0 + 9 * 3_600_000);
      expect(lost.map((l) => l.jobId)).toEqual([dead.jobId]);
    });

    test("a heartbeat that comes before the reaper writes saves the job", async () => {
      const id = await add();
      const lease = (await claim())!;
      await store.extend([lease], t0 + 500_000);
      const how = { outcome: "orphaned", failure, again: false, leaseEndedBefore: t0 + 100_000 } as const;
      expect(await store.settle(lease, how, t0 + 100_000)).toBe(false);
      expect((await get(id)).status).toBe("running");
    });

    test("an orphan ends failed and is not run again; with retry-once it waits again", async () => {
      const a = await add();
      const b = await add();
      const orphaned = { code: "job.orphaned", message: "orphaned" };
      const lease = (await claim())!;
      await store.report([{ lease, at: t0, progress: 40 }]);
      await store.settle(
        lease,
        { outcome: "orphaned", failure: orphaned, again: false, leaseEndedBefore: Infinity },
        t0,
      );
      await store.settle(
        (await claim())!,
        { outcome: "orphaned", failure: orphaned, again: true, leaseEndedBefore: Infinity },
        t0,
      );
      expect(await get(a)).toMatchObject({ status: "failed", failure: orphaned, progress: null });
      expect(await get(b)).toMatchObject({ status: "pending", retryCount: 1 });
      expect((await store.attempts(a))[0]).toMatchObject({ outcome: "orphaned" });
    });

    test("progress and logs arrive, bounded to the live lease", async () => {
      const id = await add();
      const lease = (await claim())!;
      await store.report([{ lease, at: t0, progress: 42.5, logTail: "one\ntwo\n" }]);
      expect(await get(id)).toMatchObject({ progress: 42.5 });
      expect(await store.log(id)).toBe("one\ntwo\n");
      await store.settle(lease, { outcome: "handed_back" }, t0);
      await claim("hash", t0, "w2");
      await store.report([{ lease, at: t0, progress: 99, logTail: "one\ntwo\nlast\n" }]);
      expect(await get(id)).toMatchObject({ progress: null });
      expect(await store.log(id, 1)).toBe("one\ntwo\nlast\n");
    });

    describe("moves", () => {
      const in_: Record<string, () => Promise<number>> = {
        pending: () => add(),
        delayed: () => add({ runAt: new Date(t0 + 1e6) }),
        running: async () => {
          const id = await add();
          await claim();
          return id;
        },
        paused: async () => {
          const id = await add();
          await store.move(id, "pause", "ada", t0);
          return id;
        },
        completed: async () => {
          const id = await add();
          await store.settle((await claim())!, { outcome: "completed" }, t0);
          return id;
        },
        failed: async () => {
          const id = await add();
          await store.settle((await claim())!, { outcome: "failed", failure }, t0);
          return id;
        },
        cancelled: async () => {
          const id = await add();
          await store.move(id, "cancel", null, t0);
          return id;
        },
        frozen: async () => {
          const id = await add();
          await claim();
          await store.move(id, "pause", "ada", t0);
          return id;
        },
        cleared: async () => {
          const id = await in_.failed!();
          await store.move(id, "acknowledge", "ada", t0);
          return id;
        },
      };
      const legal: Record<Move, string[]> = {
        retry: ["failed", "cancelled", "cleared"],
        cancel: ["pending", "delayed", "running", "paused", "frozen"],
        pause: ["pending", "delayed", "running"],
        resume: ["paused", "frozen"],
        remove: ["pending", "delayed", "paused", "completed", "failed", "cancelled", "cleared"],
        acknowledge: ["failed"],
        unacknowledge: ["cleared"],
      };
      for (const [verb, allowed] of Object.entries(legal) as [Move, string[]][])
        for (const state of Object.keys(in_))
          test(`${verb} of a ${state} job ${allowed.includes(state) ? "moves it" : "changes nothing"}`, async () => {
            const id = await in_[state]!();
            const before = await get(id);
            expect((await store.move(id, verb, "ada", t0))?.moved).toBe(allowed.includes(state));
            if (!allowed.includes(state)) expect(await get(id)).toEqual(before);
            else if (verb === "remove") expect(await store.get(id)).toBeUndefined();
            else if (verb === "acknowledge") expect((await get(id)).acknowledgedAt).toEqual(new Date(t0));
            else if (verb === "unacknowledge") expect((await get(id)).acknowledgedAt).toBeNull();
            else {
              const resume = state === "frozen" ? "running" : "pending";
              const after = { retry: "pending", cancel: "cancelled", pause: "paused", resume } as const;
              expect((await get(id)).status).toBe(after[verb]);
            }
          });

      test("a move of a job that does not exist answers undefined", async () => {
        expect(await store.move(999, "cancel", null, t0)).toBeUndefined();
      });

      test("a paused job is not claimed, and is after it was resumed", async () => {
        const id = await add();
        await store.move(id, "pause", null, t0);
        expect(await claim()).toBeUndefined();
        await store.move(id, "resume", null, t0);
        expect((await claim())?.jobId).toBe(id);
      });

      test("a retry while the same work is already open is refused, naming it", async () => {
        const old = await add({ dedupKey: "k" });
        await store.settle((await claim())!, { outcome: "failed", failure }, t0);
        const open = await add({ dedupKey: "k" });
        expect(await store.move(old, "retry", null, t0)).toEqual({
          from: "failed",
          moved: false,
          openAs: open,
        });
      });

      test("a manual retry counts and keeps earlier attempts", async () => {
        const id = await in_.failed!();
        await store.move(id, "retry", "ada", t0);
        expect(await get(id)).toMatchObject({ status: "pending", retryCount: 1, failure: null });
        expect((await claim())?.attempt).toBe(2);
      });

      test("a cancelled job is put back where it stood, without a strike", async () => {
        const waits = await add({ dedupKey: "k", priority: 2 });
        const paused = await add();
        await store.move(waits, "cancel", "ada", t0);
        await store.move(paused, "cancel", "ada", t0);
        const was = {
          status: "paused",
          pausedAt: t0 - 5,
          pausedBy: "eve",
          pauseEnds: { at: t0 + 60 },
        } as const;
        expect(await store.restore(waits, { status: "pending" }, t0 + 9)).toBe(true);
        expect(await store.restore(paused, was, t0 + 9)).toBe(true);
        expect(await get(waits)).toMatchObject({ status: "pending", retryCount: 0, failure: null });
        expect(await get(paused)).toMatchObject({
          status: "paused",
          pausedAt: new Date(t0 - 5),
          pausedBy: "eve",
          pauseEnds: { at: t0 + 60 },
        });
        expect((await store.insert([job({ dedupKey: "k" })], t0))[0]).toEqual({
          id: waits,
          deduplicated: true,
        });
        expect([await countOf("waiting"), await countOf("paused"), await countOf("cancelled")]).toEqual([
          1, 1, 0,
        ]);
        expect((await claim())?.jobId).toBe(waits);
      });

      test("a retried failure that has not started is put back as it was", async () => {
        const id = await in_.cleared!();
        const before = await get(id);
        await store.move(id, "retry", "ada", t0 + 9);
        const was = {
          status: "failed" as const,
          startedAt: before.startedAt!.getTime(),
          finishedAt: before.finishedAt!.getTime(),
          failure: before.failure,
          acknowledgedAt: before.acknowledgedAt!.getTime(),
        };
        expect(await store.restore(id, was, t0 + 10)).toBe(true);
        expect(await get(id)).toEqual(before);
        expect([await countOf("cleared"), await countOf("failed"), await countOf("waiting")]).toEqual([
          1, 0, 0,
        ]);
      });

      test("nothing is put back that is elsewhere, or whose work is open anew", async () => {
        const running = await in_.running!();
        expect(await store.restore(running, { status: "failed", failure }, t0)).toBe(false);
        expect(await store.restore(running, { status: "pending" }, t0)).toBe(false);
        expect(await store.restore(999, { status: "pending" }, t0)).toBe(false);
        const old = await add({ dedupKey: "k" });
        await store.move(old, "cancel", null, t0);
        await add({ dedupKey: "k" });
        expect(await store.restore(old, { status: "pending" }, t0)).toBe(false);
        expect((await get(old)).status).toBe("cancelled");
      });

      test("a new priority changes the order of what waits", async () => {
        await add();
        const late = await add();
        expect(await store.setPriority(late, 1)).toBe(true);
        expect(await store.position(late)).toBe(1);
        expect((await claim())?.jobId).toBe(late);
      });
    });

    describe("lists", () => {
      test("all jobs, newest first, in pages", async () => {
        const ids = [];
        for (let i = 0; i < 5; i++) ids.push(await add());
        const page = await store.list({}, "newest", 2, 2);
        expect(page.total).toBe(5);
        expect(page.jobs.map((j) => j.id)).toEqual([ids[2]!, ids[1]!]);
      });

      test("filters by status, queue, kind and category agree with the jobs' states", async () => {
        const scan = await add({ queue: "library-scan", kind: "library-scan" });
        const gpu = await add({
          queue: "video-transcode",
          kind: "video-transcode",
          category: "gpu_encode",
          vramMb: 4000,
        });
        const failed = await add();
        await store.settle((await claim())!, { outcome: "failed", failure }, t0);
        const late = await add({ runAt: new Date(t0 + 1000) });
        const ids = async (f: Parameters<JobStore["list"]>[0]) =>
          (await store.list(f, "newest", 0, 50)).jobs.map((j) => j.id);
        expect(await ids({ status: ["pending"] })).toEqual([scan, gpu, late]);
        expect(await ids({ status: ["delayed"] })).toEqual([late]);
        expect(await ids({ status: ["failed"] })).toEqual([failed]);
        expect(await ids({ queue: ["library-scan"] })).toEqual([scan]);
        expect(await ids({ kind: ["video-transcode"] })).toEqual([gpu]);
        expect(await ids({ category: ["gpu_encode"] })).toEqual([gpu]);
        expect(await ids({ category: ["cpu"], status: ["failed", "pending"] })).toEqual([scan, late, failed]);
      });

      test("by subject, by text and without hidden groups", async () => {
        const a = await add({ subject: { type: "file", id: 1, label: "Holiday/Beach 100%.mp4", group: 1 } });
        const b = await add({ subject: { type: "file", id: 2, label: "Holiday/Hills.mp4", group: 2 } });
        const ids = async (f: Parameters<JobStore["list"]>[0]) =>
          (await store.list(f, "newest", 0, 50)).jobs.map((j) => j.id);
        expect(await ids({ subject: { type: "file", id: 1 } })).toEqual([a]);
        expect(await ids({ text: "100%" })).toEqual([a]);
        expect(await ids({ text: "holiday" })).toEqual([b, a]);
        expect(await ids({ hideGroups: [1] })).toEqual([b]);
        expect((await Array.fromAsync(store.idBatches({ text: "holiday" }, 10))).flat()).toEqual([a, b]);
      });

      test("a bulk action meets every job of a state once, while it moves them", async () => {
        for (let i = 0; i < 25; i++)
          await add({
            priority: 1 + (i % 10),
            vramMb: (i % 3) * 100,
            runAt: i % 5 ? null : new Date(t0 + i),
          });
        const met: number[] = [];
        for await (const batch of store.idBatches({ status: ["pending"] }, 4)) {
          met.push(...batch);
          for (const id of batch) await store.move(id, "cancel", null, t0);
        }
        expect(new Set(met).size).toBe(25);
        expect(met.length).toBe(25);
        expect(await countOf("cancelled")).toBe(25);
      });

      test("more lanes than one statement can merge still make one list in order", async () => {
        const jobs = Array.from({ length: 620 }, (_, i) => job({ vramMb: i * 100, priority: 1 + (i % 10) }));
        await store.insert(jobs, t0);
        const page = await store.list({ status: ["pending"] }, "position", 300, 50);
        expect(page.total).toBe(620);
        const ranks = page.jobs.map((j) => [j.priority, j.id]);
        expect(ranks).toEqual([...ranks].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!));
        expect(
          (await store.list({ queue: ["hash"], category: ["cpu"] }, "newest", 600, 50)).jobs,
        ).toHaveLength(20);
      });

      test("a lane that another process made is known at once", async () => {
        const other = engine.second();
        const [made] = await other.insert([job({ queue: "metadata", kind: "file-metadata" })], t0);
        expect(await store.get(made!.id)).toMatchObject({ queue: "metadata" });
        expect(await store.move(made!.id, "cancel", null, t0)).toMatchObject({ moved: true });
      });

      test("the oldest waiting job of a queue is the one that was enqueued first, whatever its priority", async () => {
        await add({ priority: 9 }, t0);
        await add({ priority: 1 }, t0 + 5000);
        expect((await store.oldestWaiting()).get("hash")).toEqual(new Date(t0));
      });

      test("averages and throughput come from what has ended", async () => {
        await add();
        await store.settle((await claim("hash", t0))!, { outcome: "completed" }, t0 + 400);
        expect((await store.averageRunMs()).get("file-hash")).toEqual({ count: 1, averageMs: 400 });
        expect((await store.finishedSince(t0)).get("hash")).toEqual({
          completed: 1,
          failed: 0,
          first: new Date(t0 + 400),
        });
        expect((await store.finishedSince(t0 + 401)).get("hash")).toEqual({
          completed: 0,
          failed: 0,
          first: null,
        });
      });
    });

    test("pruning removes what ended before, keeps failures longer, and what is open for ever", async () => {
      const done = await add();
      await store.settle((await claim())!, { outcome: "completed" }, t0);
      const failed = await add();
      await store.settle((await claim())!, { outcome: "failed", failure }, t0);
      const open = await add();
      expect(await store.prune(t0 + 1, t0, 100)).toEqual([done]);
      expect(await store.get(done)).toBeUndefined();
      expect(await store.get(failed)).toBeDefined();
      expect(await store.get(open)).toBeDefined();
    });

    test("a queue's pause and overrides are kept", async () => {
      const state = {
        queue: "hash",
        pausedAt: new Date(t0),
        pauseEnds: null,
        pausedBy: "ada",
        pauseMode: "freeze",
        concurrency: 3,
        weight: null,
      } as const;
      for (const pauseEnds of [null, "playback", { at: t0 + 5 }] as const) {
        await store.setQueueState({ ...state, pauseEnds });
        expect(await store.queueStates()).toEqual([{ ...state, pauseEnds }]);
      }
    });

    test("two who change different things of a queue at once lose nothing", async () => {
      await Promise.all([
        store.setQueueState({ queue: "hash", pausedAt: new Date(t0), pausedBy: "ada" }),
        store.setQueueState({ queue: "hash", concurrency: 3 }),
        store.setQueueState({ queue: "hash", weight: 2 }),
      ]);
      const pause = { pausedAt: new Date(t0), pauseEnds: null, pausedBy: "ada", pauseMode: "drain" };
      expect(await store.queueStates()).toMatchObject([
        { queue: "hash", ...pause, concurrency: 3, weight: 2 },
      ]);
    });

    describe("standing still", () => {
      const frozen = async (over: Partial<NewJob> = {}, ends: PauseEnd = null) => {
        const id = await add(over);
        const lease = (await claim())!;
        await store.move(id, "pause", "ada", t0 + 1000, ends);
        return { id, lease };
      };

      test("a running job that is paused keeps its lease, its progress and its attempt", async () => {
        const { id, lease } = await frozen();
        expect(await get(id)).toMatchObject({
          status: "paused",
          frozen: true,
          pausedBy: "ada",
          pausedAt: new Date(t0 + 1000),
        });
        expect([await countOf("running"), await countOf("paused")]).toEqual([0, 1]);
        expect((await store.list({ status: ["paused"] }, "newest", 0, 9)).jobs.map((j) => j.id)).toEqual([
          id,
        ]);
        expect((await store.list({ status: ["running"] }, "newest", 0, 9)).total).toBe(0);
        expect(await store.extend([lease], t0 + 9e5)).toEqual([]);
        expect(await store.runsOf("w1")).toMatchObject([
          { jobId: id, attempt: 1, worker: "w1", frozen: { at: t0 + 1000, by: "ada", yields: false } },
        ]);
        await store.move(id, "resume", "ada", t0 + 31_000);
        expect(await get(id)).toMatchObject({ status: "running", frozen: false, frozenMs: 30_000 });
        expect((await store.runsOf("w1"))[0]!.frozen).toBeNull();
        await store.settle(lease, { outcome: "completed" }, t0 + 40_000);
        expect(await get(id)).toMatchObject({ status: "completed", frozenMs: 30_000 });
        expect([await countOf("running"), await countOf("paused")]).toEqual([0, 0]);
      });

      test("pauses end by themselves at their time, of waiting and of running jobs", async () => {
        const { id: runs } = await frozen({}, { at: t0 + 60_000 });
        const waits = await add();
        await store.move(waits, "pause", "ada", t0, { at: t0 + 50_000 });
        expect((await get(waits)).pauseEnds).toEqual({ at: t0 + 50_000 });
        expect(await store.nextDue()).toBe(t0 + 50_000);
        expect(await store.wakeDue(t0 + 50_000)).toEqual([waits]);
        expect((await get(waits)).status).toBe("pending");
        expect(await store.nextDue()).toBe(t0 + 60_000);
        expect(await store.wakeDue(t0 + 60_000)).toEqual([runs]);
        expect((await get(runs)).status).toBe("running");
      });

      test("pauses until playback ends end with it, and no others", async () => {
        const { id: runs } = await frozen({}, "playback");
        const [waits, stays] = [await add(), await add()];
        await store.move(waits!, "pause", "ada", t0, "playback");
        await store.move(stays!, "pause", "ada", t0);
        expect((await store.endPlaybackPauses(t0 + 5)).sort()).toEqual([runs, waits!].sort());
        expect((await get(runs)).status).toBe("running");
        expect((await get(waits!)).status).toBe("pending");
        expect((await get(stays!)).status).toBe("paused");
      });

      test("a worker's own freeze yields: it ends it, unless a person has taken it over", async () => {
        const id = await add();
        const lease = (await claim())!;
        expect(await store.freeze(lease, "Anna watches", t0)).toBe(true);
        expect(await store.freeze(lease, "again", t0)).toBe(false);
        expect((await store.runsOf("w1"))[0]!.frozen).toMatchObject({ by: "Anna watches", yields: true });
        expect(await store.thaw(lease, t0 + 10)).toBe(true);
        await store.freeze(lease, "Anna watches", t0 + 20);
        expect((await store.move(id, "pause", "ada", t0 + 30))?.moved).toBe(true);
        expect(await store.thaw(lease, t0 + 40)).toBe(false);
        expect(await get(id)).toMatchObject({ status: "paused", pausedBy: "ada" });
      });

      test("whoever paused a run finds it paused after a restart or a crash, and what only yielded goes on", async () => {
        const handedBack = await frozen();
        await store.settle(handedBack.lease, { outcome: "handed_back" }, t0 + 2000);
        expect(await get(handedBack.id)).toMatchObject({ status: "paused", frozen: false, pausedBy: "ada" });
        const orphan = await frozen();
        const lost = { code: "job.orphaned", message: "orphaned" };
        await store.settle(
          orphan.lease,
          { outcome: "orphaned", failure: lost, again: false, leaseEndedBefore: t0 + 1e9 },
          t0 + 2000,
        );
        expect(await get(orphan.id)).toMatchObject({ status: "paused", frozen: false });
        const yielding = await add();
        const lease = (await claim())!;
        await store.freeze(lease, "load", t0);
        await store.settle(lease, { outcome: "handed_back" }, t0 + 2000);
        expect((await get(yielding)).status).toBe("pending");
        expect(await countOf("paused")).toBe(2);
      });

      test("an evicted run fails, or waits again with a strike until its retries are used up", async () => {
        const id = await add({ maxRetries: 1 });
        const stuck = { code: "job.stuck", message: "no sign of life" };
        const lease = (await claim())!;
        expect(await store.evict(id, stuck, true, t0)).toBe(true);
        expect(await get(id)).toMatchObject({ status: "pending", retryCount: 1 });
        expect(await store.settle(lease, { outcome: "completed" }, t0)).toBe(false);
        await claim();
        await store.evict(id, stuck, true, t0);
        expect(await get(id)).toMatchObject({ status: "failed", failure: stuck });
        expect(await store.evict(id, stuck, false, t0)).toBe(false);
        expect((await store.attempts(id)).map((a) => a.failure?.code)).toEqual(["job.stuck", "job.stuck"]);
      });

      test("a job can be put before or behind all that wait in its queue, again and again", async () => {
        const [a, b, c] = [await add({ priority: 1 }), await add(), await add({ priority: 10, vramMb: 100 })];
        expect(await store.setPosition(c!, "first")).toBe(true);
        expect(await store.setPosition(b!, "first")).toBe(true);
        expect(await store.setPosition(a!, "last")).toBe(true);
        expect(await Promise.all([b!, c!, a!].map((id) => store.position(id)))).toEqual([1, 2, 3]);
        const order = [];
        for (let i = 0; i < 3; i++) order.push((await claim())!.jobId);
        expect(order).toEqual([b!, c!, a!]);
        expect(await store.setPosition(a!, "first")).toBe(false);
      });

      test("what was moved to the front is still found by lists, bulk moves and the oldest waiting", async () => {
        const first = await add({}, t0);
        await add({}, t0 + 5);
        for (let i = 0; i < 15; i++) await store.setPosition((await add({}, t0 + 9 + i))!, "first");
        await store.setPosition(first, "first");
        const ids: number[] = [];
        for await (const batch of store.idBatches({ status: ["pending"] }, 4)) ids.push(...batch);
        expect(ids.length).toBe(17);
        expect((await store.list({ status: ["pending"] }, "position", 0, 1)).jobs[0]!.id).toBe(first);
        expect((await store.oldestWaiting()).get("hash")).toEqual(new Date(t0));
      });

      test("failures of one cause are one group", async () => {
        const fail = async (message: string, over: Partial<NewJob> = {}) => {
          const id = await add(over);
          await store.settle(
            (await claim())!,
            { outcome: "failed", failure: { code: "c", message } },
            t0 + id,
          );
          return id;
        };
        const [a, b] = [await fail("Frame 12 of films/a.mkv is cut"), await fail("Frame 9 of b.mp4 is cut")];
        await fail("Something else");
        const cleared = await fail("Something else");
        await store.move(cleared, "acknowledge", "ada", t0);
        const hidden = await fail("Frame 1 of c.mp4 is cut", { group: 9 });
        const groups = await store.failureGroups([9]);
        expect(groups.map((g) => [g.code, g.count])).toEqual([
          ["c", 2],
          ["c", 1],
        ]);
        expect(groups[0]).toMatchObject({ kinds: ["file-hash"], message: "Frame 9 of b.mp4 is cut" });
        expect(groups[0]).toMatchObject({ queues: ["hash"], groups: [0] });
        expect(groups[0]!.jobIds.sort()).toEqual([a!, b!].sort());
        const { fingerprint } = groups[0]!;
        const times = (hide: number[]) => store.failureTimes(fingerprint, t0 + a!, 1, hide);
        expect(await times([9])).toEqual(
          new Map([
            [0, 1],
            [b! - a!, 1],
          ]),
        );
        expect((await times([])).get(hidden - a!)).toBe(1);
        expect((await store.list({ fingerprint }, "newest", 0, 9)).jobs.map((j) => j.id)).toEqual([
          hidden,
          b!,
          a!,
        ]);
      });
    });

    test("what another opener wrote is noticed", async () => {
      const other = engine.second();
      const before = store.foreignWrites();
      await other.insert([job({ queue: "metadata", kind: "file-metadata" })], t0);
      expect(store.foreignWrites()).toBeGreaterThan(before);
      expect(await countOf("waiting")).toBe(1);
    });

    test("under any history no job is lost or runs twice, and the tallies tell the truth", async () => {
      const step = fc.oneof(
        fc.record({
          do: fc.constant("insert" as const),
          priority: fc.integer({ min: 1, max: 10 }),
          key: fc.integer({ min: 0, max: 5 }),
          delay: fc.boolean(),
        }),
        fc.record({ do: fc.constant("claim" as const) }),
        fc.record({
          do: fc.constantFrom(
            "completed" as const,
            "failed" as const,
            "retry" as const,
            "handed_back" as const,
          ),
          nth: fc.nat(9),
        }),
        fc.record({
          do: fc.constantFrom(
            "cancel" as const,
            "pause" as const,
            "resume" as const,
            "remove" as const,
            "acknowledge" as const,
            "unacknowledge" as const,
            "again" as const,
          ),
          nth: fc.nat(30),
        }),
        fc.record({
          do: fc.constantFrom("first" as const, "last" as const, "urgent" as const, "evict" as const),
          nth: fc.nat(30),
        }),
        fc.record({ do: fc.constantFrom("freeze" as const, "thaw" as const), nth: fc.nat(9) }),
        fc.record({ do: fc.constant("wait" as const) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const { store: s } = await open();
          const alive = new Set<number>();
          const leases = new Map<number, Claimed>();
          let now = t0;
          for (const x of steps) {
            now += 1;
            const nth = <T>(from: Iterable<T>, n: number) => [...from][n % Math.max(1, [...from].length)];
            if (x.do === "insert") {
              const runAt = x.delay ? new Date(now + 50) : null;
              const [got] = await s.insert(
                [job({ priority: x.priority, dedupKey: x.key ? `k${x.key}` : null, runAt })],
                now,
              );
              if (!got!.deduplicated) alive.add(got!.id);
            } else if (x.do === "claim") {
              const lanes = (await s.lanes()).map((l) => l.id);
              const got = await s.claim({ lanes, worker: "w", now, leaseMs: 1000 });
              if (got) {
                expect(leases.has(got.jobId)).toBe(false);
                leases.set(got.jobId, got);
              }
            } else if (x.do === "wait") {
              now += 100;
              await s.wakeDue(now);
            } else if (x.do === "freeze" || x.do === "thaw") {
              const lease = nth(leases.values(), x.nth);
              if (lease) await (x.do === "freeze" ? s.freeze(lease, "load", now) : s.thaw(lease, now));
            } else if (x.do === "first" || x.do === "last" || x.do === "urgent") {
              const id = nth(alive, x.nth);
              if (id === undefined) continue;
              if (x.do === "urgent") await s.setPriority(id, 1);
              else await s.setPosition(id, x.do);
            } else if (x.do === "evict") {
              const id = nth(alive, x.nth);
              if (id !== undefined && (await s.evict(id, failure, true, now))) leases.delete(id);
            } else if (
              x.do === "completed" ||
              x.do === "failed" ||
              x.do === "retry" ||
              x.do === "handed_back"
            ) {
              const lease = nth(leases.values(), x.nth);
              if (!lease) continue;
              const how = {
                completed: { outcome: "completed" },
                failed: { outcome: "failed", failure },
                retry: { outcome: "retry", runAt: now + 20, failure, strike: true },
                handed_back: { outcome: "handed_back" },
              } as const;
              expect(await s.settle(lease, how[x.do], now)).toBe(true);
              leases.delete(lease.jobId);
            } else {
              const id = nth(alive, x.nth);
              if (id === undefined) continue;
              const verb = x.do === "again" ? "retry" : x.do;
              const ends = x.nth % 2 ? { at: now + 50 } : null;
              const result = await s.move(id, verb, null, now, ends);
              if (result?.moved && verb === "remove") alive.delete(id);
              if (result?.moved && (verb === "cancel" || verb === "remove")) leases.delete(id);
            }
          }
          const jobs = (await s.list({}, "newest", 0, 500)).jobs;
          expect(new Set(jobs.map((j) => j.id))).toEqual(alive);
          const held = jobs.filter((j) => j.status === "running" || j.frozen);
          expect(new Set(held.map((j) => j.id))).toEqual(new Set(leases.keys()));
          const sum = (k: keyof Omit<LaneTally, "lane">, all: LaneTally[]) =>
            all.reduce((n, t) => n + t[k], 0);
          const tallies = await s.tallies();
          const byStatus = (status: string) => jobs.filter((j) => j.status === status).length;
          expect(sum("waiting", tallies) + sum("delayed", tallies)).toBe(byStatus("pending"));
          expect(sum("paused", tallies)).toBe(byStatus("paused"));
          expect(sum("running", tallies)).toBe(byStatus("running"));
          expect(sum("completed", tallies)).toBe(byStatus("completed"));
          expect(sum("failed", tallies) + sum("cleared", tallies)).toBe(byStatus("failed"));
          expect(sum("cancelled", tallies)).toBe(byStatus("cancelled"));
        }),
        { numRuns: 60 },
      );
    });
  });
}
