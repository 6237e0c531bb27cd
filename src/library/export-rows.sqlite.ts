// An export's row and those of its sources come and go together.

import { eq, inArray, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { file } from "../db/tables/library.ts";
import { type ExportRow, exported, exportSource } from "../db/tables/media.ts";

/** Takes the place of `former`. Sources that are gone by now are left out. */
export function putExport(
  db: Db,
  row: Omit<ExportRow, "id">,
  sourceFileIds: number[],
  former: number[],
): ExportRow {
  return db.transaction((tx) => {
    if (former.length > 0) tx.delete(exported).where(inArray(exported.id, former)).run();
    const made = tx.insert(exported).values(row).returning().get();
    for (const fileId of new Set(sourceFileIds))
      tx.run(
        sql`INSERT OR IGNORE INTO ${exportSource} (export_id, file_id)
          SELECT ${made.id}, id FROM ${file} WHERE ${eq(file.id, fileId)}`,
      );
    return made;
  });
}
