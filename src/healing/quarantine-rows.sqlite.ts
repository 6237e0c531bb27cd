// Holding a file back and letting it go, each in one transaction: the file's row and the quarantine's always agree.

import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { failureCount, quarantine } from "../db/tables/healing.ts";
import { backfillStrike, file } from "../db/tables/library.ts";

export interface Hold {
  code: string;
  reason: string;
  /** The kind that failed; null for a file that somebody excludes. */
  kind: string | null;
  failures: number;
  /** Null: the server itself. */
  by: string | null;
}

/** False when there is no such file, or it is held already. A missing file stays missing, and is held when it returns. */
export function holdRow(db: Db, fileId: number, hold: Hold, now: number): boolean {
  return db.transaction((tx) => {
    const row = tx.select().from(file).where(eq(file.id, fileId)).get();
    if (!row) return false;
    const values = {
      heldAt: new Date(now),
      heldBy: hold.by,
      code: hold.code,
      reason: hold.reason,
      kind: hold.kind,
      failures: hold.failures,
      formerState: row.state === "invalid" || (row.state === "missing" && row.reasonCode) ? "invalid" : "ok",
      formerCode: row.reasonCode,
      formerReason: row.reason,
      releasedAt: null,
    } as const;
    const [held] = tx
      .insert(quarantine)
      .values({ fileId, ...values })
      .onConflictDoUpdate({
        target: quarantine.fileId,
        set: values,
        setWhere: isNotNull(quarantine.releasedAt),
      })
      .returning({ id: quarantine.fileId })
      .all();
    if (!held) return false;
    tx.update(file)
      .set({
        state: row.state === "missing" ? "missing" : "quarantined",
        reasonCode: hold.code,
        reason: hold.reason,
        updatedAt: new Date(now),
      })
      .where(eq(file.id, fileId))
      .run();
    return true;
  });
}

/** False when it is not held. Its failures count from nothing again, for backfills too. */
export function releaseRow(db: Db, fileId: number, now: number): boolean {
  return db.transaction((tx) => {
    const [held] = tx
      .delete(quarantine)
      .where(and(eq(quarantine.fileId, fileId), isNull(quarantine.releasedAt)))
      .returning()
      .all();
    if (!held) return false;
    tx.update(file)
      .set({
        state: sql`CASE ${file.state} WHEN 'missing' THEN 'missing' ELSE ${held.formerState} END`,
        reasonCode: held.formerCode,
        reason: held.formerReason,
        updatedAt: new Date(now),
      })
      .where(eq(file.id, fileId))
      .run();
    tx.delete(failureCount).where(eq(failureCount.fileId, fileId)).run();
    tx.delete(backfillStrike).where(eq(backfillStrike.fileId, fileId)).run();
    return true;
  });
}
