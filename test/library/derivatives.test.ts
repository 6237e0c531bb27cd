import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { file } from "../../src/db/tables/library.ts";
import {
  derivativePath,
  listDerivatives,
  removeDerivatives,
  writeDerivative,
  writeDerivativeFolder,
} from "../../src/library/derivatives.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
let fileId: number;
beforeEach(async () => {
  at = mediaFolder();
  at.put("a.jpg");
  await at.scan(await at.library());
  fileId = (await at.parts.db.select().from(file))[0]!.id;
});
afterEach(() => at.remove());

const form = { extension: "webp", mimeType: "image/webp" };
const write = (content: string, variant = "webp-240") =>
  writeDerivative(at.parts, fileId, "thumbnail", variant, form, async (to) => {
    expect(to).toEndWith(".webp");
    writeFileSync(to, content);
    return { width: 240, height: 160 };
  });
const leftInTmp = () => (existsSync(at.parts.paths.tmp) ? readdirSync(at.parts.paths.tmp) : []);

test("is kept with its size and can be read back", async () => {
  const row = await write("one");
  expect(row).toMatchObject({
    fileId,
    kind: "thumbnail",
    variant: "webp-240",
    sizeBytes: 3,
    width: 240,
    height: 160,
  });
  expect(readFileSync(derivativePath(at.parts.paths, row), "utf8")).toBe("one");
  expect(leftInTmp()).toEqual([]);
});

test("a second run replaces the first and removes its file", async () => {
  const first = await write("one");
  const second = await write("two");
  expect(await listDerivatives(at.parts.db, fileId)).toEqual([second]);
  expect(existsSync(derivativePath(at.parts.paths, first))).toBe(false);
  expect(readFileSync(derivativePath(at.parts.paths, second), "utf8")).toBe("two");
});

test("a former one that cannot be removed does not take the new one with it", async () => {
  const first = derivativePath(at.parts.paths, await write("one"));
  rmSync(first);
  // What cannot be removed as a file.
  mkdirSync(first);
  const second = await write("two");
  expect(readFileSync(derivativePath(at.parts.paths, second), "utf8")).toBe("two");
});

test("a run that fails leaves the former one, and nothing of itself", async () => {
  const first = await write("one");
  const failing = writeDerivative(at.parts, fileId, "thumbnail", "webp-240", form, async (to) => {
    writeFileSync(to, "half");
    throw new Error("cancelled");
  });
  await expect(failing).rejects.toThrow("cancelled");
  expect(await listDerivatives(at.parts.db, fileId)).toEqual([first]);
  expect(readFileSync(derivativePath(at.parts.paths, first), "utf8")).toBe("one");
  expect(leftInTmp()).toEqual([]);
});

test("an empty result is a failure", async () => {
  await expect(write("")).rejects.toMatchObject({ code: "tool.crashed" });
  expect(await listDerivatives(at.parts.db, fileId)).toEqual([]);
});

test("of a file that is removed while it is made, nothing stays", async () => {
  const late = writeDerivative(at.parts, fileId, "thumbnail", "webp-240", form, async (to) => {
    writeFileSync(to, "late");
    await at.parts.db.delete(file);
  });
  await expect(late).rejects.toThrow();
  const left = readdirSync(at.parts.paths.derivatives, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
});

test("all of a file's go together", async () => {
  const rows = [await write("one"), await write("two", "webp-640")];
  await removeDerivatives(at.parts, fileId);
  expect(await listDerivatives(at.parts.db, fileId)).toEqual([]);
  for (const row of rows) expect(existsSync(derivativePath(at.parts.paths, row))).toBe(false);
});

describe("one of many files", () => {
  const stream = (content: string, fault?: Error) =>
    writeDerivativeFolder(
      at.parts,
      fileId,
      "hls",
      "web",
      { entry: "index.m3u8", mimeType: "application/vnd.apple.mpegurl" },
      async (folder) => {
        writeFileSync(join(folder, "segment.m4s"), "12345");
        if (fault) throw fault;
        writeFileSync(join(folder, "index.m3u8"), content);
        return { facts: { rungs: [720] } };
      },
    );

  test("is kept as a folder, with the size of all and what its kind needs to know", async () => {
    const row = await stream("one");
    expect(row).toMatchObject({ kind: "hls", sizeBytes: 8, facts: { rungs: [720] } });
    const entry = derivativePath(at.parts.paths, row);
    expect(readFileSync(entry, "utf8")).toBe("one");
    expect(readFileSync(join(dirname(entry), "segment.m4s"), "utf8")).toBe("12345");
    expect(leftInTmp()).toEqual([]);
  });

  test("is replaced and removed as a whole; one that fails or comes out empty leaves the former", async () => {
    const first = dirname(derivativePath(at.parts.paths, await stream("one")));
    const second = dirname(derivativePath(at.parts.paths, await stream("two")));
    expect([first, second].map(existsSync)).toEqual([false, true]);
    await expect(stream("three", new Error("no"))).rejects.toThrow("no");
    await expect(stream("")).rejects.toThrow("came out empty");
    expect(readdirSync(dirname(second))).toHaveLength(1);
    expect(leftInTmp()).toEqual([]);
    await removeDerivatives(at.parts, fileId);
    expect(existsSync(second)).toBe(false);
  });
});
