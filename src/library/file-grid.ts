// Pages of a library's files for the grid, and the neighbours of one file in the same order. Keyset paging: the cost of a
// page does not grow with how far one has scrolled, nor with the size of the library.

import { and, asc, desc, eq, inArray, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Db } from "../db/open.sqlite.ts";
import {
  derivative,
  type FileRow,
  type FileState,
  type FileType,
  file,
  folder,
} from "../db/tables/library.ts";

export const gridSorts = ["path", "newest", "captured", "largest"] as const;
export type GridSort = (typeof gridSorts)[number];

export interface GridFilter {
  libraryId: number;
  /** Relative to the root; "" is the root itself. */
  folder: { id: number; path: string } | null;
  /** With everything below the folder. */
  deep: boolean;
  type?: FileType;
  /** `problem` = anything but ok; `trashed` shows only what lies in the trash. */
  state?: FileState | "problem" | "trashed";
  text?: string;
}

export interface GridPage {
  files: FileRow[];
  /** Give it back as `after` for what follows; null at the end. */
  next: string | null;
}

export interface Thumbnail {
  fileId: number;
  kind: string;
  width: number | null;
  height: number | null;
  createdAt: Date;
}

export async function gridPage(
  db: Db,
  filter: GridFilter,
  sort: GridSort,
  after: string | null = null,
  limit = 60,
  reverse = false,
): Promise<GridPage> {
  const plan = { ...filter, sort, narrow: await isNarrow(db, filter) };
  const from = after ? readCursor(after) : null;
  const files: FileRow[] = [];
  for (const stretch of stretches(plan, from, reverse)) {
    files.push(...(await read(db, plan, stretch, limit + 1 - files.length)));
    if (files.length > limit) break;
  }
  const more = files.length > limit;
  if (more) files.length = limit;
  return { files, next: more ? cursorOf(files.at(-1)!, sort) : null };
}

/** The files before and after one in the grid's order. */
export async function neighbours(
  db: Db,
  filter: GridFilter,
  sort: GridSort,
  of: FileRow,
): Promise<{ previousId: number | null; nextId: number | null }> {
  const cursor = cursorOf(of, sort);
  const previous = await gridPage(db, filter, sort, cursor, 1, true);
  const next = await gridPage(db, filter, sort, cursor, 1);
  return { previousId: previous.files[0]?.id ?? null, nextId: next.files[0]?.id ?? null };
}

/** The picture that stands for each file, for those that have one. */
export async function thumbnailsOf(db: Db, fileIds: number[]): Promise<Map<number, Thumbnail>> {
  if (fileIds.length === 0) return new Map();
  const rows = await db
    .select({
      fileId: derivative.fileId,
      kind: derivative.kind,
      width: derivative.width,
      height: derivative.height,
      createdAt: derivative.createdAt,
    })
    .from(derivative)
    .where(and(inArray(derivative.fileId, fileIds), inArray(derivative.kind, ["poster", "thumbnail"])))
    .orderBy(asc(derivative.width));
  return new Map(rows.map((row) => [row.fileId, row]));
}

/** Which libraries these files are of, and how many each has. */
export async function countByLibrary(db: Db, fileIds: number[]): Promise<Map<number, number>> {
  if (fileIds.length === 0) return new Map();
  const rows = await db
    .select({ libraryId: file.libraryId, n: sql<number>`count(*)` })
    .from(file)
    .where(inArray(file.id, fileIds))
    .groupBy(file.libraryId);
  return new Map(rows.map((row) => [row.libraryId, row.n]));
}

/** Files of a library that are missing, damaged or quarantined. */
export async function countProblems(db: Db, libraryId: number): Promise<number> {
  const [row] = await db
    .select({ n: sql<number>`count(*)` })
    .from(file)
    .where(and(eq(file.libraryId, libraryId), inState("problem")));
  return row?.n ?? 0;
}

/** Undefined when no scan has seen such a folder. */
export async function findFolder(
  db: Db,
  libraryId: number,
  path: string,
): Promise<GridFilter["folder"] | undefined> {
  const [row] = await db
    .select({ id: folder.id, path: folder.path })
    .from(folder)
    .where(and(eq(folder.libraryId, libraryId), eq(folder.path, path)));
  return row;
}

