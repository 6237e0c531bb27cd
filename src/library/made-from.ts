// What was made from the files of a library, for the question before it goes.

import { eq, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { derivative, file } from "../db/tables/library.ts";

/** Nobody needs to know of more how many they are. */
const mostCounted = 20_000;

export async function madeFrom(
  db: Db,
  libraryId: number,
): Promise<{ things: number; sizeBytes: number; isLeast: boolean }> {
  const some = db
    .select({ sizeBytes: derivative.sizeBytes })
    .from(file)
    .innerJoin(derivative, eq(derivative.fileId, file.id))
    .where(eq(file.libraryId, libraryId))
    .limit(mostCounted)
    .as("some");
  const [row] = await db
    .select({ things: sql<number>`count(*)`, sizeBytes: sql<number>`coalesce(sum(${some.sizeBytes}), 0)` })
    .from(some);
  const { things, sizeBytes } = row!;
  return { things, sizeBytes, isLeast: things === mostCounted };
}
