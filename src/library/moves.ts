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
  lt,
  min,
  ne,
  or,
  type SQL,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { type FileRow, file, type LibraryRow, library } from "../db/tables/library.ts";
import { derivativePath, listDerivatives } from "./derivatives.ts";
import { getFile } from "./files.ts";
import { mergeFiles } from "./merge-files.sqlite.ts";
import type { ScanParts } from "./scan.ts";
import type { BatchOf } from "./scan-batch.ts";
import { removeTransforms } from "./transform-cache.ts";
import { absolute, isGone, nodeFs, type ScanFs, type Seen } from "./walk.ts";

export type MoveParts = Pick<ScanParts, "db" | "paths" | "clock" | "fs">;

/**
 * Which of these are files that stood elsewhere: same inode, size and time, and no longer at their old path. Their own
 * paths may be new, or those of others that moved in turn.
 */
export async function findMoved(
  { db, fs = nodeFs }: ScanParts,
  of: BatchOf,
  suspects: Seen[],
): Promise<Map<Seen, FileRow>> {
  const moves = new Map<Seen, FileRow>();
  if (suspects.length === 0) return moves;
  const candidates = await db
    .select()
    .from(file)
    .where(
      and(
        inArray(
          file.inode,
          suspects.map((s) => s.inode),
        ),
        eq(file.type, of.type),
      ),
    )
    .orderBy(asc(file.id));
  if (candidates.length === 0) return moves;
  const libraries = new Map((await db.select().from(library)).map((row) => [row.id, row]));
  const taken = new Set<number>();
  for (const s of suspects) {
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
 * The older row is kept and takes the place; answers the row that stands now.
 */
export async function recogniseMoved(parts: MoveParts, fileId: number): Promise<FileRow> {
  const { db, paths } = parts;
  const fresh = await getFile(db, fileId);
  await noteSideBySide(parts, fresh);
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
  const left = before.filter((row) => !kept.has(row.path));
  await Promise.all(left.map((row) => rm(derivativePath(paths, row), { force: true })));
  await removeTransforms(paths, [fresh.id]);
  return await getFile(db, old.id);
}

/** Hashing may have outrun the scan that marks the old place as missing: pairs up what was marked just now. */
export async function recogniseMovedAmong(parts: MoveParts, missingIds: number[]): Promise<number> {
  if (missingIds.length === 0) return 0;
  const pairs = await parts.db
    .select({ id: min(copy.id) })
    .from(file)
    .innerJoin(copy, isTheSame())
    .where(inArray(file.id, missingIds))
    .groupBy(file.id);
  let merged = 0;
  for (const { id } of pairs) if ((await recogniseMoved(parts, id!)).id !== id) merged++;
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
    // A copy that has stood beside its original is a file of its own.
    sql`${copy.createdAt} > coalesce(${file.seenAt}, ${file.createdAt})`,
  );
}

/** Scans of other libraries may not have come by since this file was found: what else has its content, and is there? */
async function noteSideBySide({ db, clock, fs = nodeFs }: MoveParts, fresh: FileRow): Promise<void> {
  if (!fresh.sha256) return;
  const others = await db
    .select({ id: file.id, path: file.path, root: library.path })
    .from(file)
    .innerJoin(library, eq(library.id, file.libraryId))
    .where(
      and(
        eq(file.sha256, fresh.sha256),
        ne(file.id, fresh.id),
        ne(file.state, "missing"),
        or(
          isNull(file.seenAt),
          lt(file.seenAt, fresh.createdAt),
          gt(file.createdAt, fresh.seenAt ?? fresh.createdAt),
        ),
      ),
    )
    .limit(200);
  const looks = others.map((one) => fs.lstat(absolute(one.root, one.path)).catch(() => undefined));
  const there = await Promise.all(looks);
  const ids = others.filter((_, i) => there[i]?.isFile).map((one) => one.id);
  if (ids.length === 0) return;
  await db
    .update(file)
    .set({ seenAt: new Date(clock.now()) })
    .where(inArray(file.id, [fresh.id, ...ids]));
}

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
