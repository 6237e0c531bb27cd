// Which files every kind leaves alone when it looks for work by itself.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { backfillStrike, type FileRow, file, folder, library } from "../../src/db/tables/library.ts";
import { createCatalogue } from "../../src/jobs/index.ts";
import { transformCacheLoop } from "../../src/library/transform-cache.ts";
import { type TestApp, testApp } from "../support/app.ts";

const kinds = createCatalogue().kinds.filter(
  (kind) => kind.pending && kind.params.safeParse({ fileId: 1 }).success,
);

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  app.tools.prewarms = true;
  // Nothing is made beforehand until the cache is known.
  await transformCacheLoop(app).step(new AbortController().signal);
  // For what is found on disk.
  const root = join(app.paths.root, "media");
  mkdirSync(root);
  writeFileSync(join(root, "2.jpg.xmp"), "<x:xmpmeta/>");
  const now = new Date(app.clock.now());
  const flags = { public: false, watch: false, readOnly: false, nsfw: false };
  const scanned = { scanVideos: true, scanImages: true, scanAudio: true };
  const recognise = { objects: true, faces: true, audio: true, transcribe: true };
  await app.db
    .insert(library)
    .values({ id: 1, name: "L", path: root, ...flags, ...scanned, recognise, createdAt: now });
  await app.db.insert(folder).values({ id: 1, libraryId: 1, path: "", name: "", createdAt: now });
  // A film, a picture and a song of which nothing has been made.
  const codecs = { container: "avi", video: "mpeg4", audio: "mp3", subtitles: ["subrip"] };
  for (const [id, type, extension] of [
    [1, "video", "avi"],
    [2, "image", "jpg"],
    [3, "audio", "mp3"],
  ] as const)
    await app.db.insert(file).values({
      id,
      libraryId: 1,
      folderId: 1,
      path: `${id}.${extension}`,
      name: `${id}.${extension}`,
      type,
      mimeType: `${type}/x`,
      sizeBytes: 1,
      mtimeMs: 1,
      inode: `${id}`,
      durationS: 10,
      codecs,
      createdAt: now,
      updatedAt: now,
    });
});
afterAll(() => app.close());

async function wanted(kind: (typeof kinds)[number]): Promise<number[]> {
  const ids: number[] = [];
  for await (const { fileId } of kind.pending!(app.tools)) ids.push(fileId);
  return ids;
}

const all = (set: Partial<FileRow>) => app.db.update(file).set(set);

test("there are kinds to look at", () => expect(kinds.length).toBeGreaterThanOrEqual(5));

describe.each(kinds.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  test("finds files that lack its result, and leaves those alone on which three backfills failed", async () => {
    const found = await wanted(kind);
    expect(found.length).toBeGreaterThan(0);
    const strike = (strikes: number) =>
      app.db
        .insert(backfillStrike)
        .values(found.map((fileId) => ({ fileId, kind: kind.name, strikes })))
        .onConflictDoUpdate({ target: [backfillStrike.fileId, backfillStrike.kind], set: { strikes } });
    await strike(2);
    expect(await wanted(kind)).toEqual(found);
    await strike(3);
    expect(await wanted(kind)).toEqual([]);
    await app.db.delete(backfillStrike).where(eq(backfillStrike.kind, kind.name));
  });

  test("leaves files in quarantine, in the trash or missing alone", async () => {
    const found = await wanted(kind);
    await all({ state: "quarantined" });
    expect(await wanted(kind)).toEqual([]);
    await all({ state: "missing" });
    expect(await wanted(kind)).toEqual([]);
    await all({ state: "ok", trashedAt: new Date(1) });
    expect(await wanted(kind)).toEqual([]);
    await all({ trashedAt: null });
    expect(await wanted(kind)).toEqual(found);
  });

  test("starts nothing on a file in quarantine", async () => {
    const [fileId] = await wanted(kind);
    await all({ state: "quarantined", reasonCode: "tool.crashed", reason: "segmentation fault" });
    const refusal = await app.queue.enqueue(kind.name, { fileId }).catch((error) => error);
    expect(refusal).toMatchObject({ status: 409, code: "file.quarantined" });
    await all({ state: "ok", reasonCode: null, reason: null });
  });
});

test("a picture that somebody excluded can still be looked at, unlike one that keeps failing", async () => {
  const ask = () => app.queue.enqueue("image-transform", { fileId: 2, w: 100 }).catch((error) => error);
  await all({ state: "quarantined", reasonCode: "tool.crashed", reason: "segmentation fault" });
  expect(await ask()).toMatchObject({ code: "file.quarantined" });
  await all({ state: "quarantined", reasonCode: "excluded", reason: "leave it" });
  expect(await ask()).toMatchObject({ deduplicated: false });
  await all({ state: "ok", reasonCode: null, reason: null });
});