export async function filesById(db: Db, ids: number[]): Promise<FileRow[]> {
  return ids.length === 0 ? [] : await db.select().from(file).where(inArray(file.id, ids));
}

// --- order -----------------------------------------------------------------------------------------------------------
// A page is read in one of two ways. A narrow filter leaves a few thousand files: they are found by the filter's index and
// sorted. Otherwise the index of the order is walked and the filter checked on the way. SQLite's planner cannot know which
// is right, so a unary plus takes the other way's index out of its sight.

const narrowMeans = 3000;

interface Plan extends GridFilter {
  sort: GridSort;
  narrow: boolean;
}

interface Cursor {
  id: number;
  path: string;
  /** Of the capture date in milliseconds, or of the size. */
  number: number | null;
}

/** A part of the order that one index walks; files without a capture date come after those with one. */
interface Stretch {
  where: SQL | undefined;
  order: SQL[];
  /** Merge the three types, each by its own index. */
  byType?: boolean;
}

async function isNarrow(db: Db, filter: GridFilter): Promise<boolean> {
  if (filter.text || (filter.state && filter.state !== "ok")) return true;
  const restrictions = [and(eq(file.libraryId, filter.libraryId), filter.type && eq(file.type, filter.type))];
  if (filter.folder && (filter.folder.path !== "" || !filter.deep))
    restrictions.push(and(filter.deep ? eq(file.libraryId, filter.libraryId) : undefined, inFolder(filter)));
  for (const where of restrictions) {
    const some = db
      .select({ one: sql`1`.as("one") })
      .from(file)
      .where(where)
      .limit(narrowMeans)
      .as("some");
    const [row] = await db.select({ n: sql<number>`count(*)` }).from(some);
    if ((row?.n ?? 0) < narrowMeans) return true;
  }
  return false;
}

function stretches(plan: Plan, from: Cursor | null, reverse: boolean): Stretch[] {
  const key = (column: SQLiteColumn) => (plan.narrow ? sql`+${column}` : sql`${column}`);
  const way = reverse ? sql`>` : sql`<`;
  const falling = (column: SQLiteColumn) => (reverse ? asc(key(column)) : desc(key(column)));
  if (plan.sort === "path") {
    // Inside one folder the order of names is that of paths, and has an index of its own.
    const one = isOneFolder(plan);
    const column = one ? file.name : file.path;
    const last = one ? from?.path.slice(from.path.lastIndexOf("/") + 1) : from?.path;
    const where = from ? sql`${key(column)} ${reverse ? sql`<` : sql`>`} ${last}` : undefined;
    return [{ where, order: [reverse ? desc(key(column)) : asc(key(column))] }];
  }
  const beyondId = from ? sql`${file.id} ${way} ${from.id}` : undefined;
  if (plan.sort === "newest")
    return [{ where: beyondId, order: [falling(file.id)], byType: walksTypes(plan) && !plan.type }];

  if (plan.sort === "largest") {
    const where = from
      ? sql`(${key(file.sizeBytes)}, ${file.id}) ${way} (${from.number}, ${from.id})`
      : undefined;
    return [{ where, order: [falling(file.sizeBytes), falling(file.id)] }];
  }
  const beyondDate = from
    ? sql`(${key(file.capturedAt)}, ${file.id}) ${way} (${from.number}, ${from.id})`
    : undefined;
  const dated = (where?: SQL): Stretch => ({
    where: and(isNotNull(file.capturedAt), where),
    order: [falling(file.capturedAt), falling(file.id)],
  });
  const undated = (where?: SQL): Stretch => ({
    where: and(isNull(file.capturedAt), where),
    order: [falling(file.id)],
  });
  if (!from) return reverse ? [undated(), dated()] : [dated(), undated()];
  if (from.number === null) return reverse ? [undated(beyondId), dated()] : [undated(beyondId)];
  return reverse ? [dated(beyondDate)] : [dated(beyondDate), undated()];
}

