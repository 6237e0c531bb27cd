// Lists of files: filters, orders, pages. Every filter is served by an index or bounded by the page.

import {
  and,
  asc,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  notInArray,
  type SQL,
  sql,
} from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, type FileState, type FileType, file, folder, library } from "../db/tables/library.ts";

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
}

export async function listFiles(db: Db, filter: FileFilter): Promise<FileList> {
  const where = await matching(db, filter);
  const files = await db
    .select()
    .from(file)
    .where(where)
    .orderBy(...order(filter))
    .limit(filter.limit ?? 50)
    .offset(filter.offset ?? 0);
  return { files, total: await countFiles(db, filter, where) };
}

export async function countFiles(db: Db, filter: FileFilter, where?: SQL): Promise<number> {
  const [row] = await db
    .select({ n: sql<number>`count(*)` })
    .from(file)
    .where(where ?? (await matching(db, filter)));
  return row?.n ?? 0;
}

/** The newest additions, for the home page. */
export async function recentFiles(db: Db, limit: number, nsfw?: false): Promise<FileRow[]> {
  const where = and(await matching(db, { nsfw }), eq(file.state, "ok"));
  return await db.select().from(file).where(where).orderBy(desc(file.id)).limit(limit);
}

export async function nsfwLibraries(db: Db): Promise<number[]> {
  const rows = await db.select({ id: library.id }).from(library).where(eq(library.nsfw, true));
  return rows.map((row) => row.id);
}

async function matching(db: Db, filter: FileFilter): Promise<SQL | undefined> {
  const nsfw = filter.nsfw === undefined ? [] : await nsfwLibraries(db);
  return and(
    filter.libraryId === undefined ? undefined : eq(file.libraryId, filter.libraryId),
    filter.trashed ? isNotNull(file.trashedAt) : isNull(file.trashedAt),
    filter.type && eq(file.type, filter.type),
    filter.state && eq(file.state, filter.state),
    inFolder(db, filter),
    filter.text ? withText(filter.text) : undefined,
    filter.nsfw === true ? inArray(file.libraryId, nsfw) : undefined,
    filter.nsfw === false && nsfw.length > 0 ? notInArray(file.libraryId, nsfw) : undefined,
  );
}

function inFolder(db: Db, { libraryId, folder: path, deep }: FileFilter): SQL | undefined {
  if (path === undefined || libraryId === undefined) return undefined;
  if (deep) return path === "" ? undefined : below(path);
  const one = db
    .select({ id: folder.id })
    .from(folder)
    .where(and(eq(folder.libraryId, libraryId), eq(folder.path, path)));
  return inArray(file.folderId, one);
}

/** Everything below a folder, as a range of the index: `0` is the character after `/`. */
export function below(path: string): SQL | undefined {
  return path === "" ? undefined : and(gte(file.path, `${path}/`), lt(file.path, `${path}0`));
}

/** Matches in the index of paths alone, so that a search reads no row that it does not show. */
function withText(text: string): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
  return sql`${file.id} IN (SELECT f2.id FROM file f2 WHERE f2.path LIKE ${pattern} ESCAPE '\\')`;
}

function order({ sort = "captured", ascending = false }: FileFilter): SQL[] {
  const columns = {
    captured: file.capturedAt,
    added: file.id,
    name: file.name,
    path: file.path,
    size: file.sizeBytes,
  };
  const way = ascending ? asc : desc;
  return sort === "added" ? [way(file.id)] : [way(columns[sort]), way(file.id)];
}
