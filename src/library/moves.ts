// Files that moved keep their row, and with it their history and everything made from them. On one file system a move is
// recognised by inode, size and time while scanning; across file systems by the content hash once it is known.

import { rm } from "node:fs/promises";
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNull,
  min,
  ne,
  type SQL,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file, type LibraryRow, library } from "../db/tables/library.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { derivativePath, listDerivatives } from "./derivatives.ts";
import { getFile } from "./files.ts";
import { mergeFiles } from "./merge-files.sqlite.ts";
import type { ScanParts } from "./scan.ts";
import type { BatchOf } from "./scan-batch.ts";
import { removeTransforms } from "./transform-cache.ts";
import { absolute, isGone, nodeFs, type ScanFs, type Seen } from "./walk.ts";

/** Which of the new paths are old files: same inode, size and time, and no longer at their old path. */
export async function findMoved(
  { db, fs = nodeFs }: ScanParts,
  of: BatchOf,
  strangers: Seen[],
): Promise<Map<Seen, FileRow>> {
  const moves = new Map<Seen, FileRow>();
  if (strangers.length === 0) return moves;
  const candidates = await db
    .select()
    .from(file)
    .where(
      and(
        inArray(
          file.inode,
          strangers.map((s) => s.inode),
        ),
        eq(file.type, of.type),
      ),
    )
    .orderBy(asc(file.id));
  if (candidates.length === 0) return moves;
  const libraries = new Map((await db.select().from(library)).map((row) => [row.id, row]));
  const taken = new Set<number>();
  for (const s of strangers) {
    for (const row of candidates) {
      if (taken.has(row.id) || row.inode !== s.inode) continue;
      if (row.sizeBytes !== s.sizeBytes || row.mtimeMs !== s.mtimeMs) continue;
      if (!(await hasLeft(row, s, libraries.get(row.libraryId), of, fs))) continue;
      taken.add(row.id);
      moves.set(s, row);
      break;
    }
  }
  return moves;
}

/**
 * After a file's hash is known: when a file of the same content went missing earlier, this is that file at another place.
 * The older row is kept and takes the place; answers the row that stands now. `paths` lets derivatives of the other go.
 */
export async function recogniseMoved(db: Db, fileId: number, paths?: DataPaths): Promise<FileRow> {
  const fresh = await getFile(db, fileId);
  const [old] = await db
    .select(getTableColumns(file))
    .from(file)
    .innerJoin(copy, isTheSame())
    .where(eq(copy.id, fresh.id))
    .orderBy(desc(file.missingSince), desc(file.id))
    .limit(1);
  if (!old) return fresh;
  const before = await listDerivatives(db, fresh.id);
  mergeFiles(db, { fresh, old });
  const kept = new Set((await listDerivatives(db, old.id)).map((row) => row.path));
  const left = paths ? before.filter((row) => !kept.has(row.path)) : [];
  await Promise.all(left.map((row) => rm(derivativePath(paths!, row), { force: true })));
  if (paths) await removeTransforms(paths, [fresh.id]);
  return await getFile(db, old.id);
}

/** Hashing may have outrun the scan that marks the old place as missing: pairs up what was marked just now. */
export async function recogniseMovedAmong({ db, paths }: ScanParts, missingIds: number[]): Promise<number> {
  if (missingIds.length === 0) return 0;
  const pairs = await db
    .select({ id: min(copy.id) })
    .from(file)
    .innerJoin(copy, isTheSame())
    .where(inArray(file.id, missingIds))
    .groupBy(file.id);
  let merged = 0;
  for (const { id } of pairs) if ((await recogniseMoved(db, id!, paths)).id !== id) merged++;
  return merged;
}

const copy = alias(file, "copy");

/** The one rule: `copy` is the missing `file` at another place. */
function isTheSame(): SQL | undefined {
  return and(
    eq(copy.sha256, file.sha256),
    eq(copy.type, file.type),
    gt(copy.id, file.id),
    eq(file.state, "missing"),
    ne(copy.state, "missing"),
    // Empty files all have one hash and are still not one file.
    gt(copy.sizeBytes, 0),
    // What lies in the trash is done with: the same bytes, come back, are a new file, and a trashed copy brings none back.
    isNull(file.trashedAt),
    isNull(copy.trashedAt),
    // A copy that has stood beside its original for longer is a file of its own.
    sql`${copy.createdAt} >= ${file.missingSince} - ${recentMs}`,
  );
}

const recentMs = 24 * 3_600_000;

async function hasLeft(
  row: FileRow,
  s: Seen,
  home: LibraryRow | undefined,
  of: BatchOf,
  fs: ScanFs,
): Promise<boolean> {
  if (!home || row.seenBy === of.scanId) return false;
  // Of another library: only while its root is there, or every file of an unmounted disk would seem to have left.
  if (home.id !== of.library.id) {
    const root = await fs.lstat(home.path).catch(() => undefined);
    if (root?.identity !== home.rootIdentity) return false;
  }
  try {
    const there = await fs.lstat(absolute(home.path, row.path));
    return (
      there.inode !== s.inode || (sameButForCase(row.path, s.path) && !(await isListed(home.path, row, fs)))
    );
  } catch (error) {
    return isGone(error);
  }
}

/** On a file system that ignores case, `a.jpg` still answers after it was renamed to `A.jpg`. */
function sameButForCase(a: string, b: string): boolean {
  return a.normalize().toLowerCase() === b.normalize().toLowerCase();
}

async function isListed(root: string, row: FileRow, fs: ScanFs): Promise<boolean> {
  const folder = row.path.slice(0, Math.max(0, row.path.length - row.name.length - 1));
  for await (const entry of await fs.opendir(absolute(root, folder)))
    if (entry.name === row.name) return true;
  return false;
}
