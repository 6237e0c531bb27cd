// One file on disk that has two rows: names that differ only in case or Unicode form on a disk that takes them for one, and a
// folder that is mounted at two places. Hard links are names somebody gave on purpose: each stays a file of its own.

import { lstat, readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { and, asc, eq, gt, ne, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file, type LibraryRow, library } from "../db/tables/library.ts";
import { forgottenFile } from "../db/tables/media.ts";
import { mergeFiles } from "./merge-files.sqlite.ts";
import { restoreFiles } from "./trash.ts";
import { absolute } from "./walk.ts";

export interface DoublePath {
  kept: Place;
  dropped: Place;
}

interface Place {
  id: number;
  library: string;
  path: string;
}

export interface DoubleParts {
  db: Db;
  now: number;
  /** Tests bring those of a disk that ignores case. */
  namesIn?: (folder: string) => Promise<string[]>;
}

/** Groups of rows that say they are one file, so many at a time: a walk through an index, without looking at the disk. */
export async function* suspectedDoubles(db: Db, libraryId?: number): AsyncGenerator<FileRow[]> {
  for (let after = ""; ; ) {
    const groups = await db
      .select({ inode: file.inode, n: sql<number>`count(*)` })
      .from(file)
      .where(gt(file.inode, after))
      .groupBy(file.inode)
      .orderBy(asc(file.inode))
      .limit(inodesAtOnce);
    for (const { inode, n } of groups) {
      if (n < 2) continue;
      const rows = await db
        .select()
        .from(file)
        .where(and(eq(file.inode, inode), ne(file.state, "missing")))
        .orderBy(asc(file.id));
      if (rows.length > 1 && (libraryId === undefined || rows.some((row) => row.libraryId === libraryId)))
        yield rows;
    }
    if (groups.length < inodesAtOnce) return;
    after = groups.at(-1)!.inode;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const inodesAtOnce = 5000;

/** Makes one row of those that are one file; `said` hears of what is left alone. */
export async function mergeDoubles(
  { db, now, namesIn = readdir }: DoubleParts,
  rows: FileRow[],
  said: (line: string) => void,
): Promise<DoublePath[]> {
  const libraries = new Map((await db.select().from(library)).map((row) => [row.id, row]));
  const looked = await Promise.all(rows.map((row) => look(row, libraries.get(row.libraryId)!, namesIn)));
  const merged: DoublePath[] = [];
  for (const same of Map.groupBy(
    looked.filter((one) => one !== undefined),
    (one) => one.identity,
  ).values()) {
    if (same.length < 2) continue;
    if (same[0]!.links > 1) {
      said(`${same.map(({ row }) => row.path).join(" and ")} are hard links to one file; each stays.`);
      continue;
    }
    const [keeper, ...others] = same.sort(byWorth) as [Looked, ...Looked[]];
    for (const other of others) merged.push(await mergeTwo(db, keeper, other, now));
  }
  return merged;
}

interface Looked {
  row: FileRow;
  home: LibraryRow;
  /** Device and inode; with size and time, because some network shares give one number to two files. */
  identity: string;
  links: number;
  /** Its folder lists exactly this name. */
  isListed: boolean;
}

async function look(
  row: FileRow,
  home: LibraryRow,
  namesIn: NonNullable<DoubleParts["namesIn"]>,
): Promise<Looked | undefined> {
  const path = absolute(home.path, row.path);
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  // What is not there is missing or has moved: the next scan tells.
  if (!found?.isFile()) return undefined;
  const names = await namesIn(dirname(path)).catch((): string[] => []);
  return {
    row,
    home,
    identity: `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`,
    links: Number(found.nlink),
    isListed: names.includes(basename(path)),
  };
}

/** The name that stands on disk; of two such names the one that is not in the trash, then the older row. */
function byWorth(a: Looked, b: Looked): number {
  const worth = (one: Looked) => (one.isListed ? 2 : 0) + (one.row.trashedAt === null ? 1 : 0);
  return worth(b) - worth(a) || a.row.id - b.row.id;
}

/** The older row is kept, for its history; the place is the keeper's. */
async function mergeTwo(db: Db, keeper: Looked, other: Looked, now: number): Promise<DoublePath> {
  const [old, fresh] = keeper.row.id < other.row.id ? [keeper, other] : [other, keeper];
  const { libraryId, folderId, path, name, mimeType, mtimeMs, inode, seenBy, seenAt } = keeper.row;
  const place = { libraryId, folderId, path, name, mimeType, mtimeMs, inode, seenBy, seenAt };
  const dropped = { id: other.row.id, library: other.home.name, path: other.row.path };
  mergeFiles(db, { fresh: { ...fresh.row, ...place, updatedAt: new Date(now) }, old: old.row });
  // Nobody has trashed the name that still shows: with the other's row it would be deleted one day.
  const trashedAt = other.row.trashedAt && keeper.row.trashedAt;
  if (trashedAt === null) await restoreFiles(db, [old.row.id], now);
  // Where the other name is listed as well, the next scan would make a row of it again.
  if (other.isListed) await passOver(db, other.row, now);
  keeper.row = { ...keeper.row, id: old.row.id, trashedAt };
  return { kept: { id: old.row.id, library: keeper.home.name, path }, dropped };
}

async function passOver(db: Db, row: FileRow, now: number): Promise<void> {
  const as = { sizeBytes: row.sizeBytes, mtimeMs: row.mtimeMs, forgottenAt: new Date(now) };
  await db
    .insert(forgottenFile)
    .values({ libraryId: row.libraryId, path: row.path, ...as })
    .onConflictDoUpdate({ target: [forgottenFile.libraryId, forgottenFile.path], set: as });
}
