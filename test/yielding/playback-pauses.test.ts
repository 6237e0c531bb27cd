import { expect, test } from "bun:test";
import { pauseQueue } from "../../src/queue/pausing.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { playbackPauses } from "../../src/yielding/playback-pauses.ts";
import { testKind, testQueue } from "../support/queue.ts";

test("what was paused until playback ends goes on when it has ended, and says so", async () => {
  const t = testQueue([testKind(), testKind({ name: "other", queue: "b" })]);
  let ended = () => {};
  const said: unknown[] = [];
  const service = playbackPauses({
    ...t,
    log: silentLogger,
    yielding: {
      onPlaybackEnded: (listener) => {
        ended = listener;
        return () => {};
      },
    },
    record: async (entry) => void said.push(entry),
  });
  await service.start();
  await t.worker.start();
  await pauseQueue(t.store, "a", { by: "ada", ends: "playback", mode: "drain" }, t.clock.now());
  t.events.publish({ topic: "queue", queue: "a" });
  const held = (await t.queue.enqueue("test", {})).id;
  const alone = (await t.queue.enqueue("other", {}, { runAt: new Date(t.clock.now() + 500) })).id;
  await t.queue.move(alone, "pause", "ada", "playback");
  await t.clock.advance(5_000);
  expect([(await t.store.get(held))!.status, (await t.store.get(alone))!.status]).toEqual([
    "pending",
    "paused",
  ]);
  ended();
  await t.clock.advance(1_000);
  expect([(await t.store.get(held))!.status, (await t.store.get(alone))!.status]).toEqual([
    "completed",
    "completed",
  ]);
  expect(said).toMatchObject([
    { event: "resumed", queue: "a" },
    { event: "resumed", jobId: alone },
  ]);
});

test("however many were paused one by one go on, and one line tells of them", async () => {
  const t = testQueue([testKind()]);
  let ended = () => {};
  const said: unknown[] = [];
  await playbackPauses({
    ...t,
    log: silentLogger,
    yielding: {
      onPlaybackEnded: (listener) => {
        ended = listener;
        return () => {};
      },
    },
    record: async (entry) => void said.push(entry),
  }).start();
  const { jobIds } = await t.queue.enqueueMany(
    Array.from({ length: 1_200 }, (_, n) => ({ kind: "test", params: { n } })),
  );
  await Promise.all(jobIds.map((id) => t.queue.move(id, "pause", "ada", "playback")));
  ended();
  await t.settled(30);
  expect((await t.store.list({ status: ["paused"] }, "newest", 0, 1)).total).toBe(0);
  expect(said).toEqual([{ event: "resumed", detail: "Playback ended: 1,200 jobs go on" }]);
});
