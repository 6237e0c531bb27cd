// Removes files below <data>/derivatives that no row knows: a crash between a rename and its row leaves one behind. Looks
// into one folder at a time and leaves alone whatever this run of the server has written.

import { opendir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { eq, inArray, or } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { derivative, mergedFile } from "../db/tables/library.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import type { Logger } from "../runtime/log.ts";
import type { Loop } from "../runtime/service.ts";

export interface SweepParts {
  db: Db;
  paths: DataPaths;
  log: Logger;
}

/** `startedAt` in milliseconds since 1970: when this run of the server began. */
export function derivativeSweep(parts: SweepParts, startedAt: number): Loop {
  return {
    name: "derivative-sweep",
    everyMs: 7 * 24 * 3_600_000,
    atStart: true,
    step: (signal) => sweep(parts, startedAt, signal),
  };
}

async function sweep({ db, paths, log }: SweepParts, startedAt: number, signal: AbortSignal): Promise<void> {
  let removed = 0;
  let folders = 0;
  let turnAt = performance.now();
  for await (const bucket of namesIn(paths.derivatives, bucketName)) {
    for await (const owner of namesIn(join(paths.derivatives, bucket), /^\d+$/)) {
      signal.throwIfAborted();
      removed += await sweepFolder(db, paths.derivatives, join(bucket, owner), Number(owner), startedAt);
      if (++folders % foldersAtOnce > 0) continue;
      // A million folders are hours of a disk's time: four fifths of it stay free for work that somebody waits for.
      await setTimeout((performance.now() - turnAt) * 4, undefined, { signal, ref: false });
      turnAt = performance.now();
    }
  }
  if (removed > 0) log.info(`Removed ${removed} derivatives that belonged to no file`);
}

async function sweepFolder(
  db: Db,
  top: string,
  folder: string,
  fileId: number,
  startedAt: number,
): Promise<number> {
  const strays: string[] = [];
  for await (const name of namesIn(join(top, folder))) {
    const found = await stat(join(top, folder, name)).catch(() => undefined);
    // By the time of its rename, which a copy with its old time of change keeps.
    if (found && found.ctimeMs < startedAt) strays.push(join(folder, name));
  }
  const known = strays.length > 0 ? await knownPaths(db, fileId) : new Set<string>();
  const unknown = strays.filter((path) => !known.has(path));
  for (const path of unknown) await rm(join(top, path), { force: true, recursive: true });
  return unknown.length;
}

/** Of a file, or of the one it was merged into: its derivatives stay where they were made. */
async function knownPaths(db: Db, fileId: number): Promise<Set<string>> {
  const merged = db.select({ id: mergedFile.intoId }).from(mergedFile).where(eq(mergedFile.id, fileId));
  const rows = await db
    .select({ path: derivative.path })
    .from(derivative)
    .where(or(eq(derivative.fileId, fileId), inArray(derivative.fileId, merged)));
  // One that is a folder is named by a file in it.
  return new Set(rows.map((row) => row.path.split("/").slice(0, 3).join("/")));
}

const foldersAtOnce = 50;
const bucketName = /^[0-9a-f]{2}$/;

async function* namesIn(folder: string, like = /./): AsyncGenerator<string> {
  // Gone by now: its file was removed.
  const entries = await opendir(folder).catch(() => []);
  for await (const entry of entries) if (like.test(entry.name)) yield entry.name;
}
