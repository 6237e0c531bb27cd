import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { derivative, file } from "../../src/db/tables/library.ts";
import { fileView } from "../../src/library/file-view.ts";
import { absolutePath, fileStats, listFiles, saveFacts, trashFile } from "../../src/library/files.ts";
import { listFolder } from "../../src/library/folders.ts";
import { GiveUp, NotFound } from "../../src/runtime/errors.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
let id: number;
beforeEach(async () => {
  at = mediaFolder();
  for (const path of [
    "root.jpg",
    "2023/x.jpg",
    "2024/a.jpg",
    "2024/b 100%.jpg",
    "2024/june/c.jpg",
    "2024-more/d.jpg",
  ])
    at.put(path);
  id = await at.library();
  await at.scan(id);
});
afterEach(() => at.remove());

const names = async (filter: Parameters<typeof listFiles>[1]) =>
  (await listFiles(at.parts.db, { sort: "path", ascending: true, ...filter })).files.map((row) => row.path);
const rowAt = async (path: string) => (await at.parts.db.select().from(file).where(eq(file.path, path)))[0]!;

describe("listing", () => {
  test("a folder alone, or with all below it and nothing beside it", async () => {
    expect(await names({ libraryId: id, folder: "" })).toEqual(["root.jpg"]);
    expect(await names({ libraryId: id, folder: "2024" })).toEqual(["2024/a.jpg", "2024/b 100%.jpg"]);
    expect(await names({ libraryId: id, folder: "2024", deep: true })).toEqual([
      "2024/a.jpg",
      "2024/b 100%.jpg",
      "2024/june/c.jpg",
    ]);
    expect((await names({ libraryId: id, folder: "", deep: true })).length).toBe(6);
  });

  test("by a part of the path, in which % and _ mean themselves", async () => {
    expect(await names({ text: "JUNE" })).toEqual(["2024/june/c.jpg"]);
    expect(await names({ text: "0%" })).toEqual(["2024/b 100%.jpg"]);
    expect(await names({ text: "_" })).toEqual([]);
  });

  test("in pages, with the total of all", async () => {
    const { files, total } = await listFiles(at.parts.db, {
      sort: "path",
      ascending: true,
      offset: 4,
      limit: 4,
    });
    expect([files.map((row) => row.path), total]).toEqual([["2024/june/c.jpg", "root.jpg"], 6]);
  });

  test("newest capture first, files without a date last", async () => {
    await saveFacts(at.parts.db, (await rowAt("root.jpg")).id, { capturedAt: new Date(1000) }, 1);
    await saveFacts(at.parts.db, (await rowAt("2023/x.jpg")).id, { capturedAt: new Date(2000) }, 1);
    const { files } = await listFiles(at.parts.db, {});
    expect(files.slice(0, 2).map((row) => row.path)).toEqual(["2023/x.jpg", "root.jpg"]);
  });

  test("without the trash, or the trash alone", async () => {
    await trashFile(at.parts.db, (await rowAt("root.jpg")).id, 7);
    expect((await names({})).length).toBe(5);
    expect(await names({ trashed: true })).toEqual(["root.jpg"]);
  });

  test("with or without the files of NSFW libraries", async () => {
    const other = join(at.top, "other");
    mkdirSync(other);
    writeFileSync(join(other, "n.jpg"), "x");
    await at.scan(await at.library({ path: other, nsfw: true }));
    expect(await names({ nsfw: true })).toEqual(["n.jpg"]);
    expect(await names({ nsfw: false })).not.toContain("n.jpg");
    expect(await names({})).toContain("n.jpg");
  });
});

describe("a file's place on disk", () => {
  test("is its real path", async () => {
    expect(await absolutePath(at.parts.db, await rowAt("2024/a.jpg"))).toBe(join(at.media, "2024/a.jpg"));
  });

  test("never leads out of the library, also when a folder was replaced by a symlink", async () => {
    const outside = join(at.top, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "a.jpg"), "secret");
    rmSync(join(at.media, "2024"), { recursive: true });
    symlinkSync(outside, join(at.media, "2024"));
    const error = await absolutePath(at.parts.db, await rowAt("2024/a.jpg")).catch((e) => e);
    expect(error).toBeInstanceOf(GiveUp);
    expect(error.code).toBe("input.missing");
  });

  test("says that it is missing when it is", async () => {
    rmSync(join(at.media, "root.jpg"));
    expect(absolutePath(at.parts.db, await rowAt("root.jpg"))).rejects.toMatchObject({
      code: "input.missing",
    });
  });
});

test("the overview counts what is not in the trash", async () => {
  const before = await fileStats(at.parts.db);
  expect(before).toMatchObject({ files: 6, libraries: 1, folders: 5 });
  const { id: fileId, sizeBytes } = await rowAt("root.jpg");
  await trashFile(at.parts.db, fileId, 7);
  expect(await fileStats(at.parts.db)).toMatchObject({
    files: 5,
    storageBytes: before.storageBytes - sizeBytes,
  });
});

describe("a folder's listing", () => {
  test("has its subfolders with the files in and below them, and the way to it", async () => {
    const root = await listFolder(at.parts.db, id);
    expect(root.subfolders.map(({ path, files }) => [path, files])).toEqual([
      ["2023", 1],
      ["2024", 3],
      ["2024-more", 1],
    ]);
    const june = await listFolder(at.parts.db, id, "2024/june");
    expect(june.trail).toEqual([
      { path: "", name: "" },
      { path: "2024", name: "2024" },
      { path: "2024/june", name: "june" },
    ]);
  });

  test("shows a picture for each that has one, from below if need be", async () => {
    const { id: fileId } = await rowAt("2024/june/c.jpg");
    await at.parts.db.insert(derivative).values({
      fileId,
      kind: "thumbnail",
      variant: "webp-240",
      path: "x",
      mimeType: "image/webp",
      sizeBytes: 1,
      createdAt: new Date(),
    });
    const { subfolders } = await listFolder(at.parts.db, id);
    expect(subfolders.map((one) => one.coverFileId)).toEqual([null, fileId, null]);
  });

  test("leaves out folders whose files are all in the trash, and knows no others", async () => {
    await trashFile(at.parts.db, (await rowAt("2023/x.jpg")).id, 7);
    expect((await listFolder(at.parts.db, id)).subfolders.map((one) => one.path)).toEqual([
      "2024",
      "2024-more",
    ]);
    expect(listFolder(at.parts.db, id, "nowhere")).rejects.toBeInstanceOf(NotFound);
  });
});

test("the API's File names its duplicates and its derivatives by string ids", async () => {
  const [a, b] = [await rowAt("2024/a.jpg"), await rowAt("root.jpg")];
  for (const row of [a, b]) await saveFacts(at.parts.db, row.id, { sha256: "same" }, 1);
  const view = await fileView(at.parts.db, await rowAt("2024/a.jpg"), "/base");
  expect(view).toMatchObject({
    id: String(a.id),
    libraryId: String(id),
    path: "2024/a.jpg",
    duplicatesOf: [String(b.id)],
    gps: null,
  });
});

test("a missing file says so, whatever was wrong with it before", async () => {
  rmSync(join(at.media, "root.jpg"));
  await at.scan(id);
  expect(await fileView(at.parts.db, await rowAt("root.jpg"))).toMatchObject({
    state: "missing",
    reasonCode: "input.missing",
  });
});
