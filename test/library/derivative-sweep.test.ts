import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { eq } from "drizzle-orm";
import { derivative, file } from "../../src/db/tables/library.ts";
import { derivativeSweep } from "../../src/library/derivative-sweep.ts";
import { derivativePath, writeDerivative, writeDerivativeFolder } from "../../src/library/derivatives.ts";
import { mergeFiles } from "../../src/library/merge-files.sqlite.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
beforeEach(() => {
  at = mediaFolder();
});
afterEach(() => at.remove());

const form = { extension: "webp", mimeType: "image/webp" };
const picture = (fileId: number) =>
  writeDerivative(at.parts, fileId, "thumbnail", "webp-240", form, async (to) => writeFileSync(to, "x"));
const sweep = (startedAt = Date.now() + 1000) =>
  derivativeSweep({ ...at.parts, log: silentLogger }, startedAt).step(new AbortController().signal);

async function scanned() {
  at.put("a.jpg");
  at.put("b.jpg");
  await at.scan(await at.library());
  return await at.parts.db.select().from(file).orderBy(file.path);
}

test("a file without a row goes, whether its neighbours have rows or not; what has a row stays", async () => {
  const [a, b] = await scanned();
  const kept = derivativePath(at.parts.paths, await picture(a!.id));
  const beside = join(dirname(kept), "thumbnail-webp-240-crashed.webp");
  writeFileSync(beside, "x");
  const lost = await picture(b!.id);
  await at.parts.db.delete(derivative).where(eq(derivative.id, lost.id));
  await sweep();
  expect([kept, beside, derivativePath(at.parts.paths, lost)].map(existsSync)).toEqual([true, false, false]);
});

test("what this run of the server has written is left alone: its row may be on the way", async () => {
  const [a] = await scanned();
  const made = await picture(a!.id);
  await at.parts.db.delete(derivative).where(eq(derivative.id, made.id));
  await sweep(Date.now() - 60_000);
  expect(existsSync(derivativePath(at.parts.paths, made))).toBe(true);
});

test("derivatives of a file that was merged into another stay where they were made", async () => {
  const [old, fresh] = await scanned();
  const made = await picture(fresh!.id);
  mergeFiles(at.parts.db, { fresh: fresh!, old: old! });
  await sweep();
  expect(existsSync(derivativePath(at.parts.paths, made))).toBe(true);
});

test("a folder goes and stays as a whole", async () => {
  const [a] = await scanned();
  const entry = { entry: "index.m3u8", mimeType: "application/vnd.apple.mpegurl" };
  const made = await writeDerivativeFolder(at.parts, a!.id, "hls", "web", entry, async (to) => {
    writeFileSync(join(to, "index.m3u8"), "x");
  });
  const kept = derivativePath(at.parts.paths, made);
  const crashed = join(dirname(dirname(kept)), "hls-web-crashed");
  mkdirSync(crashed);
  writeFileSync(join(crashed, "segment.m4s"), "x");
  await sweep();
  expect([kept, crashed].map(existsSync)).toEqual([true, false]);
});
