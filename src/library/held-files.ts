// A file that is in quarantine stays there while it is missing, and comes back as what it was.

import { type SQL, sql } from "drizzle-orm";
import { quarantine } from "../db/tables/healing.ts";
import { type FileRow, file } from "../db/tables/library.ts";

/** The code of files that somebody excludes from processing by hand. */
export const excludedByHand = "excluded";

/** Of a row of `file`, in SQL. */
export const isHeld: SQL<boolean> = sql`EXISTS (SELECT 1 FROM ${quarantine} WHERE ${quarantine.fileId} = ${file.id}
  AND ${quarantine.releasedAt} IS NULL)`;

/** What a missing file is once it is found at another place: its bytes are the same. */
export function stateOfReturned(row: Pick<FileRow, "reasonCode">): SQL<string> {
  return sql`CASE WHEN ${isHeld} THEN 'quarantined' ELSE ${row.reasonCode ? "invalid" : "ok"} END`;
}
