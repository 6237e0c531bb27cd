import { beforeEach, describe, expect, test } from "bun:test";
import { drizzle } from "drizzle-orm/bun-sqlite";
import fc from "fast-check";
import type { Db } from "../../src/db/open.sqlite.ts";
import type { JobFilter, Settlement } from "../../src/queue/job-store.ts";
import type { OperationAction, OperationParams } from "../../src/queue/operation-actions.ts";
import type { Operation } from "../../src/queue/operation-rows.ts";
import { graceMs, jobsABatch, Operations } from "../../src/queue/operations.ts";
import type { Event } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { testKind, testQueue } from "../support/queue.ts";

const by = { email: "olga@example.org", name: "Olga" };
const hour = 3_600_000;

let q: ReturnType<typeof testQueue>;
let ops: Operations;
let ended: { id: number; status: string; by: string | null }[];

beforeEach(() => {
  q = testQueue([
    testKind({ name: "plain" }),
    testKind({ name: "other", queue: "b" }),
    testKind({ name: "once", dedupKey: (p: any) => String(p.n) }),
  ]);
  ended = [];
  ops = newOperations();
});

/** Another server on the same database. */
function newOperations(): Operations {
  return new Operations({
    db: drizzle(q.sqlite) as unknown as Db,
    store: q.store,
    events: q.events,
    clock: q.clock,
    log: silentLogger,
    onEnd: async ({ id, status }, who) => void ended.push({ id, status, by: who }),
  });
}

async function enqueue(n: number, kind = "plain", more: object = {}): Promise<number[]> {
  const asked = Array.from({ length: n }, (_, i) => ({ kind, params: { n: i }, ...more }));
  return (await q.queue.enqueueMany(asked)).jobIds;
}

async function fail(id: number, message = "Broken.", n = 0): Promise<void> {
  const lanes = (await q.store.lanes()).map((l) => l.id);
  const now = q.clock.now();
  for (;;) {
    const claimed = (await q.store.claim({ lanes, worker: "w", now, leaseMs: 60_000 }))!;
    const how =
      claimed.jobId === id
        ? ({ outcome: "failed", failure: { code: "tool.failed", message } } as const)
        : ({ outcome: "completed" } as const);
    await q.store.settle(claimed, how, now + n);
    if (claimed.jobId === id) return;
  }
}

async function begin(
  action: OperationAction,
  filter: JobFilter,
  params: OperationParams = {},
): Promise<Operation> {
  const matched = (await q.store.list(filter, "newest", 0, 0)).total;
  return ops.begin({ action, params, filters: [filter], filterText: "test", by, matched });
}

async function complete(action: OperationAction, filter: JobFilter, params: OperationParams = {}) {
  const { id } = await begin(action, filter, params);
  await ops.settled();
  return ops.get(id);
}

async function undo(id: number) {
  await ops.undo(id, "otto@example.org");
  await ops.settled();
  return ops.get(id);
}

const status = async (id: number) => (await q.store.get(id))?.status;
const total = async (filter: JobFilter) => (await q.store.list(filter, "newest", 0, 0)).total;
/** The next job of a queue, and so on. */
const inLine = async () =>
  (await q.store.list({ status: ["waiting"] }, "position", 0, 100)).jobs.map((j) => j.id);

