// Runs that stand still: by somebody's pause, to yield, and how they go on.

import { describe, expect, test } from "bun:test";
import type { Hold } from "../../src/queue/hold.ts";
import { everyQueue, type Measured } from "../../src/queue/job-store.ts";
import type { Run } from "../../src/queue/kind.ts";
import { endPlaybackPauses, pauseQueue, resumeEverything, resumeQueue } from "../../src/queue/pausing.ts";
import type { ProcessesOf } from "../../src/runtime/run-processes.ts";
import { testKind, testQueue } from "../support/queue.ts";

/** Runs that go on until their test ends them, and what was done to their processes. */
function longKind(over: Parameters<typeof testKind>[0] = {}) {
  const runs = new Map<number, { job: Run; end(): void }>();
  const processes = new Map<AbortSignal, { frozen: boolean; cpuMs: number }>();
  const processesOf: ProcessesOf = (signal) => {
    const state = { frozen: false, cpuMs: 0 };
    processes.set(signal, state);
    return {
      freeze() {
        state.frozen = true;
      },
      thaw() {
        state.frozen = false;
      },
      cpuMs: () => state.cpuMs,
    };
  };
  const kind = testKind({
    ...over,
    act: (job) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      job.signal.addEventListener("abort", () => reject(job.signal.reason));
      runs.set(job.id, { job, end: resolve });
      return promise;
    },
  });
  const stateOf = (id: number) => processes.get(runs.get(id)!.job.signal)!;
  return { kind, runs, processesOf, stateOf };
}

async function started(over: Parameters<typeof testQueue>[1] = {}, kindOver = {}) {
  const long = longKind(kindOver);
  const t = testQueue([long.kind], { processesOf: long.processesOf, ...over });
  await t.worker.start();
  const add = async (n = 1) => {
    const ids = [];
    for (let i = 0; i < n; i++) ids.push((await t.queue.enqueue("test", {})).id);
    await t.settled();
    return ids as [number, ...number[]];
  };
  const status = async (id: number) => (await t.store.get(id))!.status;
  return { ...t, ...long, add, status };
}

