// Counts and sums over files, for the overview and the library cards. All from covering indexes.

import { eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileType, file, folder, library } from "../db/tables/library.ts";

export interface FileStats {
  /** Not in the trash. */
  files: number;
  storageBytes: number;
  libraries: number;
  folders: number;
}

export interface LibraryCounts {
  video: number;
  image: number;
  audio: number;
  total: number;
  sizeBytes: number;
}

/** `counts`: of every library, where they have been read already. */
export async function fileStats(db: Db, counts?: ReadonlyMap<number, LibraryCounts>): Promise<FileStats> {
  const files = counts ? sumOf(counts) : await allFiles(db);
  const [libraries] = await db.select({ n: sql<number>`count(*)` }).from(library);
  const [folders] = await db.select({ n: sql<number>`count(*)` }).from(folder).where(isNotNull(folder.id));
  return {
    ...files,
    libraries: libraries?.n ?? 0,
    folders: folders?.n ?? 0,
  };
}

async function allFiles(db: Db) {
  const [files] = await db
    .select({ n: sql<number>`count(*)`, bytes: sql<number>`coalesce(sum(${file.sizeBytes}), 0)` })
    .from(file)
    .where(isNull(file.trashedAt));
  return { files: files?.n ?? 0, storageBytes: files?.bytes ?? 0 };
}

function sumOf(counts: ReadonlyMap<number, LibraryCounts>) {
  const sum = { files: 0, storageBytes: 0 };
  for (const { total, sizeBytes } of counts.values()) {
    sum.files += total;
    sum.storageBytes += sizeBytes;
  }
  return sum;
}

/** Of every library, or of one. Libraries without files are left out. */
export async function libraryCounts(db: Db, libraryId?: number): Promise<Map<number, LibraryCounts>> {
  const ofOne = libraryId === undefined ? sql`1` : eq(file.libraryId, libraryId);
  const rows = await db
    .select({
      libraryId: file.libraryId,
      type: file.type,
      n: sql<number>`count(*)`,
      bytes: sql<number>`sum(${file.sizeBytes})`,
    })
    .from(file)
    .where(sql`${isNull(file.trashedAt)} and ${ofOne}`)
    .groupBy(file.libraryId, file.type);
  const counts = new Map<number, LibraryCounts>();
  for (const row of rows) {
    const mine = counts.get(row.libraryId) ?? noFiles();
    mine[row.type as FileType] += row.n;
    mine.total += row.n;
    mine.sizeBytes += row.bytes;
    counts.set(row.libraryId, mine);
  }
  return counts;
}

export function noFiles(): LibraryCounts {
  return { video: 0, image: 0, audio: 0, total: 0, sizeBytes: 0 };
}
