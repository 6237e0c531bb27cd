// Import mode: queues one after another, and off by itself when all is done.

import { describe, expect, test } from "bun:test";
import { createCatalogue } from "../../src/jobs/index.ts";
import { type LaneTally, noTally } from "../../src/queue/job-store.ts";
import {
  importHolds,
  importModeSource,
  importOrder,
  leftOf,
  suggestedOrder,
} from "../../src/yielding/import-mode.ts";
import { FakeClock } from "../support/fake-clock.ts";

const catalogue = createCatalogue();
const signal = new AbortController().signal;

const tally = (queue: string, kind: string, counts: Partial<LaneTally>): LaneTally => ({
  ...noTally(),
  lane: { id: 1, queue, kind, category: "cpu", vramMb: 0, group: 0 },
  ...counts,
});

describe("the order", () => {
  test("is scans, metadata, pictures first and transcription last; without interactive queues and upkeep", () => {
    const order = suggestedOrder(catalogue);
    expect(order.slice(0, 6)).toEqual([
      "library-scan",
      "gallery-scan",
      "audio-scan",
      "metadata",
      "thumbnail",
      "hash",
    ]);
    expect(order.at(-1)).toBe("transcription");
    for (const name of ["imageproxy", "models", "default", "maintenance"]) expect(order).not.toContain(name);
  });
  test("puts those first that somebody named", () => {
    const order = importOrder(catalogue, {
      enabled: true,
      order: ["hash", "imageproxy", "hash", "metadata"],
    });
    expect(order.slice(0, 3)).toEqual(["hash", "metadata", "library-scan"]);
    expect(order).toHaveLength(suggestedOrder(catalogue).length);
  });
});

describe("what is left", () => {
  const all = () => true;
  test("is what waits, runs, or is to be tried again soon; paused and finished jobs are done for now", () => {
    const left = leftOf(
      [
        tally("hash", "file-hash", { waiting: 3, running: 1, delayed: 2, paused: 9, completed: 9 }),
        tally("hash", "file-hash", { waiting: 4 }),
        tally("thumbnail", "video-poster", { paused: 5, failed: 5 }),
        tally("metadata", "file-metadata", { delayed: 1 }),
      ],
      true,
      all,
    );
    expect([...left]).toEqual([
      ["hash", { waiting: 7, running: 1, delayed: 2 }],
      ["metadata", { waiting: 0, running: 0, delayed: 1 }],
    ]);
  });
  test("does not count jobs that are due much later", () => {
    expect(leftOf([tally("hash", "file-hash", { delayed: 4 })], false, all).size).toBe(0);
  });
});

describe("a queue waits", () => {
  const order = ["metadata", "thumbnail", "preview", "transcription"];
  const left = (queues: Record<string, number>) =>
    new Map(Object.entries(queues).map(([q, waiting]) => [q, { waiting, delayed: 0, running: 0 }]));
  const texts = (queues: Record<string, number>) =>
    importHolds(order, left(queues), 0).map((hold) => {
      const held = order.filter((queue) => hold.holds({ queue, kind: "x", category: "cpu" }));
      return `${held}: ${hold.text}`;
    });

  test("after the nearest queue before it that has work, with the figure", () => {
    expect(texts({ thumbnail: 1204, preview: 3 })).toEqual([
      "preview: Import mode: after thumbnail (1,204 waiting)",
      "transcription: Import mode: after preview (3 waiting)",
    ]);
  });
  test("for nobody once those before it have drained", () => {
    expect(texts({ transcription: 5 })).toEqual([]);
    expect(texts({})).toEqual([]);
  });
  test("and running jobs run to their end", () => {
    expect(importHolds(order, left({ metadata: 1 }), 0).every(({ mode }) => mode === "drain")).toBe(true);
  });
  test("what it waits for is said when only running or put-off jobs are left", () => {
    const said = (running: number, delayed: number) =>
      importHolds(order, new Map([["metadata", { waiting: 0, running, delayed }]]), 0)[0]!.text;
    expect(said(2, 1)).toBe("Import mode: after metadata (2 running)");
    expect(said(0, 1)).toBe("Import mode: after metadata (1 to be tried again)");
  });
  test("a queue that has nothing to do waits as well, without a word about it", () => {
    const found = importHolds(order, left({ metadata: 1, preview: 1 }), 0);
    expect(found.map(({ isIdle }) => isIdle)).toEqual([true, false, true]);
  });
});

describe("the source", () => {
  function setUp() {
    const clock = new FakeClock();
    const world = {
      enabled: true,
      tallies: [] as LaneTally[],
      due: undefined as number | undefined,
      still: new Set<string>(),
      finished: 0,
    };
    const source = importModeSource({
      catalogue,
      setting: () => ({ enabled: world.enabled }),
      tallies: async () => world.tallies,
      nextDue: async () => world.due,
      standsStill: ({ queue }) => world.still.has(queue),
      now: () => clock.now(),
      finish: async () => {
        world.finished++;
        world.enabled = false;
      },
    });
    const step = async (ms = 2_000) => {
      await clock.advance(ms);
      await source.step(signal);
      return source.found(clock.now()).filter(({ isIdle }) => !isIdle);
    };
    return { clock, world, source, step };
  }
  const posters = tally("thumbnail", "video-poster", { waiting: 5 });
  const hashes = tally("hash", "file-hash", { waiting: 5 });

  test("releases a queue as those before it drain", async () => {
    const { world, step } = setUp();
    world.tallies = [posters, hashes];
    expect((await step()).map(({ text }) => text)).toEqual(["Import mode: after thumbnail (5 waiting)"]);
    world.tallies = [hashes];
    expect(await step()).toEqual([]);
  });
  test("a queue that somebody paused keeps nobody waiting, nor do kinds this build cannot run", async () => {
    const { world, step } = setUp();
    world.tallies = [posters, hashes, tally("metadata", "from-the-future", { waiting: 1 })];
    world.still.add("thumbnail");
    expect(await step()).toEqual([]);
  });
  test("a retry in two minutes keeps the next queue waiting, a job for tomorrow does not", async () => {
    const { clock, world, step } = setUp();
    world.tallies = [tally("thumbnail", "video-poster", { delayed: 1 }), hashes];
    world.due = clock.now() + 120_000;
    expect(await step()).toHaveLength(1);
    world.due = clock.now() + 86_400_000;
    expect(await step()).toEqual([]);
  });
  test("is over when nothing has come for a minute", async () => {
    const { world, step } = setUp();
    world.tallies = [posters];
    await step();
    world.tallies = [];
    await step();
    await step(50_000);
    world.tallies = [hashes];
    await step(5_000);
    world.tallies = [];
    await step();
    await step(58_000);
    expect(world.finished).toBe(0);
    await step();
    expect(world.finished).toBe(1);
    await step(120_000);
    expect(world.finished).toBe(1);
  });
  test("stays on until there has been something to import", async () => {
    const { world, step } = setUp();
    await step();
    await step(3_600_000);
    expect(world.finished).toBe(0);
  });
  test("switched off it holds nothing, at once", async () => {
    const { clock, world, source, step } = setUp();
    world.tallies = [posters, hashes];
    await step();
    world.enabled = false;
    expect(source.found(clock.now())).toEqual([]);
  });
});