describe("pausing a running job", () => {
  test("stops its processes, leaves its slot to others, and goes on where it stood", async () => {
    const t = await started();
    const [first, second] = (await t.add(2)) as [number, number];
    await t.queue.move(first, "pause", "ada");
    await t.settled();
    expect(t.stateOf(first).frozen).toBe(true);
    expect([await t.status(first), await t.status(second)]).toEqual(["paused", "running"]);
    t.runs.get(second)!.end();
    await t.settled();
    await t.queue.move(first, "resume", "ada");
    await t.settled();
    expect(t.stateOf(first).frozen).toBe(false);
    t.runs.get(first)!.end();
    await t.settled();
    expect(await t.status(first)).toBe("completed");
    expect(t.worker.running()).toEqual([]);
  });

  test("resumed while its slot is taken, it waits for the slot and gets it before any new job", async () => {
    const t = await started();
    const [first, second, third] = (await t.add(3)) as [number, number, number];
    await t.queue.move(first, "pause", "ada");
    await t.settled();
    await t.queue.move(first, "resume", "ada");
    await t.settled();
    expect(t.worker.waitsForSlot(first)).toBe(true);
    expect(t.stateOf(first).frozen).toBe(true);
    t.runs.get(second)!.end();
    await t.settled();
    expect(t.worker.waitsForSlot(first)).toBe(false);
    expect(t.stateOf(first).frozen).toBe(false);
    expect(await t.status(third)).toBe("pending");
  });

  test("waiting for its slot is no run time", async () => {
    const t = await started();
    const [first, second] = (await t.add(2)) as [number, number];
    await t.clock.advance(1000);
    await t.queue.move(first, "pause", "ada");
    await t.settled();
    await t.queue.move(first, "resume", "ada");
    await t.settled();
    await t.clock.advance(600_000);
    t.runs.get(second)!.end();
    await t.settled();
    await t.clock.advance(2000);
    t.runs.get(first)!.end();
    await t.settled();
    const { startedAt, finishedAt, frozenMs } = (await t.store.get(first))!;
    expect(finishedAt!.getTime() - startedAt!.getTime() - frozenMs).toBe(3000);
  });

  test("keeps its GPU memory: what needs it waits all the same", async () => {
    const t = await started({ limits: { vramBudgetMb: 6000 } }, { vramMb: 4000, category: "gpu_encode" });
    const [first, second] = (await t.add(2)) as [number, number];
    await t.queue.move(first, "pause", "ada");
    await t.settled();
    expect(t.worker.vramUsedMb).toBe(4000);
    expect(await t.status(second)).toBe("pending");
    await t.queue.move(first, "cancel", "ada");
    await t.settled();
    expect(await t.status(second)).toBe("running");
    expect(t.worker.vramUsedMb).toBe(4000);
  });

  test("cancelling it while it stands still ends it at once", async () => {
    const t = await started();
    const [id] = await t.add();
    await t.queue.move(id, "pause", "ada");
    await t.settled();
    await t.queue.move(id, "cancel", "ada");
    await t.settled();
    expect(t.runs.get(id)!.job.signal.aborted).toBe(true);
    expect(t.worker.running()).toEqual([]);
    const [next] = await t.add();
    expect(await t.status(next)).toBe("running");
  });

  test("a pause for a while ends by itself", async () => {
    const t = await started();
    const [id] = await t.add();
    await t.queue.move(id, "pause", "ada", { at: t.clock.now() + 900_000 });
    await t.clock.advance(899_000);
    expect(await t.status(id)).toBe("paused");
    await t.clock.advance(2_000);
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["running", false]);
  });

  test("work without a process stands still at its pause points", async () => {
    const work = { steps: 0, isDone: false };
    const kind = testKind({
      act: async (job) => {
        for (; !work.isDone; work.steps++) {
          await job.pausePoint();
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    const t = testQueue([kind]);
    const { id } = await t.queue.enqueue("test", {});
    await t.worker.start();
    await t.settled();
    await t.queue.move(id, "pause", "ada");
    await t.settled();
    const stoodAt = work.steps;
    await t.settled(30);
    expect([work.steps, stoodAt > 0]).toEqual([stoodAt, true]);
    work.isDone = true;
    await t.queue.move(id, "resume", "ada");
    await t.settled();
    expect((await t.store.get(id))!.status).toBe("completed");
  });

  test("after a clean stop it is still paused", async () => {
    const t = await started();
    const [id] = await t.add();
    await t.queue.move(id, "pause", "ada");
    await t.settled();
    await t.worker.stop();
    expect(await t.store.get(id)).toMatchObject({ status: "paused", frozen: false, pausedBy: "ada" });
  });

  test("the time it stood still does not count as run time", async () => {
    const measured: Measured[] = [];
    const t = await started({ measure: (m) => measured.push(m) });
    const [id] = await t.add();
    await t.clock.advance(5_000);
    await t.queue.move(id, "pause", "ada");
    await t.clock.advance(60_000);
    await t.queue.move(id, "resume", "ada");
    await t.clock.advance(2_000);
    t.runs.get(id)!.end();
    await t.settled();
    expect(measured).toMatchObject([{ jobId: id, outcome: "completed", runMs: 7_000, waitMs: 0 }]);
  });
});

describe("pausing queues", () => {
  const freeze = { by: "ada", ends: null, mode: "freeze" as const };

  test("drain lets what runs end, freeze stops it where it is; resuming thaws it", async () => {
    const t = await started();
    const [id] = await t.add();
    await pauseQueue(t.store, "a", { ...freeze, mode: "drain" }, t.clock.now());
    t.events.publish({ topic: "queue", queue: "a" });
    await t.settled();
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["running", false]);
    await pauseQueue(t.store, "a", freeze, t.clock.now());
    t.events.publish({ topic: "queue", queue: "a" });
    await t.settled();
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["paused", true]);
    await resumeQueue(t.store, "a", ["a", "b"], t.clock.now());
    t.events.publish({ topic: "queue", queue: "a" });
    await t.settled();
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["running", false]);
  });

  test("a run that ends while its queue is being frozen gives its slot back once", async () => {
    const t = await started({ limits: { multiplier: 2 } });
    const [, second] = (await t.add(2)) as [number, number];
    await pauseQueue(t.store, "a", freeze, t.clock.now());
    t.events.publish({ topic: "queue", queue: "a" });
    t.runs.get(second)!.end();
    await t.settled();
    await resumeQueue(t.store, "a", ["a", "b"], t.clock.now());
    t.events.publish({ topic: "queue", queue: "a" });
    await t.add(3);
    expect(t.worker.running().filter((r) => !r.isFrozen)).toHaveLength(2);
  });

  test("a pause of everything leaves a queue that was paused before it paused after it", async () => {
    const t = await started();
    const now = t.clock.now();
    await pauseQueue(t.store, "b", { by: "ada", ends: null, mode: "drain" }, now);
    await pauseQueue(t.store, everyQueue, { by: "bob", ends: { at: now + 60_000 }, mode: "drain" }, now);
    t.events.publish({ topic: "queue", queue: everyQueue });
    const [id] = await t.add();
    expect(await t.status(id)).toBe("pending");
    await t.clock.advance(61_000);
    expect(await t.status(id)).toBe("running");
    const states = await t.store.queueStates();
    expect(states.find((s) => s.queue === "b")!.pausedBy).toBe("ada");
  });

  test("everything frozen stops what runs in a queue that was paused without that", async () => {
    const t = await started();
    const now = t.clock.now();
    const [id] = await t.add();
    await pauseQueue(t.store, "a", { by: "ada", ends: null, mode: "drain" }, now);
    t.events.publish({ topic: "queue", queue: "a" });
    await t.settled();
    expect(await t.status(id)).toBe("running");
    await pauseQueue(t.store, everyQueue, { by: "bob", ends: { at: now + 60_000 }, mode: "freeze" }, now);
    t.events.publish({ topic: "queue", queue: everyQueue });
    await t.settled();
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["paused", true]);
    await t.clock.advance(61_000);
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["running", false]);
  });

  test("one queue resumed while everything is paused: the others stay paused, as they were", async () => {
    const t = await started();
    const now = t.clock.now();
    await pauseQueue(t.store, everyQueue, { by: "bob", ends: { at: now + 60_000 }, mode: "drain" }, now);
    await resumeQueue(t.store, "a", ["a", "b"], now);
    t.events.publish({ topic: "queue", queue: "a" });
    const [id] = await t.add();
    expect(await t.status(id)).toBe("running");
    const b = (await t.store.queueStates()).find((s) => s.queue === "b")!;
    expect(b).toMatchObject({ pausedBy: "bob", pauseEnds: { at: now + 60_000 } });
    expect(await resumeEverything(t.store, now)).toEqual(["b"]);
  });

  test("a pause until playback ends ends with it", async () => {
    const t = await started();
    await pauseQueue(t.store, "a", { by: "ada", ends: "playback", mode: "drain" }, t.clock.now());
    await pauseQueue(t.store, "b", { by: "ada", ends: null, mode: "drain" }, t.clock.now());
    expect((await endPlaybackPauses(t.store, t.clock.now())).queues).toEqual(["a"]);
  });
});