describe("an operation", () => {
  test("moves every job that matches, in batches, and counts them", async () => {
    await enqueue(jobsABatch * 2 + 7);
    await enqueue(3, "other");
    const op = await complete("cancel", { queue: ["a"], status: ["pending"] });
    expect(op).toMatchObject({
      status: "done",
      matched: jobsABatch * 2 + 7,
      done: jobsABatch * 2 + 7,
      skipped: {},
      failed: 0,
      byName: "Olga",
    });
    expect(await total({ status: ["cancelled"] })).toBe(op.matched);
    expect(await total({ queue: ["b"], status: ["pending"] })).toBe(3);
    expect(ended).toEqual([{ id: op.id, status: "done", by: by.email }]);
  });

  test("passes over jobs it is not legal for, and counts why", async () => {
    const [first, second, third] = await enqueue(3);
    await q.store.move(second!, "pause", null, q.clock.now());
    await q.store.move(third!, "cancel", null, q.clock.now());
    const op = await complete("pause", { queue: ["a"] });
    expect(op).toMatchObject({
      matched: 3,
      done: 1,
      skipped: { "is paused": 1, "is cancelled": 1 },
    });
    expect(await status(first!)).toBe("paused");
  });

  test("means the jobs there were: later ones are left alone", async () => {
    await enqueue(2);
    const { id } = await begin("cancel", { queue: ["a"], status: ["pending"] });
    await ops.settled();
    const [later] = await enqueue(1);
    expect((await ops.get(id)).done).toBe(2);
    expect(await status(later!)).toBe("pending");
  });

  test("leaves out what its filter leaves out", async () => {
    const [first, second] = await enqueue(2);
    const lane = (await q.store.lanes())[0]!.id;
    await complete("cancel", { status: ["pending"], exceptIds: [{ id: first!, lane }] });
    expect(await status(first!)).toBe("pending");
    expect(await status(second!)).toBe("cancelled");
  });

  test("skips a retry whose work is open anew", async () => {
    const [old] = await enqueue(1, "once");
    await fail(old!);
    await enqueue(1, "once");
    const op = await complete("retry", { ids: [old!] });
    expect(op).toMatchObject({ done: 0, skipped: { "the same work is open already": 1 } });
  });

  test("tells of its progress at most four times a second, and of its end", async () => {
    await enqueue(jobsABatch * 12);
    const told: Event[] = [];
    q.events.subscribe((e) => void (e.topic === "operation" && told.push(e)));
    const op = await complete("pause", { status: ["pending"] });
    // Its start and its end; the clock stands still in between.
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(4);
    expect(told.at(-1)).toEqual({ topic: "operation", id: op.id });
  });

  test("waits for the one before it", async () => {
    await enqueue(jobsABatch * 3);
    const first = await begin("pause", { status: ["pending"] });
    const second = await begin("cancel", { queue: ["a"] });
    const order: number[] = [];
    q.events.subscribe((e) => {
      if (e.topic === "operation" && order.at(-1) !== e.id) order.push(e.id);
    });
    await ops.settled();
    expect(ended.map((e) => e.id)).toEqual([first.id, second.id]);
    expect(await ops.get(second.id)).toMatchObject({ done: jobsABatch * 3 });
  });

  test("ten thousand jobs are over soon, and others get their turn after each hundred", async () => {
    await enqueue(10_000);
    let movedInTurn = 0;
    let most = 0;
    let next = setImmediate(function turn() {
      movedInTurn = 0;
      next = setImmediate(turn);
    });
    q.events.subscribe((e) => {
      if (e.topic === "job") most = Math.max(most, ++movedInTurn);
    });
    const started = performance.now();
    const op = await complete("cancel", { status: ["pending"] });
    clearImmediate(next);
    expect(op.done).toBe(10_000);
    expect(most).toBeLessThanOrEqual(100);
    // A second on an idle machine; this one may have other work.
    expect(performance.now() - started).toBeLessThan(15_000);
  }, 20_000);
});

describe("aborting", () => {
  test("ends it between two batches; what was moved stays moved, and the rest can follow", async () => {
    await enqueue(jobsABatch * 3);
    const { id } = await begin("cancel", { status: ["pending"] });
    const stop = q.events.subscribe((e) => {
      if (e.topic === "job" && e.what === "moved") void ops.abort(id).catch(() => {});
    });
    await ops.settled();
    stop();
    expect(await ops.get(id)).toMatchObject({ status: "aborted", done: jobsABatch });
    expect(await total({ status: ["cancelled"] })).toBe(jobsABatch);
    await ops.resume(id, by.email);
    await ops.settled();
    expect(await ops.get(id)).toMatchObject({ status: "done", done: jobsABatch * 3 });
  });

  test("an operation that has ended is 409", async () => {
    await enqueue(1);
    const { id } = await complete("cancel", { status: ["pending"] });
    await expect(ops.abort(id)).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining("done"),
    });
    await expect(ops.resume(id, null)).rejects.toMatchObject({ status: 409 });
  });

  test("one that waits for its turn leaves the line", async () => {
    await enqueue(jobsABatch * 2);
    await begin("pause", { status: ["pending"] });
    const { id } = await begin("cancel", { queue: ["a"] });
    await ops.abort(id);
    await ops.settled();
    expect(await ops.get(id)).toMatchObject({ status: "aborted", done: 0 });
    expect(await total({ status: ["paused"] })).toBe(jobsABatch * 2);
  });
});

