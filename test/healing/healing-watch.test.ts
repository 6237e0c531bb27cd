import { describe, expect, test } from "bun:test";
import { healingWatch } from "../../src/healing/healing-watch.ts";
import { clearStuck, stuckJobs } from "../../src/healing/stuck-jobs.ts";
import type { Run } from "../../src/queue/kind.ts";
import type { SettingValues } from "../../src/settings/settings.ts";
import { type FileKind, healingSite } from "../support/healing.ts";
import type { TestQueueOptions } from "../support/queue.ts";

const minute = 60_000;

/** Runs until it is aborted; its tools die with it. */
const hangs: FileKind = {
  stuckAfterS: 300,
  act: (job: Run) =>
    new Promise<void>((_, reject) => {
      job.signal.addEventListener("abort", () => reject(job.signal.reason));
    }),
};

/** A watch that steps every ten seconds of the clock, beside a worker. */
async function watched(
  kind: FileKind,
  autoHeal: Partial<SettingValues["autoHeal"]> = {},
  over: TestQueueOptions = {},
) {
  const at = await healingSite([kind], over);
  await at.file(1);
  await at.settings.change({ autoHeal }, null);
  const restarts: number[] = [];
  const worker = {
    running: () => at.worker.running(),
    hasMissedBeats: () => at.worker.hasMissedBeats(),
    restart: async () => {
      restarts.push(at.clock.now());
      return 0;
    },
  };
  const loop = healingWatch({ ...at.parts, worker });
  await at.worker.start();
  const { id } = await at.queue.enqueue("test", { fileId: 1 });
  await at.settled();
  return {
    ...at,
    id,
    loop,
    restarts,
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += loop.everyMs) {
        await at.clock.advance(loop.everyMs);
        await loop.step(new AbortController().signal);
        await at.settled();
      }
    },
  };
}

describe("a job without a sign of life", () => {
  test("is known as stuck within 30 s of its kind's threshold, and written down once", async () => {
    const at = await watched(hangs);
    await at.pass(5 * minute);
    expect(await at.history("stuck")).toEqual([]);
    await at.pass(30_000);
    expect(await at.history("stuck")).toMatchObject([
      { jobId: at.id, fileId: 1, queue: "a", detail: expect.stringMatching(/^no sign of life for 5 min/) },
    ]);
    await at.pass(5 * minute);
    expect((await at.history("stuck")).length).toBe(1);
    expect((await at.store.get(at.id))!.status).toBe("running");
    await at.worker.stop();
  });

  test("that is so because the machine slept, or its clock was set, is left alone; later it counts again", async () => {
    const at = await watched(hangs, { enabled: true, action: "clear_and_log", checkIntervalS: 10 });
    const look = () => at.loop.step(new AbortController().signal);
    for (const leapMs of [8 * 60 * minute, -3 * 60 * minute]) {
      await at.pass(minute);
      // Whether the watch or the heartbeat comes first.
      at.clock.set(at.clock.now() + leapMs);
      await look();
      await at.clock.advance(10_000);
      await look();
      await at.pass(4 * minute);
      expect(await at.history("stuck")).toEqual([]);
      expect((await at.store.get(at.id))!.status).toBe("running");
    }
    await at.pass(2 * minute);
    expect((await at.store.get(at.id))!.failure).toMatchObject({ code: "job.stuck" });
    await at.worker.stop();
  });

  test("by the threshold that the owner sets for the kind", async () => {
    const at = await watched(hangs);
    await at.settings.change({ stuckAfterS: { test: 30 } }, null);
    await at.pass(40_000);
    expect(await stuckJobs(at.parts)).toMatchObject([{ job: { id: at.id }, thresholdS: 30 }]);
    await at.worker.stop();
  });
});

