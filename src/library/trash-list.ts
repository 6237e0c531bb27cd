// What lies in the trash, the latest first, and what it amounts to.

import { and, count, desc, eq, inArray, isNotNull, notInArray, sum } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file, library } from "../db/tables/library.ts";

export interface TrashFilter {
  libraryId?: number | undefined;
  /** Libraries that are left out. */
  hidden: number[];
}

export interface TrashSum {
  libraryId: number;
  library: string;
  readOnly: boolean;
  files: number;
  sizeBytes: number;
}

export async function listTrash(
  db: Db,
  filter: TrashFilter,
  offset: number,
  limit: number,
): Promise<{ row: FileRow; library: string; readOnly: boolean }[]> {
  const ids = await trashIds(db, filter, offset, limit);
  const rows = await db
    .select({ row: file, library: library.name, readOnly: library.readOnly })
    .from(file)
    .innerJoin(library, eq(library.id, file.libraryId))
    .where(inArray(file.id, ids))
    .orderBy(desc(file.trashedAt), desc(file.id));
  return rows;
}

/** In the index that only the trash has; whole rows are read of one page alone. */
export async function trashIds(
  db: Db,
  filter: TrashFilter,
  offset: number,
  limit: number,
): Promise<number[]> {
  const rows = await db
    .select({ id: file.id })
    .from(file)
    .where(matching(filter))
    .orderBy(desc(file.trashedAt), desc(file.id))
    .limit(limit)
    .offset(offset);
  return rows.map(({ id }) => id);
}

/** Of each library that has something there; of some files only, where `ids` says which. */
export async function trashSums(db: Db, filter: TrashFilter, ids?: number[]): Promise<TrashSum[]> {
  const rows = await db
    .select({
      libraryId: file.libraryId,
      library: library.name,
      readOnly: library.readOnly,
      files: count(),
      sizeBytes: sum(file.sizeBytes).mapWith(Number),
    })
    .from(file)
    .innerJoin(library, eq(library.id, file.libraryId))
    .where(and(matching(filter), ids && inArray(file.id, ids)))
    .groupBy(file.libraryId)
    .orderBy(library.name);
  return rows;
}

function matching({ libraryId, hidden }: TrashFilter) {
  return and(
    isNotNull(file.trashedAt),
    libraryId === undefined ? undefined : eq(file.libraryId, libraryId),
    hidden.length > 0 ? notInArray(file.libraryId, hidden) : undefined,
  );
}
