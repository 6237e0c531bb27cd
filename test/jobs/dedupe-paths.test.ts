// One file that stands in the lists twice becomes one row, and nothing that was known of either is lost.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { derivative, type FileRow, file, folder } from "../../src/db/tables/library.ts";
import { collection, collectionFile, fileTag, forgottenFile, moment } from "../../src/db/tables/media.ts";
import { dedupePaths } from "../../src/jobs/dedupe-paths.ts";
import { mergeDoubles } from "../../src/library/double-paths.ts";
import { getFile } from "../../src/library/files.ts";
import { scanLibrary } from "../../src/library/scan.ts";
import { trashFiles } from "../../src/library/trash.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

let at: MediaTools;
let scanId = 100;
beforeEach(async () => {
  at = await mediaTools();
});
afterEach(() => at.close());

const scan = () =>
  scanLibrary(
    at.tools,
    { libraryId: 1, type: "image", scanId: scanId++ },
    { signal: new AbortController().signal, progress: () => {}, log: () => {}, found: async () => {} },
  );
const rows = () => at.tools.db.select().from(file);
const now = new Date();

/** A second row for what lies at `path`, as of a folder that is mounted at two places. */
async function again(row: FileRow, path: string): Promise<FileRow> {
  const { id: _, ...facts } = row;
  const [made] = await at.tools.db
    .insert(file)
    .values({ ...facts, path, name: path.split("/").at(-1)! })
    .returning();
  return made!;
}

async function twice(): Promise<[FileRow, FileRow]> {
  mkdirSync(join(at.root, "real"));
  writeFileSync(join(at.root, "real/a.jpg"), "a");
  symlinkSync(join(at.root, "real"), join(at.root, "alias"));
  await scan();
  const [first] = await rows();
  return [first!, await again(first!, "alias/a.jpg")];
}

test("a folder that is mounted twice: one row is left, and the next scan does not bring the other back", async () => {
  const [first, second] = await twice();
  const { lines } = await at.run(dedupePaths, {});
  expect(await rows()).toMatchObject([{ id: first.id, path: "real/a.jpg" }]);
  expect((await getFile(at.tools.db, second.id)).id).toBe(first.id);
  expect(await at.tools.db.select().from(forgottenFile)).toMatchObject([{ path: "alias/a.jpg" }]);
  expect(lines.join()).toContain("Test: alias/a.jpg is Test: real/a.jpg; merged into file 1.");
  expect((await at.run(dedupePaths, {})).result?.notNeeded).toBe("No file stands at two paths.");
});

test("what people and jobs have said of either row is kept", async () => {
  const [first, second] = await twice();
  const { db } = at.tools;
  await db.insert(fileTag).values([
    { fileId: first.id, tag: "sea", source: "user" },
    { fileId: second.id, tag: "SEA", source: "user" },
    { fileId: second.id, tag: "boat", source: "user" },
  ]);
  await db.insert(moment).values({
    fileId: second.id,
    startMs: 0,
    endMs: 9,
    title: "wave",
    source: "user",
    createdAt: now,
    updatedAt: now,
  });
  const [album] = await db
    .insert(collection)
    .values({ name: "Best", coverFileId: second.id, createdAt: now, updatedAt: now })
    .returning();
  await db
    .insert(collectionFile)
    .values({ collectionId: album!.id, fileId: second.id, position: 1, addedAt: now });
  await db.insert(derivative).values({
    fileId: second.id,
    kind: "thumbnail",
    variant: "x",
    path: "x",
    mimeType: "image/webp",
    sizeBytes: 1,
    createdAt: now,
  });
  await at.run(dedupePaths, {});
  expect((await db.select().from(fileTag)).map((row) => [row.fileId, row.tag])).toEqual([
    [first.id, "boat"],
    [first.id, "sea"],
  ]);
  expect(await db.select().from(moment)).toMatchObject([{ fileId: first.id }]);
  expect(await db.select().from(collection)).toMatchObject([{ coverFileId: first.id }]);
  expect(await db.select().from(collectionFile)).toMatchObject([{ fileId: first.id }]);
  expect(await db.select().from(derivative)).toMatchObject([{ fileId: first.id }]);
});

test("two spellings of one name on a disk that takes them for one: the name on disk stays, with the older row", async () => {
  const [first, second] = await twice();
  // The disk lists only the second spelling.
  const namesIn = async (folderPath: string) => (folderPath.endsWith("alias") ? ["a.jpg"] : []);
  const merged = await mergeDoubles({ db: at.tools.db, now: Date.now(), namesIn }, [first, second], () => {});
  expect(merged).toMatchObject([
    { kept: { id: first.id, path: "alias/a.jpg" }, dropped: { path: "real/a.jpg" } },
  ]);
  expect(await rows()).toMatchObject([{ id: first.id, path: "alias/a.jpg" }]);
  // Nobody lists the other name: no scan can find it.
  expect(await at.tools.db.select().from(forgottenFile)).toEqual([]);
});

test("what lies in the trash under one name only does not take the other along", async () => {
  const [first] = await twice();
  await trashFiles(at.tools.db, [first.id], Date.now());
  await at.run(dedupePaths, {});
  expect(await rows()).toMatchObject([{ id: first.id, trashedAt: null }]);
});

test("hard links are two files, as whoever made them wanted", async () => {
  writeFileSync(join(at.root, "a.jpg"), "a");
  linkSync(join(at.root, "a.jpg"), join(at.root, "b.jpg"));
  await scan();
  const { lines, result } = await at.run(dedupePaths, {});
  expect(await rows()).toHaveLength(2);
  expect(lines.join()).toContain("hard links to one file; each stays");
  expect(result?.notNeeded).toBeDefined();
});

test("a name whose file has gone is a matter for the scan", async () => {
  const [first] = await twice();
  await at.tools.db
    .insert(folder)
    .values({ id: 9, libraryId: 1, path: "gone", name: "gone", createdAt: now });
  await again(first, "gone/a.jpg");
  await at.run(dedupePaths, {});
  expect((await rows()).map((row) => row.path)).toEqual(["real/a.jpg", "gone/a.jpg"]);
});