describe("clearing stuck jobs", () => {
  test("ends them as failed, kills their tools and frees the slot", async () => {
    const signals: AbortSignal[] = [];
    const at = await watched({
      ...hangs,
      act: (job) => {
        signals.push(job.signal);
        job.progress(43);
        return hangs.act!(job);
      },
    });
    const next = await at.queue.enqueue("test", { n: 2 });
    await at.pass(6 * minute);
    expect(await clearStuck(at.parts, "b", "Olga")).toEqual({ cleared: 0, jobIds: [], queues: 0 });
    expect(await clearStuck(at.parts, undefined, "Olga")).toEqual({
      cleared: 1,
      jobIds: [at.id],
      queues: 1,
    });
    await at.settled();
    expect(signals[0]!.aborted).toBe(true);
    expect(await at.store.get(at.id)).toMatchObject({
      status: "failed",
      failure: { code: "job.stuck", message: "no sign of life for 6 min (limit 5 min) at 43 %" },
    });
    expect((await at.store.get(next.id))!.status).toBe("running");
    expect(await at.history("cleared")).toMatchObject([{ jobId: at.id, fileId: 1, actor: "Olga" }]);
    await at.worker.stop();
  });

  test("leaves a job alone that has moved since", async () => {
    let run!: Run;
    const at = await watched({
      ...hangs,
      act: (job) => {
        run = job;
        return hangs.act!(job);
      },
    });
    await at.pass(6 * minute);
    run.progress(50);
    await at.clock.advance(1000);
    expect((await clearStuck(at.parts, undefined, "Olga")).cleared).toBe(0);
    await at.worker.stop();
  });
});

