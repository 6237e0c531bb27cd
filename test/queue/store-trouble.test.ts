// What the worker does while its store is slow, or cannot write for a while: nothing may stand still for ever or be told twice.

import { expect, test } from "bun:test";
import type { Hold } from "../../src/queue/hold.ts";
import { createLogger } from "../../src/runtime/log.ts";
import { loopService } from "../../src/runtime/service.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { testKind, testQueue } from "../support/queue.ts";

const hold: Hold = {
  code: "disk",
  text: "The disk is full",
  since: new Date(0),
  until: null,
  mode: "freeze",
  holds: () => true,
};

/** Runs that end when their test says so, at most four at once. */
function runs() {
  const ends: (() => void)[] = [];
  let holds: Hold[] = [];
  const t = testQueue([testKind({ act: () => new Promise<void>((resolve) => void ends.push(resolve)) })], {
    limits: { multiplier: 4 },
    holds: () => holds,
  });
  return {
    ...t,
    ends,
    frozen: () => t.worker.running().map((run) => run.isFrozen),
    yieldTo: (...now: Hold[]) => {
      holds = now;
    },
  };
}

/** The next call of a method of the store fails. */
function failOnce(store: object, method: string): void {
  const methods = store as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const real = methods[method]!;
  methods[method] = async () => {
    methods[method] = real;
    throw new Error("database or disk is full");
  };
}

test("a run whose freezing could not be written down is frozen in the next turn, and thawed in the end", async () => {
  const t = runs();
  await t.worker.start();
  const { id } = await t.queue.enqueue("test", {});
  await t.settled();
  failOnce(t.store, "freeze");
  t.yieldTo(hold);
  await t.clock.advance(1_000);
  expect([t.frozen(), (await t.store.get(id))!.status]).toEqual([[false], "running"]);
  await t.clock.advance(1_000);
  expect([t.frozen(), (await t.store.get(id))!.status]).toEqual([[true], "paused"]);
  t.yieldTo();
  await t.clock.advance(1_000);
  expect([t.frozen(), (await t.store.get(id))!.status]).toEqual([[false], "running"]);
});

test("a run whose thawing could not be written down goes on in the next turn", async () => {
  const t = runs();
  await t.worker.start();
  const { id } = await t.queue.enqueue("test", {});
  await t.settled();
  t.yieldTo(hold);
  await t.clock.advance(1_000);
  failOnce(t.store, "thaw");
  t.yieldTo();
  await t.clock.advance(1_000);
  expect(t.frozen()).toEqual([true]);
  await t.clock.advance(1_000);
  expect([t.frozen(), (await t.store.get(id))!.status]).toEqual([[false], "running"]);
});

test("a poll does not write again what is being written", async () => {
  const t = runs();
  await t.worker.start();
  for (let n = 0; n < 3; n++) await t.queue.enqueue("test", {});
  await t.settled();
  const disk = Promise.withResolvers<void>();
  const settle = t.store.settle.bind(t.store);
  let writes = 0;
  t.store.settle = async (...args) => {
    writes++;
    await disk.promise;
    return settle(...args);
  };
  const settled: number[] = [];
  t.events.subscribe((e) => void (e.topic === "job" && e.what === "settled" && settled.push(e.id)));
  for (const end of t.ends) end();
  await t.clock.advance(3_000);
  disk.resolve();
  await t.clock.advance(3_000);
  expect([writes, settled.sort()]).toEqual([3, [1, 2, 3]]);
  expect((await t.store.list({ status: ["completed"] }, "newest", 0, 9)).total).toBe(3);
});

test("claims that fail together with the look for what is due fail nobody but their turn", async () => {
  const t = runs();
  await t.worker.start();
  await t.settled();
  failOnce(t.store, "nextDue");
  failOnce(t.store, "claim");
  const { id } = await t.queue.enqueue("test", {});
  await t.clock.advance(3_000);
  expect((await t.store.get(id))!.status).toBe("running");
});

test("a disk that is full all night is said once, and said again when it fills up another time", async () => {
  const said: string[] = [];
  const log = createLogger("json", "error", (line) => void said.push(JSON.parse(line).message));
  const ends: (() => void)[] = [];
  const act = () => new Promise<void>((resolve) => void ends.push(resolve));
  const t = testQueue([testKind({ act })], { log });
  await t.worker.start();
  const { id } = await t.queue.enqueue("test", {});
  await t.settled();
  const { settle, claim, tallies } = t.store;
  const fill = () => {
    const refuse = async () => Promise.reject(new Error("database or disk is full"));
    Object.assign(t.store, { settle: refuse, claim: refuse, tallies: refuse });
  };
  const free = () => Object.assign(t.store, { settle, claim, tallies });
  fill();
  ends[0]!();
  await t.clock.advance(60_000);
  expect(said.sort()).toEqual(["claiming jobs failed", "how a job ended could not be written; trying again"]);
  free();
  await t.clock.advance(2_000);
  expect((await t.store.get(id))!.status).toBe("completed");
  fill();
  await t.clock.advance(60_000);
  expect(said.slice(2)).toEqual(["claiming jobs failed"]);
});

test("a loop whose step fails turn by turn says so once for each thing that is wrong", async () => {
  const said: string[] = [];
  const log = createLogger("json", "error", (line) => void said.push(JSON.parse(line).error));
  const clock = new FakeClock();
  let fault: string | undefined = "the disk is full";
  const step = async () => {
    if (fault) throw new Error(fault);
  };
  const loop = loopService({ name: "measures", everyMs: 1_000, step }, clock, log);
  await loop.start();
  await clock.advance(10_000);
  fault = "the disk is gone";
  await clock.advance(10_000);
  fault = undefined;
  await clock.advance(2_000);
  fault = "the disk is gone";
  await clock.advance(10_000);
  await loop.stop();
  expect(said).toEqual(["the disk is full", "the disk is gone", "the disk is gone"]);
});
