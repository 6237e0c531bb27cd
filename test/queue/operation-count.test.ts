import { beforeEach, expect, test } from "bun:test";
import { countFor } from "../../src/queue/operation-count.ts";
import { testKind, testQueue } from "../support/queue.ts";

let q: ReturnType<typeof testQueue>;
let ids: number[];
beforeEach(async () => {
  q = testQueue([testKind({ name: "plain" }), testKind({ name: "other", queue: "b" })]);
  const runAt = new Date(q.clock.now() + 60_000);
  const asked = [
    { kind: "plain" },
    { kind: "plain", runAt },
    { kind: "plain" },
    { kind: "other" },
    { kind: "other" },
  ];
  ids = (await q.queue.enqueueMany(asked.map((a) => ({ params: {}, ...a })))).jobIds;
  await q.store.move(ids[2]!, "pause", null, q.clock.now());
  await q.store.move(ids[4]!, "cancel", null, q.clock.now());
});

const all = { matched: 5, byStatus: { pending: 3, paused: 1, cancelled: 1 }, byQueue: { a: 3, b: 2 } };

test("lists are counted by the tallies, and say for how many jobs an action is legal", async () => {
  expect(await countFor(q.store, [{}], "cancel")).toEqual({ ...all, legal: 4, isLeast: false });
  expect(await countFor(q.store, [{}], "retry")).toEqual({ ...all, legal: 1, isLeast: false });
  expect(await countFor(q.store, [{ status: ["delayed", "paused"] }], "resume")).toEqual({
    matched: 2,
    byStatus: { pending: 1, paused: 1 },
    byQueue: { a: 2 },
    legal: 1,
    isLeast: false,
  });
});

test("searches are counted job by job, with the same answer", async () => {
  for (const action of ["cancel", "retry", "pause", "remove", "priority"] as const)
    expect(await countFor(q.store, [{ ids }], action)).toEqual(await countFor(q.store, [{}], action));
});

test("several filters add up, without what one of them leaves out", async () => {
  const lane = (await q.store.lanes())[0]!.id;
  const filters = [{ ids: [ids[0]!] }, { status: ["pending" as const], exceptIds: [{ id: ids[0]!, lane }] }];
  expect(await countFor(q.store, filters, "pause")).toMatchObject({
    matched: 3,
    byQueue: { a: 2, b: 1 },
    legal: 3,
  });
});

test("counting that takes too long says that there are more", async () => {
  const many = Array.from({ length: 1200 }, () => ({ kind: "plain", params: {} }));
  const { jobIds } = await q.queue.enqueueMany(many);
  const counted = await countFor(q.store, [{ ids: jobIds }], "cancel", 0);
  expect(counted.isLeast).toBe(true);
  expect(counted.matched).toBeLessThan(1200);
});
