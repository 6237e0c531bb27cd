// Where pictures made on demand are kept, below <data>/cache/transform, and how that stays small: what was used least
// recently goes first. Its size is counted as it grows; the hourly look at the disk puts the count right.

import { exists, mkdir, opendir, rename, rm, rmdir, stat, statfs, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import type { Logger } from "../runtime/log.ts";
import type { Loop } from "../runtime/service.ts";

export interface TransformCacheParts {
  paths: DataPaths;
  clock: Clock;
  log: Logger;
}

/** `mostBytes` is for tests; default: 1 GB, and never more than 5 % of the disk. */
export function transformCacheLoop(parts: TransformCacheParts, mostBytes?: number): Loop {
  return {
    name: "transform-cache",
    everyMs: 3_600_000,
    atStart: true,
    step: (signal) => shrink(parts, mostBytes ?? null, signal),
  };
}

/** The folder of one file's transforms. Two levels, so that no folder holds a million entries. */
export function transformsFolder(paths: DataPaths, fileId: number): string {
  return join(topOf(paths), (fileId % 256).toString(16).padStart(2, "0"), String(fileId));
}

/** Where to write one, on the file system that it is kept on. */
export async function transformInTheMaking(paths: DataPaths, unique: string): Promise<string> {
  await mkdir(topOf(paths), { recursive: true, mode: 0o700 });
  return join(topOf(paths), `.part-${unique}`);
}

/** Moves a finished one to its place, and makes room when the cache has grown too large. */
export async function keepTransform(
  parts: TransformCacheParts,
  temporary: string,
  path: string,
  mostBytes?: number,
): Promise<void> {
  const { size } = await stat(temporary);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rename(temporary, path);
  const count = countOf(parts.paths);
  if (count.bytes !== undefined) count.bytes += onDisk(size);
  // Unknown until the first look, which is the start's.
  if ((count.bytes ?? 0) <= (mostBytes ?? (await limitOf(parts.paths)))) return;
  await shrink(parts, mostBytes ?? null).catch((error) =>
    parts.log.warn("The cache of pictures made on demand could not be made smaller", { error }),
  );
}

/** Whether it is there; asking counts as using it. */
export async function useTransform(path: string, clock: Clock): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.size) return false;
  const now = clock.now();
  // Not by the time of access, which many mount without; and not at each use, which would write to the disk.
  if (Math.abs(now - found.mtimeMs) > freshMs)
    await utimes(path, now / 1000, now / 1000).catch(() => undefined);
  return true;
}

/** Bytes that may be made before anybody asks: half of what the cache may hold is left to what people use. */
export async function roomToPrewarm(paths: DataPaths, mostBytes?: number): Promise<number> {
  const { bytes } = countOf(paths);
  // Unknown until the first look at the disk: then it is not the time.
  if (bytes === undefined) return 0;
  return (mostBytes ?? (await limitOf(paths))) / 2 - bytes;
}

/** Says that the usual sizes of a file, as it is now, have been made; an empty file beside them, that goes as they do. */
export function warmMark(paths: DataPaths, row: { id: number; sizeBytes: number; mtimeMs: number }) {
  const path = join(transformsFolder(paths, row.id), `warm-${row.sizeBytes}-${row.mtimeMs}`);
  return {
    isSet: () => exists(path),
    async set() {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, "");
    },
  };
}

export async function removeTransforms(paths: DataPaths, fileIds: number[]): Promise<void> {
  await Promise.all(fileIds.map((id) => rm(transformsFolder(paths, id), { recursive: true, force: true })));
}

const freshMs = 3_600_000;
const mostEver = 1 << 30;
const shareOfDisk = 0.05;
/** Left after making room, so that room is not made at every write. */
const shareKept = 0.9;

interface Count {
  bytes: number | undefined;
  shrinking: Promise<void> | undefined;
}

const counts = new WeakMap<DataPaths, Count>();

function countOf(paths: DataPaths): Count {
  let count = counts.get(paths);
  if (!count) {
    count = { bytes: undefined, shrinking: undefined };
    counts.set(paths, count);
  }
  return count;
}

async function limitOf({ cache }: DataPaths): Promise<number> {
  const disk = await statfs(cache);
  return Math.min(mostEver, disk.blocks * disk.bsize * shareOfDisk);
}

/** One at a time: whoever comes while another is at it waits for that one. */
function shrink(parts: TransformCacheParts, mostBytes: number | null, signal?: AbortSignal): Promise<void> {
  const count = countOf(parts.paths);
  count.shrinking ??= makeRoom(parts, count, mostBytes, signal).finally(() => {
    count.shrinking = undefined;
  });
  return count.shrinking;
}

async function makeRoom(
  { paths, log }: TransformCacheParts,
  count: Count,
  mostBytes: number | null,
  signal?: AbortSignal,
): Promise<void> {
  // By the minute of their last use: a number for each, instead of a list of a million files.
  const byMinute = new Map<number, number>();
  count.bytes = 0;
  for await (const { minute, bytes } of everyTransform(paths, signal)) {
    byMinute.set(minute, (byMinute.get(minute) ?? 0) + bytes);
    count.bytes += bytes;
  }
  const most = mostBytes ?? (await limitOf(paths));
  if (count.bytes <= most) return;
  let tooMany = count.bytes - most * shareKept;
  let cutoff = 0;
  for (const minute of [...byMinute.keys()].sort((a, b) => a - b)) {
    cutoff = minute;
    tooMany -= byMinute.get(minute)!;
    if (tooMany <= 0) break;
  }
  let removed = 0;
  for await (const { path, minute, bytes } of everyTransform(paths, signal)) {
    if (minute > cutoff || (minute === cutoff && count.bytes <= most * shareKept)) continue;
    await rm(path, { force: true });
    // Fails while there are others, as it should.
    if (dirname(path) !== topOf(paths)) await rmdir(dirname(path)).catch(() => undefined);
    count.bytes -= bytes;
    removed++;
  }
  log.info(`Removed ${removed} pictures made on demand, to make room`, { left_bytes: count.bytes });
}

async function* everyTransform(paths: DataPaths, signal?: AbortSignal) {
  const folders = [topOf(paths)];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // Gone by now: its file was removed.
    const entries = await opendir(folder).catch(() => []);
    for await (const entry of entries) {
      signal?.throwIfAborted();
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      const found = entry.isFile() ? await stat(path).catch(() => undefined) : undefined;
      if (found) yield { path, minute: Math.floor(found.mtimeMs / 60_000), bytes: onDisk(found.size) };
    }
  }
}

/** The smallest files take a block, too. */
function onDisk(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 4096) * 4096;
}

function topOf(paths: DataPaths): string {
  return join(paths.cache, "transform");
}
