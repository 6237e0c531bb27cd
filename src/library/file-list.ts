// Lists of files: filters, orders, pages. Every list is read from indexes that cover its filters: rows are read only for
// the page itself, however far it lies in the list.

import { and, asc, desc, eq, gt, gte, inArray, lt, lte, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, type FileState, type FileType, file, folder, library } from "../db/tables/library.ts";
import { type FoundFiles, searchFiles } from "./file-search.ts";
import type { FileTerm } from "./file-term.ts";

export const fileSorts = ["captured", "added", "name", "path", "size"] as const;
export type FileSort = (typeof fileSorts)[number];

export interface FileFilter {
  libraryId?: number;
  /** A folder's path in the library, "" for its root; needs `libraryId`. */
  folder?: string;
  /** With everything below the folder. */
  deep?: boolean;
  type?: FileType;
  state?: FileState;
  /** Part of the path. */
  text?: string;
  /** What a search asks besides; all must hold. */
  terms?: FileTerm[];
  /** Only the trash; default: only what is not in it. */
  trashed?: boolean;
  /** Only files of NSFW libraries, or only others. */
  nsfw?: boolean;
  /** Default: by capture date, newest first. */
  sort?: FileSort;
  ascending?: boolean;
  offset?: number;
  limit?: number;
}

export interface FileList {
  files: FileRow[];
  total: number;
  /** Of a search: there may be more than `total`. */
  totalIsCapped?: boolean;
  /** False: a search gave up before its page was full. */
  complete?: boolean;
}

export async function listFiles(db: Db, filter: FileFilter): Promise<FileList> {
  if (filter.terms?.length) {
    const { ids, ...counted } = await search(db, filter);
    const page = ids.map((id) => ({ id }));
    return { files: await rowsOf(db, page), ...counted };
  }
  const { few, total } = await find(db, filter);
  if (total === 0) return { files: [], total };
  const where = few ? among(few) : await matching(db, filter, hidden);
  const page = await db
    .select({ id: file.id })
    .from(file)
    .where(where)
    .orderBy(...order(filter))
    .limit(filter.limit ?? 50)
    .offset(filter.offset ?? 0);
  return { files: await rowsOf(db, page), total };
}

/** Which files a search finds, in its order and without their rows; `terms` may be empty. */
export function findFiles(db: Db, filter: FileFilter): Promise<FoundFiles> {
  return search(db, filter);
}

/** Of a search: as far as it counts. */
export async function countFiles(db: Db, filter: FileFilter): Promise<number> {
  if (filter.terms?.length) return (await search(db, { ...filter, limit: 0 })).total;
  return (await find(db, filter)).total;
}

/** The newest additions, for the home page. */
export async function recentFiles(db: Db, limit: number, nsfw?: false): Promise<FileRow[]> {
  const where = await matching(db, { nsfw, state: "ok" }, hidden);
  const newest = db.select({ id: file.id }).from(file).where(where).orderBy(desc(file.id)).limit(limit);
  return await rowsOf(db, await newest);
}

async function nsfwLibraries(db: Db): Promise<number[]> {
  const rows = await db.select({ id: library.id }).from(library).where(eq(library.nsfw, true));
  return rows.map((row) => row.id);
}

/** Everything below a folder, as a range of the index: `0` is the character after `/`. */
export function below(path: string): SQL | undefined {
  return path === "" ? undefined : and(gte(file.path, `${path}/`), lt(file.path, `${path}0`));
}

// A page is read in one of two ways. Few files are found by an index of the filter, and sorted. Otherwise the index of the
// order is walked and the filter checked on the way. SQLite's planner cannot know which is right; a unary plus takes a
// column out of its sight, so that the index meant here is the only one left.

const fewMeans = 3000;

type Sight = (column: SQLiteColumn) => SQL;
const seen: Sight = (column) => sql`${column}`;
const hidden: Sight = (column) => sql`+${column}`;

async function search(db: Db, filter: FileFilter): Promise<FoundFiles> {
  const { sort = "captured", ascending = false, offset = 0, limit = 50, terms = [] } = filter;
  const namesTrash = terms.some(({ test }) =>
    (test.of === "any" ? test.tests : [test]).some(({ of }) => of === "trashed"),
  );
  const base = await matching(db, filter, hidden, namesTrash);
  return await searchFiles(db, base, terms, { column: sortColumn[sort], ascending }, offset, limit);
}

