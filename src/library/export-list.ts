// Finding exports: by job, by file, by moment, and all of them a page at a time.

import { and, desc, eq, exists, inArray, not, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { file } from "../db/tables/library.ts";
import { type ExportRow, exported, exportSource } from "../db/tables/media.ts";
import { NotFound } from "../runtime/errors.ts";

export interface ListedExport extends ExportRow {
  /** The first of its sources, by name. */
  sources: { id: number; name: string }[];
  sourceCount: number;
}

export interface ExportList {
  exports: ListedExport[];
  total: number;
  sizeBytes: number;
}

/** Those that hold material of a library in `hidden` are left out. */
export async function listExports(
  db: Db,
  { page, limit, hidden = [] }: { page: number; limit: number; hidden?: number[] },
): Promise<ExportList> {
  const where = shown(db, hidden);
  const rows = await db
    .select()
    .from(exported)
    .where(where)
    .orderBy(desc(exported.id))
    .limit(limit)
    .offset((page - 1) * limit);
  const [sum] = await db
    .select({
      total: sql<number>`count(*)`,
      sizeBytes: sql<number>`coalesce(sum(CASE WHEN ${exported.path} IS NOT NULL THEN ${exported.sizeBytes} END), 0)`,
    })
    .from(exported)
    .where(where);
  return { exports: await withSources(db, rows), ...sum! };
}

export async function findExport(db: Db, id: number, hidden: number[] = []): Promise<ExportRow> {
  const [row] = await db
    .select()
    .from(exported)
    .where(and(eq(exported.id, id), shown(db, hidden)));
  if (!row) throw new NotFound("export", id);
  return row;
}

/** Newest first. */
export async function exportsOfJob(db: Db, jobId: number): Promise<ExportRow[]> {
  return await db
    .select()
    .from(exported)
    .where(eq(exported.jobId, jobId))
    .orderBy(desc(exported.id))
    .limit(100);
}

/** What was made of a file, newest first; `limit` of them. */
export async function exportsOfFile(db: Db, fileId: number, limit = 50): Promise<ExportRow[]> {
  const rows = await db
    .select({ row: exported })
    .from(exportSource)
    .innerJoin(exported, eq(exported.id, exportSource.exportId))
    .where(eq(exportSource.fileId, fileId))
    .orderBy(desc(exported.id))
    .limit(limit);
  return rows.map(({ row }) => row);
}

export async function newestOfMoment(db: Db, momentId: number): Promise<ExportRow | undefined> {
  const [row] = await db
    .select()
    .from(exported)
    .where(eq(exported.momentId, momentId))
    .orderBy(desc(exported.id))
    .limit(1);
  return row;
}

/** Ids of the files whose material an export holds. */
export async function exportSources(db: Db, exportId: number): Promise<number[]> {
  const rows = await db
    .select({ fileId: exportSource.fileId })
    .from(exportSource)
    .where(eq(exportSource.exportId, exportId));
  return rows.map((row) => row.fileId);
}

const namedSources = 3;

/** The first of the sources of each, by name. */
export async function withSources(db: Db, rows: ExportRow[]): Promise<ListedExport[]> {
  if (rows.length === 0) return [];
  const found = await db
    .select({ exportId: exportSource.exportId, id: file.id, name: file.name })
    .from(exportSource)
    .innerJoin(file, eq(file.id, exportSource.fileId))
    .where(
      inArray(
        exportSource.exportId,
        rows.map((row) => row.id),
      ),
    );
  const byExport = Map.groupBy(found, (one) => one.exportId);
  return rows.map((row) => {
    const all = byExport.get(row.id) ?? [];
    const sources = all.slice(0, namedSources).map(({ id, name }) => ({ id, name }));
    return { ...row, sources, sourceCount: all.length };
  });
}

function shown(db: Db, hidden: number[]) {
  if (hidden.length === 0) return undefined;
  return not(
    exists(
      db
        .select({ one: sql`1` })
        .from(exportSource)
        .innerJoin(file, eq(file.id, exportSource.fileId))
        .where(and(eq(exportSource.exportId, exported.id), inArray(file.libraryId, hidden))),
    ),
  );
}
