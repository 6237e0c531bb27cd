// Pages of a library's files for the grid, and the neighbours of one file in the same order. Keyset paging: the cost of a
// page does not grow with how far one has scrolled, nor with the size of the library.

import { and, asc, desc, eq, inArray, isNotNull, type SQL, sql } from "drizzle-orm";
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
  /** Only these, which a search has found: it has looked at all the rest. */
  among?: number[];
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
  const plan = { ...filter, sort, walk: (await narrowWalk(db, filter)) ?? orderWalk(filter, sort) };
  const from = after ? readCursor(after) : null;
  const files: FileRow[] = [];
  for (const stretch of stretches(plan, from, reverse)) {
    files.push(...(await read(db, plan, stretch, limit + 1 - files.length, reverse)));
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

/** Those of the videos that have a short film to show before anybody opens them. */
export async function previewsOf(db: Db, fileIds: number[]): Promise<Set<number>> {
  if (fileIds.length === 0) return new Set();
  const rows = await db
    .select({ fileId: derivative.fileId })
    .from(derivative)
    .where(
      and(
        inArray(derivative.fileId, fileIds),
        eq(derivative.kind, "preview"),
        eq(derivative.mimeType, "video/mp4"),
      ),
    );
  return new Set(rows.map((row) => row.fileId));
}

/** Which library each is of. */
export async function librariesOf(db: Db, fileIds: number[]): Promise<Map<number, number>> {
  const rows = await db
    .select({ id: file.id, libraryId: file.libraryId })
    .from(file)
    .where(sql`${file.id} IN (SELECT value FROM json_each(${JSON.stringify(fileIds)}))`);
  return new Map(rows.map((row) => [row.id, row.libraryId]));
}

/** Files of a library that are missing, damaged or quarantined. */
export async function countProblems(db: Db, libraryId: number): Promise<number> {
  const [row] = await db
    .select({ n: sql<number>`count(*)` })
    .from(file)
    .where(and(sql`+${file.libraryId} = ${libraryId}`, inState("problem")));
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

// --- walks -----------------------------------------------------------------------------------------------------------
// A page is read in one of two ways. A narrow filter leaves a few thousand files: they are found by the filter's index and
// sorted. Otherwise the index of the order is walked and the filter checked on the way. SQLite's planner cannot know which
// is right; a unary plus takes a column out of its sight, so that the index meant here is the only one left.

const narrowMeans = 3000;

/** The columns that each walk may use an index of; `id` is the table itself and the tail of every index. */
const walks = {
  // By their ids, and by partial indexes that hold nothing else.
  found: [],
  state: [],
  trash: [],
  type: [file.libraryId, file.type],
  library: [file.libraryId],
  folder: [file.folderId],
  below: [file.libraryId, file.path],
  // Orders.
  names: [file.folderId, file.name],
  paths: [file.libraryId, file.path],
  newest: [file.id],
  newestOfType: [file.libraryId, file.type, file.id],
  captured: [file.libraryId, file.capturedAt, file.id],
  sizes: [file.sizeBytes, file.id],
} satisfies Record<string, SQLiteColumn[]>;

interface Plan extends GridFilter {
  sort: GridSort;
  walk: keyof typeof walks;
}

async function narrowWalk(db: Db, filter: GridFilter): Promise<Plan["walk"] | undefined> {
  if (filter.among) return "found";
  if (filter.state === "trashed") return "trash";
  if (filter.state && filter.state !== "ok") return "state";
  const restrictions: [Plan["walk"], SQL | undefined][] = [];
  const ofLibrary = eq(file.libraryId, filter.libraryId);
  if (filter.folder && !filter.deep) restrictions.push(["folder", inFolder(filter)]);
  else if (filter.folder?.path) restrictions.push(["below", and(ofLibrary, inFolder(filter))]);
  if (filter.type) restrictions.push(["type", and(ofLibrary, eq(file.type, filter.type))]);
  restrictions.push(["library", ofLibrary]);
  for (const [walk, where] of restrictions) {
    const some = db
      .select({ one: sql`1`.as("one") })
      .from(file)
      .where(where)
      .limit(narrowMeans)
      .as("some");
    const [row] = await db.select({ n: sql<number>`count(*)` }).from(some);
    if ((row?.n ?? 0) < narrowMeans) return walk;
  }
  return undefined;
}

function orderWalk(filter: GridFilter, sort: GridSort): Plan["walk"] {
  const isOneFolder = filter.folder !== null && !filter.deep;
  if (sort === "path") return isOneFolder ? "names" : "paths";
  if (sort === "captured") return "captured";
  if (sort === "largest") return "sizes";
  // Below a folder the table itself gives the newest first; its types would each be searched to the end.
  return filter.folder?.path || isOneFolder ? "newest" : "newestOfType";
}

/** The column, in the planner's sight only where the walk wants it. */
function inWalk(plan: Plan, column: SQLiteColumn): SQL {
  const seen: SQLiteColumn[] = walks[plan.walk];
  return seen.includes(column) ? sql`${column}` : sql`+${column}`;
}

// --- order -----------------------------------------------------------------------------------------------------------

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
}

function stretches(plan: Plan, from: Cursor | null, reverse: boolean): Stretch[] {
  const key = (column: SQLiteColumn) => inWalk(plan, column);
  const way = reverse ? sql`>` : sql`<`;
  const falling = (column: SQLiteColumn) => (reverse ? asc(key(column)) : desc(key(column)));
  if (plan.sort === "path") {
    // Inside one folder the order of names is that of paths, and has an index of its own.
    const isOneFolder = plan.folder !== null && !plan.deep;
    const column = isOneFolder ? file.name : file.path;
    const last = isOneFolder ? from?.path.slice(from.path.lastIndexOf("/") + 1) : from?.path;
    const where = from ? sql`${key(column)} ${reverse ? sql`<` : sql`>`} ${last}` : undefined;
    return [{ where, order: [reverse ? desc(key(column)) : asc(key(column))] }];
  }
  const beyondId = from ? sql`${key(file.id)} ${way} ${from.id}` : undefined;
  if (plan.sort === "newest") return [{ where: beyondId, order: [falling(file.id)] }];

  const column = plan.sort === "largest" ? file.sizeBytes : file.capturedAt;
  const beyond = from
    ? sql`(${key(column)}, ${key(file.id)}) ${way} (${from.number}, ${from.id})`
    : undefined;
  const order = [falling(column), falling(file.id)];
  if (plan.sort === "largest") return [{ where: beyond, order }];
  const dated = (where?: SQL): Stretch => ({ where: and(sql`${key(column)} IS NOT NULL`, where), order });
  const undated = (where?: SQL): Stretch => ({
    where: and(sql`${key(column)} IS NULL`, where),
    order: [falling(file.id)],
  });
  if (!from) return reverse ? [undated(), dated()] : [dated(), undated()];
  if (from.number === null) return reverse ? [undated(beyondId), dated()] : [undated(beyondId)];
  return reverse ? [dated(beyond)] : [dated(beyond), undated()];
}

async function read(db: Db, plan: Plan, { where, order }: Stretch, limit: number, reverse: boolean) {
  if (limit <= 0) return [];
  const rows = (type: GridFilter["type"]): Promise<FileRow[]> =>
    db
      .select()
      .from(file)
      .where(and(matching({ ...plan, type }), where))
      .orderBy(...order)
      .limit(limit);
  if (plan.walk !== "newestOfType" || plan.type) return rows(plan.type);
  // No index has all types of a library in the order of their ids: the three are merged.
  const each = await Promise.all((["video", "image", "audio"] as const).map(rows));
  return each
    .flat()
    .sort((a, b) => (reverse ? a.id - b.id : b.id - a.id))
    .slice(0, limit);
}

// --- filter ----------------------------------------------------------------------------------------------------------

function matching(plan: Plan): SQL | undefined {
  if (plan.among) return inArray(file.id, plan.among);
  return and(
    sql`${inWalk(plan, file.libraryId)} = ${plan.libraryId}`,
    inFolder(plan, (column) => inWalk(plan, column)),
    plan.type ? sql`${inWalk(plan, file.type)} = ${plan.type}` : undefined,
    inState(plan.state),
  );
}

function inFolder(
  { folder, deep }: GridFilter,
  key = (column: SQLiteColumn) => sql`${column}`,
): SQL | undefined {
  if (!folder) return undefined;
  if (!deep) return sql`${key(file.folderId)} = ${folder.id}`;
  if (folder.path === "") return undefined;
  // `0` is the character after `/`: the range holds everything below the folder and nothing beside it.
  return and(sql`${key(file.path)} >= ${`${folder.path}/`}`, sql`${key(file.path)} < ${`${folder.path}0`}`);
}

function inState(state: GridFilter["state"]): SQL | undefined {
  if (state === "trashed") return isNotNull(file.trashedAt);
  // Nearly every file is not in the trash: no index of that narrows anything.
  const kept = sql`+${file.trashedAt} IS NULL`;
  if (!state) return kept;
  if (state === "ok") return and(kept, eq(file.state, state));
  // In the words of the partial index, so that it is used.
  const unsound = sql`${file.state} <> 'ok'`;
  return and(kept, unsound, state === "problem" ? undefined : sql`+${file.state} = ${state}`);
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