describe("removing many", () => {
  test("waits ten seconds, in which undo means never", async () => {
    await enqueue(3);
    const { id } = await begin("remove", { status: ["pending"] });
    await q.clock.advance(graceMs - 1);
    expect(await ops.get(id)).toMatchObject({ status: "waiting", done: 0 });
    expect(await undo(id)).toMatchObject({ status: "aborted", done: 0 });
    await q.clock.advance(graceMs);
    expect(await total({})).toBe(3);
  });

  test("cannot be undone afterwards", async () => {
    await enqueue(3);
    const { id } = await begin("remove", { status: ["pending"] });
    await q.clock.advance(graceMs);
    await ops.settled();
    expect(await ops.get(id)).toMatchObject({ status: "done", done: 3 });
    expect(await total({})).toBe(0);
    await expect(ops.undo(id, null)).rejects.toMatchObject({ status: 409 });
  });

  test("a single job goes at once", async () => {
    await enqueue(1);
    expect(await complete("remove", { status: ["pending"] })).toMatchObject({ status: "done", done: 1 });
  });
});

describe("undo", () => {
  test("of cancel: what waited waits without a strike, what was paused is paused, what was delayed keeps its time", async () => {
    const runAt = new Date(q.clock.now() + hour);
    const [waits, pauses] = await enqueue(2);
    const [delayed] = await enqueue(1, "plain", { runAt });
    const ends = { at: q.clock.now() + 2 * hour };
    await q.store.move(pauses!, "pause", "Max", q.clock.now(), ends);
    const { id } = await complete("cancel", { queue: ["a"] });
    expect(await total({ status: ["cancelled"] })).toBe(3);
    await q.clock.advance(1000);
    expect(await undo(id)).toMatchObject({ status: "undone", undone: 3, notUndone: 0, isUndoable: false });
    expect(await q.store.get(waits!)).toMatchObject({ status: "pending", retryCount: 0, failure: null });
    expect(await q.store.get(pauses!)).toMatchObject({ status: "paused", pausedBy: "Max", pauseEnds: ends });
    expect(await q.store.get(delayed!)).toMatchObject({ status: "pending", runAt });
    expect(await total({ status: ["delayed"] })).toBe(1);
    expect(ended.at(-1)).toEqual({ id, status: "undone", by: "otto@example.org" });
  });

  test("of cancel: what ran starts again", async () => {
    await enqueue(1);
    const lanes = (await q.store.lanes()).map((l) => l.id);
    const claimed = await q.store.claim({ lanes, worker: "w", now: q.clock.now(), leaseMs: 60_000 });
    const { id } = await complete("cancel", { status: ["running"] });
    expect(await undo(id)).toMatchObject({ undone: 1 });
    expect(await q.store.get(claimed!.jobId)).toMatchObject({ status: "pending", retryCount: 0 });
  });

  test("of cancel: what somebody had frozen is paused, what only yielded waits", async () => {
    const frozen = await claimOnly((await enqueue(1))[0]!);
    const yielding = await claimOnly((await enqueue(1))[0]!);
    await q.store.move(frozen.jobId, "pause", "Max", q.clock.now());
    await q.store.freeze(yielding, "quiet hours", q.clock.now());
    const { id } = await complete("cancel", {});
    expect(await undo(id)).toMatchObject({ undone: 2 });
    expect(await q.store.get(frozen.jobId)).toMatchObject({
      status: "paused",
      pausedBy: "Max",
      frozen: false,
    });
    expect(await status(yielding.jobId)).toBe("pending");
  });

  test("of pause: what yielded before yields again, or goes on", async () => {
    const yielding = await claimOnly((await enqueue(1))[0]!);
    await q.store.freeze(yielding, "quiet hours", q.clock.now());
    const { id } = await complete("pause", {});
    expect(await q.store.get(yielding.jobId)).toMatchObject({ pausedBy: "Olga", yields: false });
    expect(await undo(id)).toMatchObject({ undone: 1 });
    expect(await status(yielding.jobId)).toBe("running");
  });

  test("of cancel: work that has been opened anew is left", async () => {
    const [old] = await enqueue(1, "once");
    const { id } = await complete("cancel", { status: ["pending"] });
    const [anew] = await enqueue(1, "once");
    expect(anew).not.toBe(old);
    expect(await undo(id)).toMatchObject({ undone: 0, notUndone: 1 });
    expect(await status(old!)).toBe("cancelled");
  });

  test("of retry: a failure is as it was, cleared or not; what has started meanwhile goes on", async () => {
    const [failed] = await enqueue(1);
    await fail(failed!, "The film ends.");
    const [cleared] = await enqueue(1);
    await fail(cleared!, "The sound ends.");
    await q.store.move(cleared!, "acknowledge", null, q.clock.now());
    const [starts] = await enqueue(1);
    await fail(starts!);
    const before = [await q.store.get(failed!), await q.store.get(cleared!)];
    const { id } = await complete("retry", { status: ["failed"] });
    expect(await total({ status: ["pending"] })).toBe(3);
    await q.store.setPosition(starts!, "first");
    const lanes = (await q.store.lanes()).map((l) => l.id);
    await q.store.claim({ lanes, worker: "w", now: q.clock.now(), leaseMs: 60_000 });
    await q.clock.advance(1000);
    expect(await undo(id)).toMatchObject({ undone: 2, notUndone: 1 });
    expect([await q.store.get(failed!), await q.store.get(cleared!)]).toEqual(before);
    expect(await status(starts!)).toBe("running");
    const tally = (await q.store.tallies())[0]!;
    expect(tally).toMatchObject({ failed: 1, cleared: 1, running: 1, waiting: 0 });
  });

  test("of pause and of resume", async () => {
    const [first, second] = await enqueue(2);
    const { id } = await complete(
      "pause",
      { status: ["pending"] },
      { pauseEnds: { at: q.clock.now() + hour } },
    );
    expect((await q.store.get(first!))!.pauseEnds).toEqual({ at: q.clock.now() + hour });
    await q.store.move(second!, "resume", null, q.clock.now());
    expect(await undo(id)).toMatchObject({ undone: 1, notUndone: 1 });
    expect(await total({ status: ["pending"] })).toBe(2);
    await q.store.move(first!, "pause", "Max", q.clock.now());
    const resume = await complete("resume", { status: ["paused"] });
    expect(await undo(resume.id)).toMatchObject({ undone: 1 });
    expect(await q.store.get(first!)).toMatchObject({ status: "paused", pausedBy: "Max" });
  });

  test("of clearing failures and of bringing them back", async () => {
    const [id] = await enqueue(1);
    await fail(id!);
    const clear = await complete("acknowledge", { status: ["unacknowledged"] });
    expect(await undo(clear.id)).toMatchObject({ undone: 1 });
    expect(await total({ status: ["unacknowledged"] })).toBe(1);
    await complete("acknowledge", { status: ["unacknowledged"] });
    const back = await complete("unacknowledge", { status: ["failed"] });
    expect(await total({ status: ["unacknowledged"] })).toBe(1);
    expect(await undo(back.id)).toMatchObject({ undone: 1 });
    expect(await total({ status: ["unacknowledged"] })).toBe(0);
  });

  test("of priority: each job has its own again, but for those that got another since", async () => {
    const [urgent] = await enqueue(1, "plain", { priority: 1 });
    const [lazy, touched] = await enqueue(2, "plain", { priority: 9 });
    const { id } = await complete("priority", { queue: ["a"] }, { priority: 4 });
    expect((await q.store.get(lazy!))!.priority).toBe(4);
    await q.store.setPriority(touched!, 7);
    expect(await undo(id)).toMatchObject({ undone: 2, notUndone: 1 });
    const priorities = await Promise.all([urgent!, lazy!, touched!].map((j) => q.store.get(j)));
    expect(priorities.map((j) => j!.priority)).toEqual([1, 9, 7]);
  });

  test("of position: jobs moved to the front keep their order there, and go back where their age puts them", async () => {
    const ids = await enqueue(5);
    const chosen = [ids[2]!, ids[4]!];
    const front = await complete("position", { ids: chosen }, { position: "first" });
    expect(await inLine()).toEqual([ids[2]!, ids[4]!, ids[0]!, ids[1]!, ids[3]!]);
    await undo(front.id);
    expect(await inLine()).toEqual(ids);
    await complete("position", { ids: [ids[0]!, ids[1]!] }, { position: "last" });
    expect(await inLine()).toEqual([ids[2]!, ids[3]!, ids[4]!, ids[0]!, ids[1]!]);
  });

  test("is done once, and not while the operation goes on", async () => {
    await enqueue(jobsABatch * 3);
    const { id } = await begin("pause", { status: ["pending"] });
    const early = new Promise<unknown>((resolve) => {
      const stop = q.events.subscribe((e) => {
        if (e.topic !== "job" || e.what !== "moved") return;
        stop();
        ops.undo(id, null).catch(resolve);
      });
    });
    expect(await early).toMatchObject({ status: 409, message: expect.stringContaining("running") });
    await ops.settled();
    await undo(id);
    await expect(ops.undo(id, null)).rejects.toMatchObject({ status: 409 });
  });

  test("asked for twice at once, is done once", async () => {
    await enqueue(3);
    const { id } = await complete("pause", { status: ["pending"] });
    const asked = await Promise.allSettled([ops.undo(id, null), ops.undo(id, null)]);
    await ops.settled();
    expect(asked.map((a) => a.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await ops.get(id)).toMatchObject({ status: "undone", undone: 3, notUndone: 0 });
  });

  test("is forgotten after seven days", async () => {
    await enqueue(1);
    const { id } = await complete("pause", { status: ["pending"] });
    await q.clock.advance(7 * 24 * hour + 1);
    await ops.start();
    await expect(ops.undo(id, null)).rejects.toMatchObject({ status: 409 });
    expect((q.sqlite.query("SELECT count(*) AS n FROM operation_item").get() as { n: number }).n).toBe(0);
  });
});

/** Brings a job to a state. */
const states: Record<string, (id: number) => Promise<unknown>> = {
  pending: async () => {},
  paused: (id) => q.store.move(id, "pause", "Max", q.clock.now()),
  pausedFor: (id) => q.store.move(id, "pause", "Max", q.clock.now(), { at: q.clock.now() + hour }),
  running: (id) => claimOnly(id),
  frozen: (id) => claimOnly(id).then(() => q.store.move(id, "pause", "Max", q.clock.now())),
  failed: (id) =>
    settleOnly(id, { outcome: "failed", failure: { code: "tool.failed", message: `No ${id}.` } }),
  completed: (id) => settleOnly(id, { outcome: "completed" }),
  cancelled: (id) => q.store.move(id, "cancel", "Max", q.clock.now()),
  cleared: (id) => states.failed!(id).then(() => q.store.move(id, "acknowledge", "Max", q.clock.now())),
};

async function claimOnly(id: number) {
  await q.store.setPosition(id, "first");
  const lanes = (await q.store.lanes()).map((l) => l.id);
  return (await q.store.claim({ lanes, worker: "w", now: q.clock.now(), leaseMs: hour }))!;
}

async function settleOnly(id: number, how: Settlement) {
  await q.store.settle(await claimOnly(id), how, q.clock.now() + 5);
}

/** All jobs and counts, without the moments that a move by nature sets anew. */
async function everything() {
  const { jobs } = await q.store.list({}, "oldest", 0, 100);
  const tallies = await q.store.tallies();
  return {
    jobs: jobs.map((j) => ({
      ...j,
      pausedAt: j.pausedAt !== null,
      acknowledgedAt: j.acknowledgedAt !== null,
    })),
    counts: tallies.map(({ lane, ...counts }) => [lane.id, counts]),
  };
}

describe("undoing at once leaves everything as it was", () => {
  const actions: [OperationAction, OperationParams][] = [
    ["retry", {}],
    ["cancel", {}],
    ["pause", {}],
    ["resume", {}],
    ["acknowledge", {}],
    ["unacknowledge", {}],
    ["priority", { priority: 2 }],
  ];
  for (const [action, params] of actions)
    test(action, async () => {
      // What ran has lost its run: it starts anew.
      const names = Object.keys(states).filter(
        (s) => action !== "cancel" || (s !== "running" && s !== "frozen"),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 12 }),
          async (wanted) => {
            q = testQueue([testKind({ name: "plain" })]);
            ops = newOperations();
            for (const [i, id] of (await enqueue(wanted.length)).entries()) await states[wanted[i]!]!(id);
            const before = await everything();
            await q.clock.advance(1000);
            const { id, done } = await complete(action, {}, params);
            expect(await undo(id)).toMatchObject({ status: "undone", undone: done, notUndone: 0 });
            const after = await everything();
            // A run that stood still for a moment has that on its record.
            const settle = (s: typeof before) => s.jobs.map((j) => ({ ...j, frozenMs: 0, progressAt: null }));
            expect(settle(after)).toEqual(settle(before));
            expect(after.counts).toEqual(before.counts);
          },
        ),
        { numRuns: 8 },
      );
    }, 20_000);
});

