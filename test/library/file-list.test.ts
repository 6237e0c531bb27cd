// How lists of many files are read: from indexes that cover what they filter and sort by, and in short steps.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { countFiles, type FileFilter, listFiles, recentFiles } from "../../src/library/file-list.ts";
import { listFolder } from "../../src/library/folders.ts";
import { markMissing } from "../../src/library/missing.ts";
import { emptyReport } from "../../src/library/walk.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { type ManyFiles, manyFiles } from "../support/many-files.ts";

const files = 12_000;
let many: ManyFiles;
beforeAll(() => {
  many = manyFiles(files);
});
afterAll(() => many.close());

/** Steps of a plan that read rows of files which are not shown. */
const readsRows = (plan: string) =>
  plan.split("; ").filter((step) => / file\b/.test(step) && !/COVERING INDEX|INTEGER PRIMARY KEY/.test(step));

const filters: Record<string, FileFilter> = {
  all: {},
  "a type": { type: "image" },
  "a state": { state: "ok" },
  "a rare state": { state: "invalid" },
  "a library": { libraryId: 1 },
  "a library, a type and a state": { libraryId: 1, type: "image", state: "ok" },
  "what is safe for work": { nsfw: false },
  "what is not": { nsfw: true },
  "the trash": { trashed: true },
  "a folder": { libraryId: 1, folder: "f7" },
  "everything below a folder": { libraryId: 1, folder: "f7", deep: true },
  "a text of many": { text: "img", type: "image" },
  "a text of few": { text: "IMG_77", libraryId: 1 },
};

describe("a list by", () => {
  for (const [name, filter] of Object.entries(filters))
    test(`${name} reads no row but those of its page, in any order`, async () => {
      for (const sort of ["captured", "added", "name", "path", "size"] as const) {
        many.plans();
        await listFiles(many.db, { ...filter, sort, offset: 10, limit: 5 });
        expect([sort, ...many.plans().flatMap(readsRows)]).toEqual([sort]);
      }
    });

  test("a broad filter is not sorted: an index is in its order", async () => {
    for (const sort of ["captured", "added", "name", "path", "size"] as const) {
      many.plans();
      await listFiles(many.db, { libraryId: 1, type: "image", sort });
      expect([sort, many.plans().filter((plan) => plan.includes("TEMP B-TREE"))]).toEqual([sort, []]);
    }
  });
});

test("the pages of a broad filter are one list without gaps or repetitions", async () => {
  const filter: FileFilter = { type: "image", state: "ok", sort: "size" };
  const whole = await listFiles(many.db, { ...filter, limit: files });
  expect(whole.files.length).toBe(whole.total);
  const bySize = whole.files.map((row) => row.sizeBytes);
  expect(bySize).toEqual([...bySize].sort((a, b) => b - a));
  const page = await listFiles(many.db, { ...filter, offset: 5000, limit: 40 });
  expect(page.files.map((row) => row.id)).toEqual(whole.files.slice(5000, 5040).map((row) => row.id));
});

test("a text of many files is counted and sorted as a whole", async () => {
  const { files: page, total } = await listFiles(many.db, {
    text: "img_",
    sort: "name",
    offset: 9000,
    limit: 3,
  });
  expect(total).toBe(await countFiles(many.db, {}));
  const all = await listFiles(many.db, { sort: "name", offset: 9000, limit: 3 });
  expect(page.map((row) => row.id)).toEqual(all.files.map((row) => row.id));
});

test("a search lets other requests have their turn", async () => {
  expect(await many.turnsDuring(() => listFiles(many.db, { text: "nothing" }))).toBeGreaterThan(0);
});

test("the newest are found without looking through the others", async () => {
  many.plans();
  const newest = await recentFiles(many.db, 3);
  expect(newest.map((row) => row.id)).toEqual([files - 1, files - 2, files - 3]);
  expect(many.plans().flatMap(readsRows)).toEqual([]);
});

test("a folder of a thousand folders is a few questions, none of which reads all files", async () => {
  many.plans();
  const { subfolders } = await listFolder(many.db, 1);
  expect(subfolders.length).toBe(files / 10);
  expect(subfolders.find((one) => one.path === "f10")!.files).toBe(9);
  expect(many.plans().length).toBeLessThan(5);
});

test("looking for what a scan did not see lets others have their turn, though it saw everything", async () => {
  const of = { library: { id: 1, path: "/many" }, type: "image", scanId: 1, report: emptyReport() };
  const signal = new AbortController().signal;
  const parts = { db: many.db, clock: new FakeClock() };
  const mark = () => markMissing(parts as never, { ...of, signal, log() {} } as never);
  expect(await many.turnsDuring(mark)).toBeGreaterThan(5);
  expect(await countFiles(many.db, { state: "missing" })).toBe(0);
});
