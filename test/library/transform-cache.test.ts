// The bound of the cache of pictures made on demand, on real files.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  keepTransform,
  removeTransforms,
  type TransformCacheParts,
  transformCacheLoop,
  transformInTheMaking,
  transformsFolder,
  useTransform,
} from "../../src/library/transform-cache.ts";
import { dataPaths } from "../../src/runtime/data-folder.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { FakeClock } from "../support/fake-clock.ts";

let root: string;
let parts: TransformCacheParts & { clock: FakeClock };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sprocket-cache-"));
  parts = { paths: dataPaths(root), clock: new FakeClock(), log: silentLogger };
  mkdirSync(parts.paths.cache);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const never = new AbortController().signal;
const placeOf = (fileId: number) => join(transformsFolder(parts.paths, fileId), "key.webp");
/** Of 8 KB, last used so many hours ago. */
function made(fileId: number, hoursAgo: number): string {
  const path = placeOf(fileId);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, new Uint8Array(8192));
  const at = parts.clock.now() / 1000 - hoursAgo * 3600;
  utimesSync(path, at, at);
  return path;
}
async function write(fileId: number, mostBytes: number): Promise<void> {
  const temporary = await transformInTheMaking(parts.paths, String(fileId));
  writeFileSync(temporary, new Uint8Array(8192));
  await keepTransform(parts, temporary, placeOf(fileId), mostBytes);
}

test("what was used least recently goes until there is room, its folder with it", async () => {
  const paths = [4, 1, 3, 2].map((hoursAgo) => made(hoursAgo, hoursAgo));
  await transformCacheLoop(parts, 25_000).step(never);
  expect(paths.map((path) => existsSync(path))).toEqual([false, true, false, true]);
  expect(existsSync(dirname(paths[0]!))).toBe(false);
});

test("nothing goes while there is room", async () => {
  const paths = [1, 2, 300].map((fileId) => made(fileId, 10_000));
  await transformCacheLoop(parts, 8192 * 3).step(never);
  expect(paths.every((path) => existsSync(path))).toBe(true);
});

test("files that weigh nothing still take a block each", async () => {
  for (let fileId = 1; fileId <= 10; fileId++) writeFileSync(made(fileId, 1), "x");
  await transformCacheLoop(parts, 20_000).step(never);
  expect([...Array(10).keys()].filter((i) => existsSync(placeOf(i + 1))).length).toBe(4);
});

test("a use makes a picture recent", async () => {
  const [used, idle] = [made(1, 20), made(2, 10)];
  expect(await useTransform(used, parts.clock)).toBe(true);
  expect(await useTransform(placeOf(9), parts.clock)).toBe(false);
  await transformCacheLoop(parts, 10_000).step(never);
  expect([existsSync(used), existsSync(idle)]).toEqual([true, false]);
  expect(Math.round(statSync(used).mtimeMs)).toBe(parts.clock.now());
});

test("writes are counted: between two looks it grows no further than its bound", async () => {
  await transformCacheLoop(parts, 40_000).step(never);
  for (let fileId = 1; fileId <= 30; fileId++) {
    await write(fileId, 40_000);
    const there = [...Array(fileId).keys()].filter((i) => existsSync(placeOf(i + 1)));
    expect(there.length * 8192).toBeLessThanOrEqual(40_000);
  }
});

test("a file's pictures go with it", async () => {
  const [gone, kept] = [made(1, 1), made(257, 1)];
  await removeTransforms(parts.paths, [1]);
  expect([existsSync(dirname(gone)), existsSync(kept)]).toEqual([false, true]);
});
