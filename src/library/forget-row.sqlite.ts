// Removes the row of a file in the trash, and notes it as forgotten in the same transaction: a scan in between would take its
// media for a new file.

import { and, eq } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import { forgottenFile } from "../db/tables/media.ts";

/** False when it is not in the trash any more as it was, or has been moved since. */
export function forgetRow(
  db: Db,
  row: Pick<FileRow, "id" | "libraryId" | "path" | "sizeBytes" | "mtimeMs" | "trashedAt">,
  { remember, now }: { remember: boolean; now: number },
): boolean {
  return db.transaction((tx) => {
    const asItWas = eq(file.trashedAt, row.trashedAt!);
    const atItsPlace = and(eq(file.libraryId, row.libraryId), eq(file.path, row.path));
    const gone = tx
      .delete(file)
      .where(and(eq(file.id, row.id), asItWas, atItsPlace))
      .returning({ id: file.id })
      .all();
    if (gone.length === 0) return false;
    if (!remember) return true;
    const { libraryId, path, sizeBytes, mtimeMs } = row;
    const as = { sizeBytes, mtimeMs, forgottenAt: new Date(now) };
    tx.insert(forgottenFile)
      .values({ libraryId, path, ...as })
      .onConflictDoUpdate({ target: [forgottenFile.libraryId, forgottenFile.path], set: as })
      .run();
    return true;
  });
}
