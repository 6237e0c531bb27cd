// What is on its way from one place to another, as rows: written before the disk is touched, so that whoever comes after a
// crash, and whatever scan looks meanwhile, knows a move's doings from a person's.

import { and, eq, gt, isNull, lt, or } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileMoveRow, fileMove } from "../db/tables/media.ts";

export type NewMove = Omit<FileMoveRow, "id" | "endedAt" | "createdAt">;

export async function beginMove(db: Db, move: NewMove, now: number): Promise<FileMoveRow> {
  await db.delete(fileMove).where(lt(fileMove.endedAt, new Date(now - keptMs)));
  const [row] = await db
    .insert(fileMove)
    .values({ ...move, createdAt: new Date(now) })
    .returning();
  return row!;
}

export async function noteMove(
  db: Db,
  id: number,
  change: Partial<Pick<FileMoveRow, "toPath" | "placedIdentity" | "endedAt">>,
): Promise<void> {
  await db.update(fileMove).set(change).where(eq(fileMove.id, id));
}

/** Moves that nobody has brought to an end, of one file or of all. */
export async function openMoves(db: Db, fileId?: number): Promise<FileMoveRow[]> {
  return await db
    .select()
    .from(fileMove)
    .where(and(isNull(fileMove.endedAt), fileId === undefined ? undefined : eq(fileMove.fileId, fileId)));
}

/** Where in a library files come and go by moves: a scan may see two names of one, or a name that is gone. */
export async function placesOnTheMove(
  db: Db,
  libraryId: number,
  now: number,
): Promise<{ coming: Set<string>; going: Set<string> }> {
  const rows = await db
    .select()
    .from(fileMove)
    .where(
      and(
        or(eq(fileMove.fromLibraryId, libraryId), eq(fileMove.toLibraryId, libraryId)),
        or(isNull(fileMove.endedAt), gt(fileMove.endedAt, new Date(now - keptMs))),
      ),
    );
  const open = rows.filter((row) => row.endedAt === null);
  const pathsIn = (some: FileMoveRow[], end: "from" | "to") =>
    some.filter((row) => row[`${end}LibraryId`] === libraryId).map((row) => row[`${end}Path`]);
  return {
    // The old name as well, once the row stands at the new one.
    coming: new Set([...pathsIn(open, "to"), ...pathsIn(open, "from")]),
    going: new Set(pathsIn(rows, "from")),
  };
}

/** Longer than a scan keeps a batch. */
const keptMs = 10 * 60_000;
