// Files that moved keep their row, and with it their history and everything made from them. On one file system a move is
// recognised by inode, size and time while scanning; across file systems by the content hash once it is known.

import { rm } from "node:fs/promises";
import { and, asc, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file, type LibraryRow, library } from "../db/tables/library.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { derivativePath, listDerivatives } from "./derivatives.ts";
import { getFile } from "./files.ts";
import { mergeFiles } from "./merge-files.sqlite.ts";
import type { ScanParts } from "./scan.ts";
import type { BatchOf } from "./scan-batch.ts";
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
  // Empty files all have one hash and are still not one file.
  if (!fresh.sha256 || fresh.state === "missing" || fresh.sizeBytes === 0) return fresh;
  const [old] = await db
    .select()
    .from(file)
    .where(
      and(
        eq(file.sha256, fresh.sha256),
        eq(file.state, "missing"),
        eq(file.type, fresh.type),
        lt(file.id, fresh.id),
      ),
    )
    .orderBy(desc(file.missingSince), desc(file.id))
    .limit(1);
  if (!old) return fresh;
  const before = await listDerivatives(db, fresh.id);
  mergeFiles(db, { fresh, old });
  const kept = new Set((await listDerivatives(db, old.id)).map((row) => row.path));
  const left = paths ? before.filter((row) => !kept.has(row.path)) : [];
  await Promise.all(left.map((row) => rm(derivativePath(paths!, row), { force: true })));
  return await getFile(db, old.id);
}

/** Hashing may have outrun the scan that marks the old place as missing: pairs up what was marked just now. */
export async function recogniseMovedAmong({ db, paths }: ScanParts, missingIds: number[]): Promise<number> {
  if (missingIds.length === 0) return 0;
  const fresh = sql`fresh`;
  const pairs = await db.all<{ id: number }>(
    sql`SELECT min(${fresh}.id) AS id FROM ${file} JOIN file ${fresh}
      ON ${fresh}.sha256 = ${file.sha256} AND ${fresh}.id > ${file.id} AND ${fresh}.state <> 'missing'
      WHERE ${inArray(file.id, missingIds)} AND ${fresh}.created_at >= ${file.missingSince} - ${recentMs}
      GROUP BY ${file.id}`,
  );
  let merged = 0;
  for (const { id } of pairs) if ((await recogniseMoved(db, id, paths)).id !== id) merged++;
  return merged;
}

/** A copy that has stood beside its original for longer is a file of its own. */
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