/** How many match, and which, if they are few or were searched for one by one. */
async function find(db: Db, filter: FileFilter): Promise<{ few?: number[]; total: number }> {
  if (filter.text) {
    const few = await idsWithText(db, filter.text, await matching(db, filter, hidden));
    return { few, total: few.length };
  }
  const where = await matching(db, filter, seen);
  const some = await db
    .select({ id: file.id })
    .from(file)
    .where(where)
    .limit(fewMeans + 1);
  if (some.length <= fewMeans) return { few: some.map((row) => row.id), total: some.length };
  const [row] = await db.select({ n: sql<number>`count(*)` }).from(file).where(where);
  return { total: row?.n ?? 0 };
}

async function matching(db: Db, filter: FileFilter, key: Sight, withTrash = false): Promise<SQL | undefined> {
  const { libraryId, type, state, trashed } = filter;
  const inFolders = foldersOf(db, filter);
  const nsfw = filter.nsfw === undefined ? [] : await nsfwLibraries(db);
  return and(
    // Folders are of one library.
    libraryId === undefined || inFolders ? undefined : sql`${key(file.libraryId)} = ${libraryId}`,
    inFolders && sql`${key(file.folderId)} IN ${inFolders}`,
    withTrash
      ? undefined
      : trashed
        ? sql`${key(file.trashedAt)} IS NOT NULL`
        : sql`${key(file.trashedAt)} IS NULL`,
    type && sql`${key(file.type)} = ${type}`,
    state && sql`${key(file.state)} = ${state}`,
    filter.nsfw === true ? sql`${key(file.libraryId)} IN ${nsfw}` : undefined,
    filter.nsfw === false && nsfw.length > 0 ? sql`${key(file.libraryId)} NOT IN ${nsfw}` : undefined,
  );
}

/** The ids of the folder, or of it and all below it; undefined for no folder or all. */
function foldersOf(db: Db, { libraryId, folder: path, deep }: FileFilter) {
  if (path === undefined || libraryId === undefined || (deep && path === "")) return undefined;
  const isIt = eq(folder.path, path);
  const isBelow = and(gte(folder.path, `${path}/`), lt(folder.path, `${path}0`));
  return db
    .select({ id: folder.id })
    .from(folder)
    .where(and(eq(folder.libraryId, libraryId), deep ? sql`(${isIt} OR (${isBelow}))` : isIt));
}

/** Looks at every path, in the index of paths alone; so many at a time that other requests get their turn. */
async function idsWithText(db: Db, text: string, where: SQL | undefined): Promise<number[]> {
  const pattern = `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
  const ids: number[] = [];
  for (let after = ""; ; ) {
    const beyond = gt(file.path, after);
    const [last] = await db
      .select({ path: file.path })
      .from(file)
      .where(beyond)
      .orderBy(asc(file.path))
      .limit(1)
      .offset(pathsAtOnce);
    const rows = await db
      .select({ id: file.id })
      .from(file)
      .where(
        and(
          beyond,
          last && lte(file.path, last.path),
          sql`${hidden(file.path)} LIKE ${pattern} ESCAPE '\\'`,
          where,
        ),
      );
    for (const row of rows) ids.push(row.id);
    if (!last) return ids;
    after = last.path;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const pathsAtOnce = 10_000;

/** Few are looked up one by one; for many the order's index is walked. */
function among(ids: number[]): SQL {
  if (ids.length <= fewMeans) return inArray(file.id, ids);
  return sql`${hidden(file.id)} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

function order({ sort = "captured", ascending = false }: FileFilter): SQL[] {
  const way = ascending ? asc : desc;
  return sort === "added" ? [way(file.id)] : [way(sortColumn[sort]), way(file.id)];
}

const sortColumn = {
  captured: file.capturedAt,
  added: file.id,
  name: file.name,
  path: file.path,
  size: file.sizeBytes,
};

/** In the order of the page. */
async function rowsOf(db: Db, page: { id: number }[]): Promise<FileRow[]> {
  if (page.length === 0) return [];
  const ids = page.map((row) => row.id);
  const rows = await db.select().from(file).where(inArray(file.id, ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
