// Counts and sums over files, for the overview and the library cards. The writer keeps them: nothing is counted here.

import { eq, isNotNull, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { fileTally, folder, library } from "../db/tables/library.ts";

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
  const files = sumOf(counts ?? (await libraryCounts(db)));
  const [libraries] = await db.select({ n: sql<number>`count(*)` }).from(library);
  const [folders] = await db.select({ n: sql<number>`count(*)` }).from(folder).where(isNotNull(folder.id));
  return {
    ...files,
    libraries: libraries?.n ?? 0,
    folders: folders?.n ?? 0,
  };
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
  const ofOne = libraryId === undefined ? undefined : eq(fileTally.libraryId, libraryId);
  const counts = new Map<number, LibraryCounts>();
  for (const row of await db.select().from(fileTally).where(ofOne)) {
    const mine = counts.get(row.libraryId) ?? noFiles();
    mine[row.type] += row.files;
    mine.total += row.files;
    mine.sizeBytes += row.sizeBytes;
    counts.set(row.libraryId, mine);
  }
  return counts;
}

export function noFiles(): LibraryCounts {
  return { video: 0, image: 0, audio: 0, total: 0, sizeBytes: 0 };
}
