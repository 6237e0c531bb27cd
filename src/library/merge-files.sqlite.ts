// Merges a new file into the missing one that it is, or one of two rows of a single file into the other: in one transaction, so
// that its id leads somewhere at every moment.

import { eq, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { derivative, type FileRow, file, mergedFile } from "../db/tables/library.ts";
import {
  collection,
  collectionFile,
  exported,
  exportSource,
  fileFact,
  fileTag,
  fingerprint,
  moment,
  scene,
} from "../db/tables/media.ts";
import { stateOfReturned } from "./held-files.ts";

/** `old` takes the place of `fresh`; derivatives that only `fresh` had are kept. */
export function mergeFiles(db: Db, { fresh, old }: { fresh: FileRow; old: FileRow }): void {
  db.transaction((tx) => {
    tx.run(sql`UPDATE OR IGNORE ${derivative} SET file_id = ${old.id} WHERE file_id = ${fresh.id}`);
    for (const table of belongings)
      tx.run(sql`UPDATE OR IGNORE ${table} SET file_id = ${old.id} WHERE file_id = ${fresh.id}`);
    tx.run(sql`UPDATE ${scene} SET file_id = ${old.id} WHERE file_id = ${fresh.id}
      AND NOT EXISTS (SELECT 1 FROM ${scene} WHERE file_id = ${old.id})`);
    tx.run(sql`UPDATE ${collection} SET cover_file_id = ${old.id} WHERE cover_file_id = ${fresh.id}`);
    tx.update(mergedFile).set({ intoId: old.id }).where(eq(mergedFile.intoId, fresh.id)).run();
    tx.delete(file).where(eq(file.id, fresh.id)).run();
    tx.update(file)
      .set({
        libraryId: fresh.libraryId,
        folderId: fresh.folderId,
        path: fresh.path,
        name: fresh.name,
        mimeType: fresh.mimeType,
        mtimeMs: fresh.mtimeMs,
        inode: fresh.inode,
        seenBy: fresh.seenBy,
        seenAt: fresh.seenAt,
        state: stateOfReturned(old),
        missingSince: null,
        updatedAt: fresh.updatedAt,
      })
      .where(eq(file.id, old.id))
      .run();
    tx.insert(mergedFile).values({ id: fresh.id, intoId: old.id }).run();
  });
}

/** What people and jobs have said of a file. Where both files have it, that of the one that stays counts. */
const belongings = [
  moment,
  exported,
  exportSource,
  fileFact,
  fileTag,
  collectionFile,
  fingerprint,
  sql`file_move`,
];
