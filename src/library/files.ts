// Files: finding, listing, counting, and what jobs write about them. An id that was merged away leads to the kept row.

import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, notInArray, type SQL, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import {
  type FileRow,
  type FileState,
  type FileType,
  file,
  folder,
  library,
  mergedFile,
} from "../db/tables/library.ts";
import { GiveUp, NotFound } from "../runtime/errors.ts";
import { isWithin } from "./library-path.ts";

export { fileStats } from "./file-stats.ts";

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

export async function getFile(db: Db, id: number): Promise<FileRow> {
  const [row] = await db.select().from(file).where(eq(file.id, id));
  if (row) return row;
  const [merged] = await db
    .select({ file })
    .from(mergedFile)
    .innerJoin(file, eq(file.id, mergedFile.intoId))
    .where(eq(mergedFile.id, id));
  if (!merged) throw new NotFound("file", id);
  return merged.file;
}

/** By its place in a library; undefined when there is no row. */
export async function findFileAt(db: Db, libraryId: number, path: string): Promise<FileRow | undefined> {
  const [row] = await db.select().from(file).where(and(eq(file.libraryId, libraryId), eq(file.path, path)));
  return row;
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

/**
 * Where the file lies on disk. `GiveUp("input.missing")` when it is not there, or when its real path leads out of the
 * library's root.
 */
export async function absolutePath(db: Db, row: Pick<FileRow, "libraryId" | "path">): Promise<string> {
  const [owner] = await db.select({ path: library.path }).from(library).where(eq(library.id, row.libraryId));
  if (!owner) throw new GiveUp("input.missing", `The library of ${row.path} is gone.`);
  const path = join(owner.path, row.path);
  try {
    const [root, real] = await Promise.all([realpath(owner.path), realpath(path)]);
    if (!isWithin(root, real)) throw new GiveUp("input.missing", `${row.path} leads out of its library.`);
    if (!(await stat(real)).isFile()) throw new GiveUp("input.missing", `${row.path} is no regular file.`);
    return real;
  } catch (error) {
    if (error instanceof GiveUp) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new GiveUp("input.missing", `${path} is not there; it was renamed, deleted, or its disk is not mounted.`);
    throw new GiveUp("input.missing", `${path} cannot be reached: ${(error as Error).message}`);
  }
}

/** Writes what a job found out. */
export async function saveFacts(db: Db, id: number, facts: Partial<FileRow>, now: number): Promise<void> {
  const set = { ...facts, updatedAt: new Date(now) };
  const written = await db.update(file).set(set).where(eq(file.id, id)).returning({ id: file.id });
  if (written.length > 0) return;
  await db.update(file).set(set).where(eq(file.id, (await getFile(db, id)).id));
}

/** The file's content is no good, and why. A scan that finds it changed clears this. */
export async function markInvalid(db: Db, id: number, code: string, reason: string, now: number): Promise<void> {
  await saveFacts(db, id, { state: "invalid", reasonCode: code, reason }, now);
}

/** Trash keeps the row aside; the media stay where they are. */
export async function trashFile(db: Db, id: number, now: number): Promise<FileRow> {
  const row = await getFile(db, id);
  await saveFacts(db, row.id, { trashedAt: row.trashedAt ?? new Date(now) }, now);
  return await getFile(db, row.id);
}

export async function restoreFile(db: Db, id: number, now: number): Promise<FileRow> {
  const row = await getFile(db, id);
  await saveFacts(db, row.id, { trashedAt: null }, now);
  return await getFile(db, row.id);
}

/** The row's own id and those that were merged into it: jobs may be about any of them. */
export async function idsOf(db: Db, id: number): Promise<number[]> {
  const rows = await db.select({ id: mergedFile.id }).from(mergedFile).where(eq(mergedFile.intoId, id));
  return [id, ...rows.map((row) => row.id)];
}

/** Other files with the same content, by the SHA-256 of each; the trash does not count. */
export async function filesBySha256(db: Db, hashes: string[]): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  if (hashes.length === 0) return found;
  const rows = await db
    .select({ id: file.id, sha256: file.sha256 })
    .from(file)
    .where(and(inArray(file.sha256, hashes), isNull(file.trashedAt)))
    .orderBy(asc(file.id));
  for (const row of rows) found.set(row.sha256!, [...(found.get(row.sha256!) ?? []), row.id]);
  return found;
}

export async function isNsfw(db: Db, row: Pick<FileRow, "libraryId">): Promise<boolean> {
  return (await nsfwLibraries(db)).includes(row.libraryId);
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
  const columns = { captured: file.capturedAt, added: file.id, name: file.name, path: file.path, size: file.sizeBytes };
  const way = ascending ? asc : desc;
  return sort === "added" ? [way(file.id)] : [way(columns[sort]), way(file.id)];
}
