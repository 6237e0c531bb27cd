// Which of some duplicates would be gone for good with the others: a page that is old may name the only copy that is left.

import { and, inArray, isNull, ne } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import type { FoundGroup } from "./duplicates.ts";
import { filesById } from "./file-grid.ts";

/** Those that are not in the trash yet, and of whose group nothing would stay. */
export async function lastCopies(db: Db, groups: FoundGroup[], ids: number[]): Promise<FileRow[]> {
  const chosen = new Set(ids);
  const safe = new Set<number>();
  for (const { fileIds } of groups) {
    if (!fileIds.some((id) => chosen.has(id))) continue;
    if (
      await isAnyThere(
        db,
        fileIds.filter((id) => !chosen.has(id)),
      )
    )
      for (const id of fileIds) safe.add(id);
  }
  const alone = await filesById(
    db,
    ids.filter((id) => !safe.has(id)),
  );
  return alone.filter((row) => row.trashedAt === null);
}

async function isAnyThere(db: Db, ids: number[]): Promise<boolean> {
  for (let at = 0; at < ids.length; at += 500) {
    const some = inArray(file.id, ids.slice(at, at + 500));
    const there = and(some, isNull(file.trashedAt), ne(file.state, "missing"));
    const isThere = await db.select({ id: file.id }).from(file).where(there).limit(1);
    if (isThere.length > 0) return true;
  }
  return false;
}
