// Takes files out of the trash for good: their rows, and all that was made from them. What becomes of the media is said
// before: they stay and are forgotten, or they are deleted where the library allows it.

import { access, constants, lstat, realpath, rm, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { and, asc, count, eq, gt, isNotNull, isNull, lte, ne, sql, sum } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type DerivativeRow, type FileRow, file, type LibraryRow, library } from "../db/tables/library.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { derivativesFolder, listDerivatives, placeOf } from "./derivatives.ts";
import { forgetRow } from "./forget-row.sqlite.ts";
import { remember } from "./forgotten.ts";
import { isWithin } from "./library-path.ts";
import { removeTransforms } from "./transform-cache.ts";
import { absolute, isGone, nodeFs } from "./walk.ts";

export interface PurgeAsk {
  /** Only these; otherwise all. */
  ids?: number[];
  /** Trashed at this time or before. */
  trashedBefore: Date;
  deleteMedia: boolean;
}

export interface Purged {
  removed: number;
  /** Of those, whose media were deleted. */
  deleted: number;
  deletedBytes: number;
  /** Those that stay, and why. */
  kept: { path: string; reason: string }[];
}

interface Parts {
  db: Db;
  paths: DataPaths;
  now: () => number;
}

/** File by file, so that whenever it ends each is purged or untouched. */
export async function purgeFiles(
  parts: Parts,
  ask: PurgeAsk,
  hooks: { step(done: number): Promise<void>; log(line: string): void },
): Promise<Purged> {
  const purged: Purged = { removed: 0, deleted: 0, deletedBytes: 0, kept: [] };
  let after = 0;
  for (let done = 0; ; ) {
    const rows = await dueFiles(parts.db, ask, after, 100);
    if (rows.length === 0) return purged;
    for (const row of rows) {
      await hooks.step(done++);
      // As it is now: a purge may have stood still for hours, and the library be read-only since.
      const [home] = await parts.db.select().from(library).where(eq(library.id, row.libraryId));
      if (home) await purgeOne(parts, row, home, ask, purged, hooks.log);
    }
    after = rows.at(-1)!.id;
  }
}

/** How many files there are to purge, and what they weigh. */
export async function countTrash(
  db: Db,
  ask: Omit<PurgeAsk, "deleteMedia">,
): Promise<{ files: number; sizeBytes: number }> {
  const [row] = await db
    .select({ files: count(), sizeBytes: sum(file.sizeBytes).mapWith(Number) })
    .from(file)
    .where(due(ask));
  return { files: row!.files, sizeBytes: row!.sizeBytes ?? 0 };
}

function due({ ids, trashedBefore }: Omit<PurgeAsk, "deleteMedia">) {
  return and(
    isNotNull(file.trashedAt),
    lte(file.trashedAt, trashedBefore),
    ids && sql`${file.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
  );
}

async function dueFiles(db: Db, ask: PurgeAsk, after: number, limit: number): Promise<FileRow[]> {
  return await db
    .select()
    .from(file)
    .where(and(due(ask), gt(file.id, after)))
    .orderBy(asc(file.id))
    .limit(limit);
}

async function purgeOne(
  parts: Parts,
  row: FileRow,
  home: LibraryRow,
  { deleteMedia }: PurgeAsk,
  purged: Purged,
  log: (line: string) => void,
): Promise<void> {
  const isToGo = deleteMedia && !home.readOnly;
  const fault = isToGo ? await faultOf(parts.db, home, row) : undefined;
  if (fault) {
    purged.kept.push({ path: row.path, reason: fault });
    return log(`${row.path} stays in the trash: ${fault}`);
  }
  const made = await listDerivatives(parts.db, row.id);
  // Forgotten before it is deleted: what is restored in this moment is nobody's to remove, and a crash leaves the media.
  if (!forgetRow(parts.db, row, { remember: isToGo || row.state !== "missing", now: parts.now() })) return;
  const isDeleted = isToGo && (await deleteMediaFile(parts.db, home, row, purged, log));
  await removeTraces(parts, row.id, made);
  purged.removed++;
  if (isDeleted) {
    purged.deleted++;
    purged.deletedBytes += row.sizeBytes;
  }
  log(
    `${home.name}: ${row.path} ${isDeleted ? "was deleted from the disk" : "is forgotten; its media file stays"}.`,
  );
}

/** Why it must not be deleted, or nothing. What is not there any more is deleted already. */
async function faultOf(db: Db, home: LibraryRow, row: FileRow): Promise<string | undefined> {
  const path = absolute(home.path, row.path);
  try {
    const root = await nodeFs.lstat(home.path);
    if (home.rootIdentity !== null && root.identity !== home.rootIdentity)
      return "the library's folder is another one than before; is its disk mounted?";
    const [realRoot, realFolder] = await Promise.all([realpath(home.path), realpath(dirname(path))]);
    if (!isWithin(realRoot, realFolder)) return "its folder leads out of the library.";
    const found = await nodeFs.lstat(path);
    if (!found.isFile) return "what is there now is no regular file.";
    if (found.sizeBytes !== row.sizeBytes || found.mtimeMs !== row.mtimeMs || found.inode !== row.inode)
      return "the file on disk is another one than was put into the trash; scan the library first.";
    const other = await otherNameOf(db, path, row);
    if (other) return `it is one file on disk with ${other}, which is not in the trash.`;
    await access(dirname(path), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    // The folder may be gone with it; the root was there a moment ago.
    if (isGone(error) && (await lstat(home.path).catch(() => undefined))) return undefined;
    return notDeleted(error);
  }
}

/** A folder that is mounted at two places shows one file twice; of a hard link the other name keeps the bytes. */
async function otherNameOf(db: Db, path: string, row: FileRow): Promise<string | undefined> {
  const mine = await lstat(path, { bigint: true });
  if (mine.nlink > 1n) return undefined;
  const rows = await db
    .select({ path: file.path, root: library.path })
    .from(file)
    .innerJoin(library, eq(library.id, file.libraryId))
    .where(and(eq(file.inode, row.inode), ne(file.id, row.id), isNull(file.trashedAt)));
  for (const other of rows) {
    const found = await lstat(absolute(other.root, other.path), { bigint: true }).catch(() => undefined);
    const isSame = found?.ino === mine.ino && found.size === mine.size && found.mtimeNs === mine.mtimeNs;
    if (isSame) return absolute(other.root, other.path);
  }
  return undefined;
}

async function deleteMediaFile(
  db: Db,
  home: LibraryRow,
  row: FileRow,
  purged: Purged,
  log: (line: string) => void,
): Promise<boolean> {
  try {
    await unlink(absolute(home.path, row.path));
  } catch (error) {
    if (!isGone(error)) {
      purged.kept.push({ path: row.path, reason: notDeleted(error) });
      log(`${row.path}: ${notDeleted(error)}`);
      return false;
    }
  }
  await remember(db, row.libraryId, [row.path]);
  return true;
}

function notDeleted(error: unknown): string {
  return `it could not be deleted (${(error as Error).message}).`;
}

/** Those of files that were merged into it lie where they were made. What a crash leaves of them, the sweep takes. */
async function removeTraces({ paths }: Parts, id: number, made: DerivativeRow[]): Promise<void> {
  const places = made.map((row) => placeOf(paths, row));
  for (const place of [...places, derivativesFolder(paths, id)])
    await rm(place, { recursive: true, force: true });
  await removeTransforms(paths, [id]);
}
