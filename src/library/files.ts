// Files: finding one, and what jobs write about it. An id that was merged away leads to the row that was kept.

import { open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { and, asc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file, library, mergedFile } from "../db/tables/library.ts";
import { GiveUp, isForbidden, NotFound } from "../runtime/errors.ts";
import { isWithin } from "./library-path.ts";

export {
  countFiles,
  type FileFilter,
  type FileList,
  type FileSort,
  fileSorts,
  listFiles,
  recentFiles,
} from "./file-list.ts";
export { fileStats } from "./file-stats.ts";

export async function getFile(db: Db, id: number): Promise<FileRow> {
  const [row] = await byId(db).execute({ id });
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
  const [row] = await db
    .select()
    .from(file)
    .where(and(eq(file.libraryId, libraryId), eq(file.path, path)));
  return row;
}

/**
 * Where the file lies on disk. `GiveUp("input.missing")` when it is not there, or when its real path leads out of the
 * library's root; `GiveUp("input.unreadable")` when the server may not read it.
 */
export async function absolutePath(db: Db, row: Pick<FileRow, "libraryId" | "path">): Promise<string> {
  const [owner] = await db.select({ path: library.path }).from(library).where(eq(library.id, row.libraryId));
  if (!owner) throw new GiveUp("input.missing", `The library of ${row.path} is gone.`);
  const path = join(owner.path, row.path);
  try {
    const [root, real] = await Promise.all([realpath(owner.path), realpath(path)]);
    if (!isWithin(root, real)) throw new GiveUp("input.missing", `${row.path} leads out of its library.`);
    if (!(await stat(real)).isFile()) throw new GiveUp("input.missing", `${row.path} is no regular file.`);
    await (await open(real, "r")).close();
    return real;
  } catch (error) {
    if (error instanceof GiveUp) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new GiveUp(
        "input.missing",
        `${path} is not there; it was renamed, deleted, or its disk is not mounted.`,
      );
    if (isForbidden(error)) throw new GiveUp("input.unreadable", `${path} may not be read (${code}).`);
    throw new GiveUp("input.missing", `${path} cannot be reached: ${(error as Error).message}`);
  }
}

/** Writes what a job found out. */
export async function saveFacts(db: Db, id: number, facts: Partial<FileRow>, now: number): Promise<void> {
  const set = { ...facts, updatedAt: new Date(now) };
  const written = await db.update(file).set(set).where(eq(file.id, id)).returning({ id: file.id });
  if (written.length > 0) return;
  await db
    .update(file)
    .set(set)
    .where(eq(file.id, (await getFile(db, id)).id));
}

/** The file's content is no good, and why. A scan that finds it changed clears this. */
export async function markInvalid(
  db: Db,
  id: number,
  code: string,
  reason: string,
  now: number,
): Promise<void> {
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

/** Other files with the same content, by the SHA-256 of each. Neither the trash counts nor empty files. */
export async function filesBySha256(db: Db, hashes: string[]): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  if (hashes.length === 0) return found;
  const rows = await db
    .select({ id: file.id, sha256: file.sha256 })
    .from(file)
    .where(and(inArray(file.sha256, hashes), gt(file.sizeBytes, 0), isNull(file.trashedAt)))
    .orderBy(asc(file.id));
  for (const row of rows) found.set(row.sha256!, [...(found.get(row.sha256!) ?? []), row.id]);
  return found;
}

/** Prepared once per database: building the query costs ten times its run, and a scan asks 300,000 times. */
function byId(db: Db) {
  let query = preparedById.get(db);
  if (!query) {
    query = prepareById(db);
    preparedById.set(db, query);
  }
  return query;
}

const prepareById = (db: Db) =>
  db
    .select()
    .from(file)
    .where(eq(file.id, sql.placeholder("id")))
    .prepare();
const preparedById = new WeakMap<Db, ReturnType<typeof prepareById>>();