describe("yielding", () => {
  const hold = (over: Partial<Hold> = {}): Hold => ({
    code: "playback",
    text: "Anna watches Heat",
    since: new Date(0),
    until: null,
    mode: "freeze",
    holds: (lane) => lane.queue === "a",
    ...over,
  });

  async function yielding(over: Partial<Hold> = {}) {
    let holds: Hold[] = [];
    const t = await started({ holds: () => holds });
    return {
      ...t,
      async say(...now: Hold[]) {
        holds = now;
        t.events.publish({ topic: "hold" });
        await t.settled();
      },
      hold: hold(over),
    };
  }

  test("what is held does not start, and says what holds it", async () => {
    const t = await yielding();
    await t.say(t.hold);
    const [id] = await t.add();
    expect(await t.status(id)).toBe("pending");
    expect(t.worker.blocked((await t.store.get(id))!)).toMatchObject({
      by: "hold",
      hold: { code: "playback" },
    });
    await t.say();
    expect(await t.status(id)).toBe("running");
  });

  test("freeze stops what runs and lets it go on; drain lets it end", async () => {
    const t = await yielding();
    const [id] = await t.add();
    await t.say({ ...t.hold, mode: "drain" });
    expect(t.stateOf(id).frozen).toBe(false);
    await t.say(t.hold);
    expect(t.stateOf(id).frozen).toBe(true);
    expect(await t.store.get(id)).toMatchObject({ status: "paused", pausedBy: "Anna watches Heat" });
    await t.say();
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["running", false]);
  });

  test("resumed by hand it runs on although there is a reason to yield", async () => {
    const t = await yielding();
    const [id] = await t.add();
    await t.say(t.hold);
    await t.queue.move(id, "resume", "ada");
    await t.clock.advance(5_000);
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["running", false]);
  });

  test("paused by hand meanwhile it stays paused when there is nothing to yield to any more", async () => {
    const t = await yielding();
    const [id] = await t.add();
    await t.say(t.hold);
    await t.queue.move(id, "pause", "ada");
    await t.settled();
    await t.say();
    expect([await t.status(id), t.stateOf(id).frozen]).toEqual(["paused", true]);
  });
});

