import { afterEach, beforeEach, expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { library } from "../../src/db/tables/library.ts";
import { autoScanLoop, autoScanSchedule } from "../../src/library/auto-scan.ts";
import type { Asked } from "../../src/queue/queue.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
let asked: Asked[];
let autoScan: { enabled: boolean; intervalMinutes: number };
beforeEach(() => {
  at = mediaFolder();
  asked = [];
  autoScan = { enabled: true, intervalMinutes: 60 };
});
afterEach(() => at.remove());

const scanKinds = { video: "library-scan", image: "gallery-scan", audio: "audio-scan" };
const settings = { get: () => autoScan as never };
const queue = {
  knows: () => true,
  enqueueMany: async (more: Asked[]) => {
    asked.push(...more);
    return { enqueued: more.length, skipped: 0, jobIds: [] };
  },
};
const step = async () => {
  asked = [];
  await autoScanLoop({ ...at.parts, queue, settings, scanKinds }).step(new AbortController().signal);
  return asked.map((one) => one.kind);
};

test("a library that was never scanned is due at once, for the types it is scanned for", async () => {
  await at.library({ scan: { videos: false } });
  expect(await step()).toEqual(["gallery-scan", "audio-scan"]);
});

test("then again when the interval has passed since its last scan, not sooner", async () => {
  at.put("a.jpg");
  const id = await at.library({ scan: { videos: false, audio: false } });
  await at.scan(id);
  expect(await step()).toEqual([]);
  await at.parts.clock.advance(59 * 60_000);
  expect(await step()).toEqual([]);
  await at.parts.clock.advance(60_000);
  expect(await step()).toEqual(["gallery-scan"]);
});

test("never while it is off", async () => {
  await at.library();
  autoScan.enabled = false;
  expect(await step()).toEqual([]);
  expect((await autoScanSchedule({ ...at.parts, settings })).nextAt).toBeNull();
});

test("an unmounted library fails once and is not tried again until its root is back", async () => {
  at.put("a.jpg");
  const id = await at.library({ scan: { videos: false, audio: false } });
  await at.scan(id);
  renameSync(at.media, join(at.top, "unmounted"));
  await at.parts.clock.advance(60 * 60_000);
  expect(await step()).toEqual(["gallery-scan"]);
  await at.scan(id).catch(() => {});
  await at.parts.clock.advance(60 * 60_000);
  expect(await step()).toEqual([]);
  renameSync(join(at.top, "unmounted"), at.media);
  await at.parts.clock.advance(60 * 60_000);
  expect(await step()).toEqual(["gallery-scan"]);
});

test("the schedule names the next time and the last", async () => {
  const id = await at.library();
  const lastScanAt = new Date(at.parts.clock.now());
  await at.parts.db.update(library).set({ lastScanAt }).where(eq(library.id, id));
  expect(await autoScanSchedule({ ...at.parts, settings })).toEqual({
    enabled: true,
    intervalMinutes: 60,
    lastAt: lastScanAt,
    nextAt: new Date(lastScanAt.getTime() + 3_600_000),
  });
});
