// The counts that triggers keep are those a count of all files would give, whatever happens to files.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { type FileType, file, fileTally, folderTally } from "../../src/db/tables/library.ts";
import { type MediaFolder, mediaFolder } from "../support/media-folder.ts";

let at: MediaFolder;
beforeEach(async () => {
  at = mediaFolder();
  // Rows of libraries and folders that are not there: only the counts matter.
  await at.parts.db.run(sql`PRAGMA foreign_keys = OFF`);
});
afterEach(() => at.remove());

const types: FileType[] = ["video", "image", "audio"];
const act = fc.record({
  n: fc.nat(7),
  what: fc.constantFrom("add", "delete", "trash", "restore", "grow", "retype", "move", "touch"),
  type: fc.constantFrom(...types),
  size: fc.nat(1000),
});

test("they follow every file that comes, goes, grows, moves or is trashed", () =>
  fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
      const { db } = at.parts;
      await db.delete(file);
      for (const { n, what, type, size } of acts) {
        const mine = eq(file.path, `${n}`);
        if (what === "add")
          await db
            .insert(file)
            .values(row(n, type, size))
            .onConflictDoNothing();
        if (what === "delete") await db.delete(file).where(mine);
        if (what === "trash")
          await db
            .update(file)
            .set({ trashedAt: new Date(5) })
            .where(mine);
        if (what === "restore") await db.update(file).set({ trashedAt: null }).where(mine);
        if (what === "grow") await db.update(file).set({ sizeBytes: size }).where(mine);
        if (what === "retype") await db.update(file).set({ type }).where(mine);
        if (what === "move")
          await db
            .update(file)
            .set({ folderId: 1 + (size % 3), libraryId: 1 + (n % 2) })
            .where(mine);
        if (what === "touch") await db.update(file).set({ state: "invalid" }).where(mine);
      }
      expect(await db.select().from(fileTally).orderBy(fileTally.libraryId, fileTally.type)).toEqual(
        await db
          .select({
            libraryId: file.libraryId,
            type: file.type,
            files: sql<number>`count(*)`,
            sizeBytes: sql<number>`sum(${file.sizeBytes})`,
          })
          .from(file)
          .where(sql`${file.trashedAt} IS NULL`)
          .groupBy(file.libraryId, file.type),
      );
      expect(await db.select().from(folderTally)).toEqual(
        await db
          .select({ folderId: file.folderId, files: sql<number>`count(*)` })
          .from(file)
          .where(sql`${file.trashedAt} IS NULL`)
          .groupBy(file.folderId),
      );
    }),
    { numRuns: 60 },
  ));

function row(n: number, type: FileType, sizeBytes: number): typeof file.$inferInsert {
  const time = new Date(1);
  return {
    libraryId: 1 + (n % 2),
    folderId: 1 + (n % 3),
    path: `${n}`,
    name: `${n}`,
    type,
    mimeType: "video/mp4",
    sizeBytes,
    mtimeMs: 1,
    inode: `${n}`,
    createdAt: time,
    updatedAt: time,
  };
}
