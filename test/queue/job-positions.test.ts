import { describe, expect, test } from "bun:test";
import { testKind, testQueue } from "../support/queue.ts";

/** Two queues; jobs of three kinds, priorities and groups in mixed order. */
async function mixedQueue(jobs: number) {
  const t = testQueue([
    testKind({ name: "x", queue: "a" }),
    testKind({ name: "y", queue: "a", category: "gpu_encode" }),
    testKind({ name: "z", queue: "b" }),
  ]);
  const ids: number[] = [];
  for (let n = 0; n < jobs; n++) {
    const kind = ["x", "y", "z"][(n * 7) % 3]!;
    const { id } = await t.queue.enqueue(kind, {}, { priority: 1 + ((n * 5) % 10), backfill: n % 4 === 0 });
    ids.push(id);
  }
  return { ...t, ids };
}

describe("places in their queues, for many jobs at once", () => {
  test("are those that each has alone", async () => {
    const { store, ids } = await mixedQueue(200);
    const all = await store.positions(ids, 1000);
    for (const id of ids)
      expect(all.get(id)).toEqual({ position: (await store.position(id))!, isLeast: false });
  });

  test("count from both ends, and in between give a lower bound", async () => {
    const { store, ids } = await mixedQueue(300);
    const inA = [];
    for (const id of ids) if ((await store.get(id))!.queue === "a") inA.push(id);
    const places = await store.positions(inA, 40);
    const exact = inA.filter((id) => !places.get(id)!.isLeast);
    for (const id of exact) expect(places.get(id)!.position).toBe((await store.position(id))!);
    expect(exact.map((id) => places.get(id)!.position).sort((a, b) => a - b)).toEqual([
      ...Array.from({ length: 41 }, (_, n) => n + 1),
      ...Array.from({ length: 40 }, (_, n) => inA.length - 39 + n),
    ]);
    for (const id of inA.filter((one) => places.get(one)!.isLeast))
      expect((await store.position(id))!).toBeGreaterThanOrEqual(places.get(id)!.position);
  });

  test("leave out what does not wait", async () => {
    const { store, queue, ids, clock } = await mixedQueue(3);
    await queue.move(ids[0]!, "pause", "Anna");
    const { id: later } = await queue.enqueue("x", {}, { runAt: new Date(clock.now() + 1000) });
    const places = await store.positions([...ids, later, 999], 10);
    expect([...places.keys()].sort()).toEqual([ids[1]!, ids[2]!]);
  });

  test("follow what was moved to the front", async () => {
    const { store, ids } = await mixedQueue(30);
    const last = ids.findLast((_, n) => (n * 7) % 3 === 0)!;
    await store.setPosition(last, "first");
    expect((await store.positions([last], 10)).get(last)).toEqual({ position: 1, isLeast: false });
  });
});
