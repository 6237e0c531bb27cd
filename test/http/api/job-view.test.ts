// What the API adds to what the store knows of a job: reasons, estimates, pauses.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import { heldJobs, jobViews } from "../../../src/http/api/job-view.ts";
import type { Tools } from "../../../src/jobs/tools.ts";
import { Catalogue, type JobKind, type Run } from "../../../src/queue/kind.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { settled } from "../../support/fake-clock.ts";

let app: TestApp;
let runs: Map<number, { run: Run; end(): void }>;

const kind: JobKind<any, Tools> = {
  name: "long",
  label: "Long job",
  description: "Runs until its test ends it",
  queue: "long",
  category: "cpu",
  params: z.looseObject({}),
  stuckAfterS: 600,
  about: (p: { name?: string }) => ({ type: "none", id: null, label: p.name ?? "nothing" }),
  dedupKey: () => null,
  run: (run) =>
    new Promise<void>((end, fail) => {
      runs.set(run.id, { run: run as Run, end });
      run.signal.addEventListener("abort", () => fail(run.signal.reason));
    }),
};
const queue = { name: "long", section: "Test", description: "Long jobs", weight: 10, base: 1 };

beforeEach(async () => {
  runs = new Map();
  app = await testApp({ catalogue: new Catalogue([queue], [kind]) });
  await app.worker.start();
});
afterEach(async () => {
  await app.worker.stop();
  await app.close();
});

async function enqueue(name: string): Promise<number> {
  const { id } = await app.queue.enqueue("long", { name });
  await settled();
  return id;
}
const view = async (id: number) => (await jobViews(app, [await app.queue.get(id)]))[0]!;
async function finish(id: number) {
  runs.get(id)!.end();
  await settled();
}

describe("when a job should start", () => {
  test("nobody knows before anything was measured, then it is a range", async () => {
    const first = await enqueue("first");
    const second = await enqueue("second");
    expect(await view(second)).toMatchObject({ status: "queued", startsIn: null });
    await app.clock.advance(60_000);
    await finish(first);
    const third = await enqueue("third");
    const fourth = await enqueue("fourth");
    const soon = (await view(third)).startsIn!;
    const later = (await view(fourth)).startsIn!;
    expect(soon.highS).toBeGreaterThan(30);
    expect(later.highS).toBeGreaterThan(soon.highS);
    expect(later.lowS).toBeGreaterThan(soon.lowS);
  });

  test("the next in line starts when the run before it is done, by that one's pace", async () => {
    const first = await enqueue("first");
    const second = await enqueue("second");
    await app.clock.advance(90_000);
    runs.get(first)!.run.progress(90);
    await app.clock.advance(1000);
    const { startsIn } = await view(second);
    expect(startsIn!.lowS).toBeGreaterThanOrEqual(8);
    expect(startsIn!.highS).toBeLessThanOrEqual(12);
    expect(startsIn).toEqual((await view(first)).etaRange);
  });

  test("the reason names what runs", async () => {
    await enqueue("first");
    const second = await enqueue("second");
    await app.clock.advance(12 * 60_000);
    expect((await view(second)).waitingReason).toBe(
      "1 of 1 long jobs running: Long job of first, for 12 min",
    );
  });

  test("behind one that is held back the limit is told, and the place", async () => {
    await enqueue("first");
    await enqueue("second");
    const third = await enqueue("third");
    expect(await view(third)).toMatchObject({
      status: "pending",
      queuePosition: 2,
      waitingCode: "concurrency",
      waitingReasons: [{ code: "concurrency" }, { code: "behind", text: "Behind 1 other in long" }],
    });
  });
});

describe("how long a run will still take", () => {
  test("comes from its own pace, less the time it stood frozen", async () => {
    const id = await enqueue("first");
    await app.clock.advance(100_000);
    await app.queue.move(id, "pause", "Anna");
    await settled();
    await app.clock.advance(1_000_000);
    await app.queue.move(id, "resume", "Anna");
    await settled();
    runs.get(id)!.run.progress(50);
    await app.clock.advance(1000);
    const { etaS, etaRange, frozenS, durationS } = await view(id);
    expect({ frozenS, durationS }).toEqual({ frozenS: 1000, durationS: 101 });
    expect(etaS).toBeGreaterThan(90);
    expect(etaS).toBeLessThan(110);
    expect(etaRange!.lowS).toBeLessThan(etaS!);
    expect(etaRange!.highS).toBeGreaterThan(etaS!);
  });

  test("from how long its kind takes while it says nothing itself", async () => {
    const first = await enqueue("first");
    await app.clock.advance(600_000);
    await finish(first);
    const second = await enqueue("second");
    const { etaRange, progress } = await view(second);
    expect(progress).toBeNull();
    expect(etaRange!.lowS).toBeGreaterThan(200);
    expect(etaRange!.highS).toBeLessThan(1500);
  });
});

describe("a run that was paused", () => {
  test("is frozen where it stood, by whom and until when", async () => {
    const id = await enqueue("first");
    runs.get(id)!.run.progress(43);
    await app.clock.advance(1000);
    const until = app.clock.now() + 600_000;
    await app.queue.move(id, "pause", "Anna", { at: until });
    await settled();
    expect(await view(id)).toMatchObject({
      status: "paused",
      frozen: true,
      pausedBy: "Anna",
      pausedUntil: new Date(until).toISOString(),
      waitingCode: "frozen",
      waitingReason: expect.stringMatching(
        /^Frozen at 43 % by Anna 0 s ago, until \d\d:\d\d \(for another 10 min\)$/,
      ),
      etaS: null,
      stuck: false,
    });
  });

  test("and resumed while its slot is taken says what it waits for", async () => {
    const first = await enqueue("first");
    await app.queue.move(first, "pause", "Anna");
    await settled();
    const second = await enqueue("second");
    expect(await view(second)).toMatchObject({ status: "running" });
    await app.queue.move(first, "resume", "Anna");
    await settled();
    expect(app.worker.waitsForSlot(first)).toBe(true);
    expect(await view(first)).toMatchObject({
      waitingReason: expect.stringContaining("goes on as soon as a long slot is free"),
      waitingCode: "resuming",
      frozen: true,
      startsIn: null,
    });
    await finish(second);
    expect(app.worker.waitsForSlot(first)).toBe(false);
    expect(await view(first)).toMatchObject({ status: "running", waitingReason: null });
  });
});

test("only the first of a queue that a limit holds back is queued", async () => {
  await enqueue("first");
  const second = await enqueue("second");
  await enqueue("third");
  expect((await heldJobs(app)).map((held) => held.id)).toEqual([second]);
  await app.store.setPosition(second, "last");
  expect((await heldJobs(app)).map((held) => held.id)).toEqual([second + 1]);
});