describe("signs of life", () => {
  const progressAt = async (t: Awaited<ReturnType<typeof started>>, id: number) =>
    (await t.store.get(id))!.progressAt!.getTime() - Date.UTC(2026, 0, 1);

  test("progress, log lines and CPU time count; silence does not", async () => {
    const t = await started();
    const [id] = await t.add();
    await t.clock.advance(30_000);
    expect(await progressAt(t, id)).toBe(0);
    t.runs.get(id)!.job.progress(0.01);
    await t.clock.advance(1_000);
    expect(await progressAt(t, id)).toBeGreaterThanOrEqual(30_000);
    t.runs.get(id)!.job.progress(0.02);
    await t.clock.advance(10_000);
    expect(await progressAt(t, id)).toBeGreaterThanOrEqual(31_000);
    t.runs.get(id)!.job.log("still here");
    await t.clock.advance(10_000);
    expect(await progressAt(t, id)).toBeGreaterThanOrEqual(41_000);
    for (let i = 0; i < 3; i++) {
      t.stateOf(id).cpuMs += 5_000;
      await t.clock.advance(10_000);
    }
    expect(await progressAt(t, id)).toBeGreaterThanOrEqual(60_000);
  });

  test("a process that only turns in circles counts as alive for four thresholds and no longer", async () => {
    const t = await started();
    const [id] = await t.add();
    for (let i = 0; i < 40; i++) {
      t.stateOf(id).cpuMs += 10_000;
      await t.clock.advance(10_000);
    }
    expect(await progressAt(t, id)).toBeGreaterThan(200_000);
    expect(await progressAt(t, id)).toBeLessThanOrEqual(250_000);
  });
});

describe("what stands still", () => {
  test("is not silent: neither paused nor waiting for its slot does it look stuck", async () => {
    const t = await started();
    const [first, second] = (await t.add(2)) as [number, number];
    await t.queue.move(first, "pause", "ada");
    await t.settled();
    await t.queue.move(first, "resume", "ada");
    await t.clock.advance(600_000);
    expect([await t.status(first), await t.status(second)]).toEqual(["running", "running"]);
    expect(t.worker.waitsForSlot(first)).toBe(true);
    const { progressAt } = (await t.store.get(first))!;
    expect(t.clock.now() - progressAt!.getTime()).toBeLessThan(30_000);
  });
});

describe("what does not end", () => {
  test("a run that ignores its abort gives its slot up after ten seconds", async () => {
    const t = testQueue([testKind({ act: () => new Promise(() => {}) })]);
    await t.worker.start();
    const first = (await t.queue.enqueue("test", {})).id;
    const second = (await t.queue.enqueue("test", {})).id;
    await t.settled();
    await t.queue.move(first, "cancel", "ada");
    await t.clock.advance(9_000);
    expect((await t.store.get(second))!.status).toBe("pending");
    await t.clock.advance(2_000);
    expect((await t.store.get(second))!.status).toBe("running");
    expect(t.worker.running().map((r) => r.id)).toEqual([second]);
  });

  test("restarting hands everything back without a strike and starts anew", async () => {
    const t = await started();
    const [id] = await t.add();
    const before = t.runs.get(id)!.job;
    expect(await t.worker.restart()).toBe(1);
    await t.settled();
    expect(before.signal.aborted).toBe(true);
    expect(await t.store.get(id)).toMatchObject({ status: "running", retryCount: 0 });
    expect((await t.store.attempts(id)).map((a) => a.outcome)).toEqual(["handed_back", "running"]);
  });
});
