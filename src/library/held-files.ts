// A file that is in quarantine stays there while it is missing, and comes back as what it was.

import { join } from "node:path";
import { eq, type SQL, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { quarantine } from "../db/tables/healing.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import { hashFile } from "../media/hash.ts";

/** The code of files that somebody excludes from processing by hand. */
export const excludedByHand = "excluded";

/** Of a row of `file`, in SQL. */
export const isHeld: SQL<boolean> = sql`EXISTS (SELECT 1 FROM ${quarantine} WHERE ${quarantine.fileId} = ${file.id}
  AND ${quarantine.releasedAt} IS NULL)`;

/** What a missing file is once it is found at another place: its bytes are the same. */
export function stateOfReturned(row: Pick<FileRow, "reasonCode">): SQL<string> {
  return sql`CASE WHEN ${isHeld} THEN 'quarantined' ELSE ${row.reasonCode ? "invalid" : "ok"} END`;
}

/**
 * Of held files that look changed, those whose bytes are the same: a new date alone lets nobody out of quarantine. They are
 * few, so each is read through here; one that cannot be read counts as changed, and its next job says what is wrong.
 */
export async function touchedOnly(
  { db }: { db: Db },
  root: string,
  changed: readonly { seen: { path: string; sizeBytes: number; mtimeMs: number }; row: FileRow }[],
): Promise<Set<number>> {
  const same = new Set<number>();
  for (const { seen, row } of changed) {
    if (row.state !== "quarantined" || row.sha256 === null || row.sizeBytes !== seen.sizeBytes) continue;
    const sha256 = await hashFile(join(root, seen.path)).catch(() => undefined);
    if (sha256 !== row.sha256) continue;
    await db.update(file).set({ mtimeMs: seen.mtimeMs }).where(eq(file.id, row.id));
    same.add(row.id);
  }
  return same;
}
