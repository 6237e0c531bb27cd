// Files that were removed from the trash while their media stayed: scans pass over them until they change, or somebody
// brings them back.

import { and, asc, count, eq, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { forgottenFile } from "../db/tables/media.ts";
import type { Seen } from "./walk.ts";

export interface Forgotten {
  path: string;
  sizeBytes: number;
  forgottenAt: Date;
}

/** Those of the seen that are as they were when they were forgotten; what has changed since is forgotten no more. */
export async function stillForgotten(db: Db, libraryId: number, seen: Seen[]): Promise<Set<string>> {
  if (seen.length === 0) return new Set();
  const byPath = new Map(seen.map((s) => [s.path, s]));
  const rows = await db
    .select()
    .from(forgottenFile)
    .where(and(eq(forgottenFile.libraryId, libraryId), inArray(forgottenFile.path, [...byPath.keys()])));
  const changed = rows.filter((row) => {
    const s = byPath.get(row.path)!;
    return s.sizeBytes !== row.sizeBytes || s.mtimeMs !== row.mtimeMs;
  });
  const ended = changed.map((row) => row.path);
  await remember(db, libraryId, ended);
  return new Set(rows.map((row) => row.path).filter((path) => !ended.includes(path)));
}

/** The next scan finds them as new files. */
export async function remember(db: Db, libraryId: number, paths: string[]): Promise<number> {
  if (paths.length === 0) return 0;
  const gone = await db
    .delete(forgottenFile)
    .where(and(eq(forgottenFile.libraryId, libraryId), inArray(forgottenFile.path, paths)))
    .returning({ path: forgottenFile.path });
  return gone.length;
}

export async function rememberAll(db: Db, libraryId: number): Promise<number> {
  const gone = await db
    .delete(forgottenFile)
    .where(eq(forgottenFile.libraryId, libraryId))
    .returning({ path: forgottenFile.path });
  return gone.length;
}

/** By path. */
export async function listForgotten(
  db: Db,
  libraryId: number,
  offset: number,
  limit: number,
): Promise<{ files: Forgotten[]; total: number }> {
  const mine = eq(forgottenFile.libraryId, libraryId);
  const files = await db
    .select({
      path: forgottenFile.path,
      sizeBytes: forgottenFile.sizeBytes,
      forgottenAt: forgottenFile.forgottenAt,
    })
    .from(forgottenFile)
    .where(mine)
    .orderBy(asc(forgottenFile.path))
    .limit(limit)
    .offset(offset);
  const [row] = await db.select({ n: count() }).from(forgottenFile).where(mine);
  return { files, total: row!.n };
}
