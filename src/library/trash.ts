// Many files into the trash or out of it at once. The media stay where they are.

import { and, isNotNull, isNull, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { file } from "../db/tables/library.ts";

const atOnce = 500;

/** Those that were not in it before. */
export function trashFiles(db: Db, ids: number[], now: number): Promise<number[]> {
  return setTrashed(db, ids, new Date(now), now);
}

/** Those that were in it. */
export function restoreFiles(db: Db, ids: number[], now: number): Promise<number[]> {
  return setTrashed(db, ids, null, now);
}

async function setTrashed(db: Db, ids: number[], trashedAt: Date | null, now: number): Promise<number[]> {
  const changed: number[] = [];
  for (let at = 0; at < ids.length; at += atOnce) {
    const some = JSON.stringify(ids.slice(at, at + atOnce));
    const isAnother = trashedAt ? isNull(file.trashedAt) : isNotNull(file.trashedAt);
    const rows = await db
      .update(file)
      .set({ trashedAt, updatedAt: new Date(now) })
      .where(and(sql`${file.id} IN (SELECT value FROM json_each(${some}))`, isAnother))
      .returning({ id: file.id });
    changed.push(...rows.map((row) => row.id));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return changed;
}