describe("auto-heal", () => {
  test("off: touches nothing", async () => {
    const at = await watched(hangs);
    await at.pass(10 * minute);
    expect((await at.store.get(at.id))!.status).toBe("running");
    expect(await at.history("auto-heal")).toEqual([]);
    await at.worker.stop();
  });

  test("alert_only says so once and touches nothing", async () => {
    const at = await watched(hangs, { enabled: true, action: "alert_only" });
    await at.pass(10 * minute);
    expect((await at.store.get(at.id))!.status).toBe("running");
    expect(await at.history("auto-heal")).toMatchObject([{ jobId: at.id }]);
    await at.worker.stop();
  });

  test("clear_and_log ends the job as failed", async () => {
    const at = await watched(hangs, { enabled: true, action: "clear_and_log" });
    await at.pass(6 * minute);
    expect(await at.store.get(at.id)).toMatchObject({ status: "failed", failure: { code: "job.stuck" } });
    expect(await at.history("auto-heal")).toMatchObject([
      { jobId: at.id, detail: expect.stringMatching(/limit 5 min\); ended as failed$/) },
    ]);
    await at.worker.stop();
  });

  test("clear_and_restart tries it again with a strike, and fails it when its retries are used up", async () => {
    const at = await watched(
      { ...hangs, maxRetries: 1 },
      { enabled: true, action: "clear_and_restart", checkIntervalS: 10 },
    );
    await at.pass(6 * minute);
    expect(await at.store.get(at.id)).toMatchObject({ status: "running", retryCount: 1 });
    await at.pass(6 * minute);
    expect(await at.store.get(at.id)).toMatchObject({ status: "failed", failure: { code: "job.stuck" } });
    const [first, second] = await at.history("auto-heal");
    expect(first!.detail).toEndWith("back to waiting, retry 1 of 1");
    expect(second!.detail).toEndWith("ended as failed, its retries are used up");
    expect((await at.store.attempts(at.id)).map((a) => a.failure?.code)).toEqual(["job.stuck", "job.stuck"]);
    await at.worker.stop();
  });

  test("restarts a worker under which three runs got stuck, and says why", async () => {
    const at = await watched(
      { ...hangs, maxRetries: 9 },
      { enabled: true, action: "clear_and_restart", checkIntervalS: 10 },
    );
    await at.pass(12 * minute);
    expect(at.restarts.length).toBe(0);
    await at.pass(6 * minute);
    expect(at.restarts.length).toBe(1);
    expect((await at.history("restarted"))[0]!.detail).toContain("3 runs have got stuck");
    await at.worker.stop();
  });

  test("leaves a worker alone under which runs get stuck now and then", async () => {
    const at = await watched(
      { ...hangs, maxRetries: 9, stuckAfterS: 1800 },
      { enabled: true, action: "clear_and_restart", checkIntervalS: 10 },
    );
    await at.pass(130 * minute);
    expect((await at.history("auto-heal")).length).toBe(4);
    expect(at.restarts.length).toBe(0);
    await at.worker.stop();
  });

  test("restarts a worker that does not give the slot of an ended run back within 15 s", async () => {
    const at = await watched(hangs, { enabled: true, action: "clear_and_restart", checkIntervalS: 10 });
    const stays = [...at.worker.running()];
    at.worker.running = () => stays;
    await at.pass(5 * minute + 20_000);
    expect(at.restarts.length).toBe(0);
    await at.pass(20_000);
    expect(at.restarts.length).toBe(1);
    expect((await at.history("restarted"))[0]!.detail).toContain(`job ${at.id} was ended`);
    await at.worker.stop();
  });

  test("looks only as often as it is told", async () => {
    const at = await watched(hangs, { enabled: true, action: "clear_and_log", checkIntervalS: 600 });
    await at.pass(9 * minute);
    expect((await at.store.get(at.id))!.status).toBe("running");
    await at.pass(2 * minute);
    expect((await at.store.get(at.id))!.status).toBe("failed");
    await at.worker.stop();
  });

  test("never touches a job of three hours that moves, however slowly", async () => {
    const at = await healingSite([hangs]);
    await at.file(1);
    await at.settings.change({ autoHeal: { enabled: true, action: "clear_and_restart" } }, null);
    const worker = { running: () => [], hasMissedBeats: () => false, restart: async () => 0 };
    const loop = healingWatch({ ...at.parts, worker });
    // The worker's own timers would fire 43,000 times: the test says in its place that the job lives.
    const { id } = await at.queue.enqueue("test", { fileId: 1 });
    const lanes = (await at.store.lanes()).map((lane) => lane.id);
    const now = () => at.clock.now();
    const lease = (await at.store.claim({ lanes, worker: "w1", now: now(), leaseMs: 1e9 }))!;
    for (let step = 0; step < 3 * 360; step++) {
      if (step % 29 === 0) await at.store.report([{ lease, at: now(), progress: step / 100 }]);
      await at.clock.advance(loop.everyMs);
      await loop.step(new AbortController().signal);
    }
    expect(await at.store.get(id)).toMatchObject({ status: "running", retryCount: 0 });
    expect(await at.history()).toEqual([]);
    // Then it falls silent.
    for (let step = 0; step < 35; step++) {
      await at.clock.advance(loop.everyMs);
      await loop.step(new AbortController().signal);
    }
    expect(await at.store.get(id)).toMatchObject({ status: "pending", retryCount: 1 });
  });

  test("never touches a job whose tools work, though they say nothing for twice its threshold", async () => {
    let cpuMs = 0;
    const processes = { freeze() {}, thaw() {}, cpuMs: () => cpuMs };
    const at = await watched(
      hangs,
      { enabled: true, action: "clear_and_log", checkIntervalS: 10 },
      { processesOf: () => processes },
    );
    for (let n = 0; n < 20; n++) {
      cpuMs += 30_000;
      await at.pass(30_000);
    }
    expect((await at.store.get(at.id))!.status).toBe("running");
    // They hang.
    await at.pass(6 * minute);
    expect((await at.store.get(at.id))!.status).toBe("failed");
    await at.worker.stop();
  });

  test("never touches a job that stands frozen", async () => {
    const at = await watched(hangs, { enabled: true, action: "clear_and_log" });
    await at.queue.move(at.id, "pause", "Olga");
    await at.pass(10 * minute);
    expect((await at.store.get(at.id))!.status).toBe("paused");
    expect(await at.history()).toEqual([]);
    await at.worker.stop();
  });
});