async function read(db: Db, plan: Plan, stretch: Stretch, limit: number): Promise<FileRow[]> {
  if (limit <= 0) return [];
  const rows = (more: GridFilter["type"]) =>
    db
      .select()
      .from(file)
      .where(and(matching({ ...plan, type: more }), stretch.where))
      .orderBy(...stretch.order)
      .limit(limit);
  if (!stretch.byType) return rows(plan.type);
  const each = await Promise.all((["video", "image", "audio"] as const).map(rows));
  const falls = each.every((r) => r.length < 2 || r[0]!.id > r[1]!.id);
  return each
    .flat()
    .sort((a, b) => (falls ? b.id - a.id : a.id - b.id))
    .slice(0, limit);
}

// --- filter ----------------------------------------------------------------------------------------------------------

function matching(plan: Plan): SQL | undefined {
  const unseen = (column: SQLiteColumn, indexWanted: boolean) =>
    plan.narrow || indexWanted ? sql`${column}` : sql`+${column}`;
  const libraryIndexed =
    plan.sort === "captured" ||
    (plan.sort === "newest" && walksTypes(plan)) ||
    (plan.sort === "path" && !isOneFolder(plan));
  return and(
    sql`${unseen(file.libraryId, libraryIndexed)} = ${plan.libraryId}`,
    inFolder(plan, (column) => unseen(column, plan.sort === "path")),
    plan.type
      ? sql`${unseen(file.type, plan.sort === "newest" && walksTypes(plan))} = ${plan.type}`
      : undefined,
    inState(plan.state),
    plan.text ? withText(plan.libraryId, plan.text) : undefined,
  );
}

function isOneFolder({ folder, deep }: GridFilter): boolean {
  return folder !== null && !deep;
}

/** Whether (library, type, id) gives the newest first; below a folder the table itself does. */
function walksTypes(plan: Plan): boolean {
  return !plan.narrow && !isOneFolder(plan) && !plan.folder?.path;
}

function inFolder(
  { folder, deep }: GridFilter,
  seen = (column: SQLiteColumn) => sql`${column}`,
): SQL | undefined {
  if (!folder) return undefined;
  if (!deep) return sql`${seen(file.folderId)} = ${folder.id}`;
  if (folder.path === "") return undefined;
  // `0` is the character after `/`: the range holds everything below the folder and nothing beside it.
  return and(sql`${seen(file.path)} >= ${`${folder.path}/`}`, sql`${seen(file.path)} < ${`${folder.path}0`}`);
}

function inState(state: GridFilter["state"]): SQL | undefined {
  if (state === "trashed") return isNotNull(file.trashedAt);
  const kept = isNull(file.trashedAt);
  if (!state) return kept;
  if (state === "ok") return and(kept, eq(file.state, state));
  // In the words of the partial index, so that it is used.
  const unsound = sql`${file.state} <> 'ok'`;
  return and(kept, unsound, state === "problem" ? undefined : sql`+${file.state} = ${state}`);
}

/** Matches in the index of paths alone, so that a search reads no row that it does not show. */
function withText(libraryId: number, text: string): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
  return sql`${file.id} IN (SELECT f2.id FROM file f2 WHERE f2.library_id = ${libraryId} AND f2.path LIKE ${pattern} ESCAPE '\\' LIMIT 2000)`;
}

function cursorOf(row: FileRow, sort: GridSort): string {
  const keys = {
    path: row.path,
    newest: null,
    captured: row.capturedAt?.getTime() ?? null,
    largest: row.sizeBytes,
  };
  return Buffer.from(JSON.stringify([row.id, keys[sort]])).toString("base64url");
}

/** Null for what no page of ours gave out: the grid starts at its beginning. */
function readCursor(text: string): Cursor | null {
  try {
    const [id, key] = JSON.parse(Buffer.from(text, "base64url").toString()) as [unknown, unknown];
    if (!Number.isInteger(id)) return null;
    return {
      id: id as number,
      path: typeof key === "string" ? key : "",
      number: typeof key === "number" ? key : null,
    };
  } catch {
    return null;
  }
}
