// What leaves the trash for good, and what becomes of its media.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { derivative, file, library } from "../../src/db/tables/library.ts";
import { forgottenFile } from "../../src/db/tables/media.ts";
import { purgeTrash } from "../../src/jobs/purge-trash.ts";
import { derivativePath, writeDerivative } from "../../src/library/derivatives.ts";
import { remember } from "../../src/library/forgotten.ts";
import { purgeFiles } from "../../src/library/purge.ts";
import { scanLibrary } from "../../src/library/scan.ts";
import { restoreFiles, trashFiles } from "../../src/library/trash.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

setDefaultTimeout(30_000);
const day = 86_400_000;
let at: MediaTools;
let scanId = 100;
let setting = { days: 30, deleteMedia: false };

beforeEach(async () => {
  at = await mediaTools();
  setting = { days: 30, deleteMedia: false };
  at.tools.settings = { get: () => setting } as never;
  for (const name of ["a.jpg", "sub/b.jpg", "c.jpg"]) put(name, name);
  await scan();
});
afterEach(() => at.close());

function put(name: string, content: string) {
  const path = join(at.root, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
}
const scan = () =>
  scanLibrary(
    at.tools,
    { libraryId: 1, type: "image", scanId: scanId++ },
    { signal: new AbortController().signal, progress: () => {}, log: () => {}, found: async () => {} },
  );
const paths = async () => (await at.tools.db.select().from(file)).map((row) => row.path).sort();
const idOf = async (path: string) =>
  (await at.tools.db.select().from(file).where(eq(file.path, path)))[0]!.id;
const trash = async (path: string, daysAgo: number) => {
  const id = await idOf(path);
  await trashFiles(at.tools.db, [id], Date.now() - daysAgo * day);
  return id;
};
const isOnDisk = (name: string) => existsSync(join(at.root, name));

test("only what has lain there for longer than the setting says leaves, with all that was made from it", async () => {
  const id = await trash("a.jpg", 31);
  await trash("sub/b.jpg", 29);
  const made = await writeDerivative(
    at.tools,
    id,
    "thumbnail",
    "x",
    { extension: "webp", mimeType: "image/webp" },
    async (path) => writeFileSync(path, "x"),
  );
  const { lines } = await at.run(purgeTrash, {});
  expect(await paths()).toEqual(["c.jpg", "sub/b.jpg"]);
  expect(existsSync(derivativePath(at.tools.paths, made))).toBe(false);
  expect(await at.tools.db.select().from(derivative)).toEqual([]);
  expect(isOnDisk("a.jpg")).toBe(true);
  expect(lines.join()).toContain("a.jpg is forgotten; its media file stays");
});

test("media that stayed are not found again until they change, or somebody brings them back", async () => {
  await trash("a.jpg", 31);
  await trash("c.jpg", 31);
  await at.run(purgeTrash, {});
  expect(await scan()).toMatchObject({ added: 0 });
  expect(await paths()).toEqual(["sub/b.jpg"]);
  put("a.jpg", "other bytes");
  expect(await scan()).toMatchObject({ added: 1 });
  await remember(at.tools.db, 1, ["c.jpg"]);
  expect(await scan()).toMatchObject({ added: 1 });
  expect(await at.tools.db.select().from(forgottenFile)).toEqual([]);
  expect(await paths()).toEqual(["a.jpg", "c.jpg", "sub/b.jpg"]);
});

test("media are deleted where the setting says so, and only then", async () => {
  setting.deleteMedia = true;
  await trash("sub/b.jpg", 31);
  const { lines } = await at.run(purgeTrash, {});
  expect(isOnDisk("sub/b.jpg")).toBe(false);
  expect(isOnDisk("a.jpg")).toBe(true);
  expect(lines.join()).toContain("was deleted from the disk");
  expect(await at.tools.db.select().from(forgottenFile)).toEqual([]);
});

test("in a read-only library the media stay whatever the setting says", async () => {
  setting.deleteMedia = true;
  await at.tools.db.update(library).set({ readOnly: true });
  await trash("a.jpg", 31);
  await at.run(purgeTrash, {});
  expect(isOnDisk("a.jpg")).toBe(true);
  expect(await at.tools.db.select().from(forgottenFile)).toMatchObject([{ path: "a.jpg" }]);
});

test("a file that is another one by now is not deleted, and stays in the trash", async () => {
  setting.deleteMedia = true;
  await trash("a.jpg", 31);
  await trash("c.jpg", 31);
  put("a.jpg", "precious");
  // Of the same size and date, but another file.
  const { mtimeMs } = (await at.tools.db.select().from(file).where(eq(file.path, "c.jpg")))[0]!;
  writeFileSync(join(at.root, "c.new"), "C.JPG");
  unlinkSync(join(at.root, "c.jpg"));
  put("c.jpg", "C.JPG");
  utimesSync(join(at.root, "c.jpg"), mtimeMs / 1000, mtimeMs / 1000);
  expect(await at.run(purgeTrash, {}).catch((e) => e.code)).toBe("input.changed");
  expect([isOnDisk("a.jpg"), isOnDisk("c.jpg")]).toEqual([true, true]);
  expect(await paths()).toEqual(["a.jpg", "c.jpg", "sub/b.jpg"]);
});

test("nothing is deleted through a link that leads out, nor a folder", async () => {
  setting.deleteMedia = true;
  await trash("sub/b.jpg", 31);
  await trash("a.jpg", 31);
  const outside = join(at.root, "../outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "b.jpg"), "sub/b.jpg");
  unlinkSync(join(at.root, "sub/b.jpg"));
  const { rmdirSync } = await import("node:fs");
  rmdirSync(join(at.root, "sub"));
  symlinkSync(outside, join(at.root, "sub"));
  unlinkSync(join(at.root, "a.jpg"));
  mkdirSync(join(at.root, "a.jpg"));
  await at.run(purgeTrash, {}).catch(() => {});
  expect(existsSync(join(outside, "b.jpg"))).toBe(true);
  expect(isOnDisk("a.jpg")).toBe(true);
  expect(await paths()).toEqual(["a.jpg", "c.jpg", "sub/b.jpg"]);
});

test("a disk that cannot be written to keeps the row, and the job says so", async () => {
  setting.deleteMedia = true;
  await trash("a.jpg", 31);
  await at.tools.db.update(library).set({ rootIdentity: "1:1" });
  expect(await at.run(purgeTrash, {}).catch((e) => e.message)).toContain("is its disk mounted");
  expect(await paths()).toContain("a.jpg");
});

test("what is restored while a purge stands before it is not deleted", async () => {
  const ids = [await trash("a.jpg", 31), await trash("c.jpg", 31)];
  const { db, paths: data } = at.tools;
  const ask = { ids, trashedBefore: new Date(), deleteMedia: true };
  const step = async () => void (await restoreFiles(db, [ids[1]!], Date.now()));
  const purged = await purgeFiles({ db, paths: data, now: Date.now }, ask, { step, log: () => {} });
  expect(purged).toMatchObject({ removed: 1, deleted: 1, kept: [] });
  expect([isOnDisk("a.jpg"), isOnDisk("c.jpg")]).toEqual([false, true]);
  expect(await paths()).toContain("c.jpg");
});

test("nor what lies in a library that was made read-only meanwhile", async () => {
  const ids = [await trash("a.jpg", 31)];
  const { db, paths: data } = at.tools;
  const step = async () => void (await db.update(library).set({ readOnly: true }));
  const ask = { ids, trashedBefore: new Date(), deleteMedia: true };
  const purged = await purgeFiles({ db, paths: data, now: Date.now }, ask, { step, log: () => {} });
  expect([purged.removed, purged.deleted, isOnDisk("a.jpg")]).toEqual([1, 0, true]);
});

test("a file that another row shows as well, from a folder that is mounted twice, is not deleted", async () => {
  setting.deleteMedia = true;
  const id = await trash("sub/b.jpg", 31);
  symlinkSync(join(at.root, "sub"), join(at.root, "alias"));
  const [row] = await at.tools.db.select().from(file).where(eq(file.id, id));
  const { id: _, ...facts } = row!;
  await at.tools.db.insert(file).values({ ...facts, path: "alias/b.jpg", trashedAt: null });
  expect(await at.run(purgeTrash, {}).catch((e) => e.message)).toContain(
    "alias/b.jpg, which is not in the trash",
  );
  expect(isOnDisk("sub/b.jpg")).toBe(true);
});

test("days of 0 mean never by itself; what was asked for by name goes all the same", async () => {
  setting.days = 0;
  const id = await trash("a.jpg", 400);
  expect((await at.run(purgeTrash, {})).result?.notNeeded).toContain("settings");
  await at.run(purgeTrash, { fileIds: [id], trashedBefore: new Date().toISOString() });
  expect(await paths()).toEqual(["c.jpg", "sub/b.jpg"]);
});

test("what was put there after the question was asked stays", async () => {
  await trash("a.jpg", 2);
  await trash("c.jpg", 0);
  await at.run(purgeTrash, { trashedBefore: new Date(Date.now() - day).toISOString() });
  expect(await paths()).toEqual(["c.jpg", "sub/b.jpg"]);
});

test("it is asked for by itself only when something is due", async () => {
  const pending = async () => (await Array.fromAsync(purgeTrash.pending!(at.tools))).length;
  await trash("a.jpg", 29);
  expect(await pending()).toBe(0);
  await trash("c.jpg", 31);
  expect(await pending()).toBe(1);
});