describe("a stop of the server", () => {
  /** As a kill leaves it: after the first batch, with the second written down and half moved. */
  async function cutOff(action: OperationAction, filter: JobFilter, params: OperationParams = {}) {
    const { id } = await begin(action, filter, params);
    const stop = q.events.subscribe((e) => {
      if (e.topic === "job" && e.what === "moved") void ops.abort(id).catch(() => {});
    });
    await ops.settled();
    stop();
    q.sqlite.run(`UPDATE operation SET status = 'running', finished_at = NULL WHERE id = ${id}`);
    ended = [];
    ops = newOperations();
    return id;
  }

  test("leaves what was under way interrupted; resumed, it moves the rest and each job once", async () => {
    await enqueue(jobsABatch * 3);
    const id = await cutOff("cancel", { status: ["pending"] });
    await ops.start();
    expect(await ops.get(id)).toMatchObject({ status: "interrupted", done: jobsABatch });
    expect(ended).toEqual([{ id, status: "interrupted", by: by.email }]);
    await ops.resume(id, by.email);
    await ops.settled();
    expect(await ops.get(id)).toMatchObject({ status: "done", done: jobsABatch * 3, skipped: {} });
    expect(await total({ status: ["cancelled"] })).toBe(jobsABatch * 3);
  });

  test("in the middle of a batch: what was moved counts as done, and can be undone", async () => {
    const ids = await enqueue(jobsABatch * 2);
    const id = await cutOff("cancel", { status: ["pending"] });
    const at = q.clock.now();
    const batch = ids.slice(jobsABatch);
    const was = JSON.stringify(Object.fromEntries(batch.map((j) => [j, 0])));
    q.sqlite
      .query("UPDATE operation_item SET moved_at = ?, was = ? WHERE operation = ? AND is_done = 0")
      .run(at, was, id);
    for (const job of batch.slice(0, 50)) await q.store.move(job, "cancel", by.name, at);
    await q.clock.advance(60_000);
    await ops.start();
    await ops.resume(id, by.email);
    await ops.settled();
    expect(await ops.get(id)).toMatchObject({ status: "done", done: jobsABatch * 2, skipped: {} });
    expect(await undo(id)).toMatchObject({ undone: jobsABatch * 2, notUndone: 0 });
    expect(await total({ status: ["pending"] })).toBe(jobsABatch * 2);
  });

  test("a clean one ends it between two batches, and an undo goes on where it stood", async () => {
    await enqueue(jobsABatch * 3);
    const { id } = await complete("pause", { status: ["pending"] });
    await ops.undo(id, null);
    const stop = q.events.subscribe((e) => void (e.topic === "job" && ops.stop()));
    await ops.settled();
    stop();
    expect(await ops.get(id)).toMatchObject({ status: "interrupted", undone: jobsABatch });
    ops = newOperations();
    await ops.start();
    await ops.resume(id, null);
    await ops.settled();
    expect(await ops.get(id)).toMatchObject({ status: "undone", undone: jobsABatch * 3, notUndone: 0 });
  });

  test("a store that takes nothing interrupts it, and says so", async () => {
    await enqueue(3);
    const { id } = await begin("pause", { status: ["pending"] });
    const move = q.store.move;
    q.store.move = () => Promise.reject(new Error("disk full"));
    await ops.settled();
    q.store.move = move;
    expect(await ops.get(id)).toMatchObject({ status: "interrupted", error: "disk full", done: 0 });
    await ops.resume(id, null);
    await ops.settled();
    expect(await ops.get(id)).toMatchObject({ status: "done", error: null, done: 3 });
  });
});
