import { afterEach, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { backfillStrike, file, folder, library } from "../../src/db/tables/library.ts";
import { backfillStrikes } from "../../src/jobs/backfill-strikes.ts";
import { Catalogue } from "../../src/queue/kind.ts";
import { GiveUp } from "../../src/runtime/errors.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { settled } from "../support/fake-clock.ts";
import { testKind } from "../support/queue.ts";

let app: TestApp;
afterEach(() => app.close());

async function strikesAfter(runs: { fails: boolean; backfill: boolean }[]): Promise<number> {
  let fails = false;
  const kind = testKind({
    about: () => ({ type: "file", id: 1, label: "a.jpg" }),
    act: () => {
      if (fails) throw new GiveUp("input.corrupt", "noise");
    },
  });
  app = await testApp({
    catalogue: new Catalogue([{ name: "a", section: "", description: "", weight: 1, base: 1 }], [kind]),
  });
  const libraryId = 1;
  const now = new Date(app.clock.now());
  const off = {
    scanVideos: false,
    scanAudio: false,
    nsfw: false,
    public: false,
    watch: false,
    readOnly: false,
  };
  const recognise = { objects: false, faces: false, audio: false, transcribe: false };
  await app.db.insert(library).values({
    id: libraryId,
    name: "L",
    path: "/nowhere",
    scanImages: true,
    ...off,
    recognise,
    createdAt: now,
  });
  await app.db.insert(folder).values({ id: 1, libraryId, path: "", name: "", createdAt: now });
  await app.db.insert(file).values({
    id: 1,
    libraryId,
    folderId: 1,
    path: "a.jpg",
    name: "a.jpg",
    type: "image",
    mimeType: "image/jpeg",
    sizeBytes: 1,
    mtimeMs: 1,
    inode: "1",
    createdAt: now,
    updatedAt: now,
  });
  const service = backfillStrikes(app);
  service.start();
  await app.worker.start();
  for (const run of runs) {
    fails = run.fails;
    await app.queue.enqueue("test", {}, { backfill: run.backfill });
    await settled();
  }
  await app.worker.stop();
  service.stop();
  const rows = await app.db.select().from(backfillStrike).where(eq(backfillStrike.fileId, 1));
  return rows[0]?.strikes ?? 0;
}

test("each failed job of a backfill is a strike", async () => {
  expect(
    await strikesAfter([
      { fails: true, backfill: true },
      { fails: true, backfill: true },
    ]),
  ).toBe(2);
});

test("a failure that somebody asked for by hand is none, and a success wipes them", async () => {
  expect(await strikesAfter([{ fails: true, backfill: false }])).toBe(0);
  await app.close();
  expect(
    await strikesAfter([
      { fails: true, backfill: true },
      { fails: false, backfill: false },
    ]),
  ).toBe(0);
});
