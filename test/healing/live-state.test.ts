// What a server notes for commands beside it comes back as it was.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { liveStateLoop, readLiveState } from "../../src/healing/live-state.ts";
import type { Blocked } from "../../src/queue/budget.ts";
import type { Hold } from "../../src/queue/hold.ts";
import type { LiveFacts } from "../../src/queue/whys.ts";
import { addFile, addLibrary, type MediaSite, mediaSite } from "../support/media-site.ts";

let at: MediaSite;
let holds: Hold[];
let blocked: Blocked | undefined;
const signal = new AbortController().signal;

beforeEach(async () => {
  at = await mediaSite();
  holds = [];
  blocked = undefined;
});
afterEach(() => at.close());

const live: LiveFacts = {
  blocked: () => blocked,
  holds: () => holds,
  waitsForSlot: () => false,
  queueLimit: (queue) => (queue === "thumbnail" ? 2 : 1),
  isServed: true,
};
const loop = () => liveStateLoop({ ...at.app, catalogue: at.app.queue.catalogue, live, pid: 4711 });

describe("the live state", () => {
  test("brings back limits and reasons to yield, each for the lanes it concerns", async () => {
    const library = await addLibrary(at);
    const row = await addFile(at, library, "a.jpg");
    await at.app.queue.enqueue("image-thumbnail", { fileId: row.id });
    const [lane] = await at.app.store.lanes();
    blocked = { by: "queue", running: 2, limit: 2 };
    holds = [
      {
        code: "disk",
        text: "1.2 GB are free, jobs that write need 2.0 GB",
        since: new Date(1),
        until: new Date(2),
        mode: "drain",
        holds: ({ kind }) => kind === "image-thumbnail" || kind === "video-poster",
      },
    ];
    await loop().step(signal);
    const noted = (await readLiveState(at.app.db))!;
    expect(noted).toMatchObject({ pid: 4711, at: new Date(at.app.clock.now()) });
    expect(noted.live.blocked(lane!)).toEqual(blocked);
    expect(noted.live.blocked({ ...lane!, kind: "file-hash" })).toBeUndefined();
    expect(noted.live.queueLimit("thumbnail")).toBe(2);
    const [hold] = noted.live.holds();
    expect(hold).toMatchObject({
      code: "disk",
      text: holds[0]!.text,
      since: new Date(1),
      until: new Date(2),
    });
    const lanes = [
      { queue: "thumbnail", kind: "video-poster", category: "cpu" },
      { queue: "hash", kind: "file-hash", category: "cpu" },
    ] as const;
    // Also of a kind that has no job yet.
    expect(lanes.map((one) => hold!.holds(one))).toEqual([true, false]);
  });

  test("is written when something has changed, and not otherwise", async () => {
    const { step } = loop();
    await step(signal);
    const first = at.app.clock.now();
    await at.app.clock.advance(5000);
    await step(signal);
    expect((await readLiveState(at.app.db))!.at.getTime()).toBe(first);
    holds = [
      { code: "load", text: "Busy", since: new Date(1), until: null, mode: "freeze", holds: () => true },
    ];
    await step(signal);
    expect((await readLiveState(at.app.db))!.at.getTime()).toBe(first + 5000);
  });

  test("knows which frozen runs wait for their slot", async () => {
    const { queue, store, clock } = at.app;
    const row = await addFile(at, await addLibrary(at), "a.jpg");
    const { id } = await queue.enqueue("file-hash", { fileId: row.id });
    const lanes = (await store.lanes()).map((lane) => lane.id);
    await store.claim({ lanes, worker: "w", now: clock.now(), leaseMs: 60_000 });
    const waiting = { ...live, waitsForSlot: (job: number) => job === id };
    await liveStateLoop({ ...at.app, catalogue: queue.catalogue, live: waiting }).step(signal);
    const noted = (await readLiveState(at.app.db))!.live;
    expect([noted.waitsForSlot(id), noted.waitsForSlot(id + 1)]).toEqual([true, false]);
  });

  test("is unknown before any server has written it", async () => {
    expect(await readLiveState(at.app.db)).toBeUndefined();
  });
});
