// Lets a file's row stand at its new place, unless another row does: asked and done in one transaction.

import { and, eq, ne } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import { stateOfReturned } from "./held-files.ts";

export type Place = Pick<FileRow, "libraryId" | "folderId" | "path" | "name" | "inode" | "mtimeMs">;

/** False where another row stands. */
export function switchPlace(db: Db, row: FileRow, place: Place, now: number): boolean {
  return db.transaction((tx) => {
    const taken = tx
      .select({ id: file.id })
      .from(file)
      .where(and(eq(file.libraryId, place.libraryId), eq(file.path, place.path), ne(file.id, row.id)))
      .all();
    if (taken.length > 0) return false;
    tx.update(file)
      .set({
        ...place,
        seenAt: new Date(now),
        seenBy: null,
        missingSince: null,
        updatedAt: new Date(now),
        ...(row.state === "missing" && { state: stateOfReturned(row) }),
      })
      .where(eq(file.id, row.id))
      .run();
    return true;
  });
}
