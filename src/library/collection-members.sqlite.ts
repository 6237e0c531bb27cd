// Which files are in a collection: put in and taken out by hand, moved, or brought up to date with its rule. Each change is
// one transaction.

import { and, eq, inArray, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { file } from "../db/tables/library.ts";
import { collection, collectionFile } from "../db/tables/media.ts";

/** Room between two neighbours, so that a move touches one row. */
const gap = 65_536;

/** At its end. Answers those that were not in it, or left out for being unknown. */
export function addMembers(db: Db, collectionId: number, fileIds: number[], now: number): number[] {
  return db.transaction((tx) => {
    const { last } = tx
      .select({ last: sql<number>`coalesce(max(${collectionFile.position}), 0)` })
      .from(collectionFile)
      .where(eq(collectionFile.collectionId, collectionId))
      .get()!;
    const known = new Set(
      tx
        .select({ id: file.id })
        .from(file)
        .where(sql`${file.id} IN (SELECT value FROM json_each(${JSON.stringify(fileIds)}))`)
        .all()
        .map((row) => row.id),
    );
    const added: number[] = [];
    for (const fileId of new Set(fileIds)) {
      if (!known.has(fileId)) continue;
      const row = { collectionId, fileId, position: last + gap * (added.length + 1), addedAt: new Date(now) };
      const made = tx.insert(collectionFile).values(row).onConflictDoNothing().returning().all();
      if (made.length > 0) added.push(fileId);
    }
    if (added.length > 0) touch(tx, collectionId, now);
    return added;
  });
}

/** Answers those that were in it, with their places, so that it can be undone. */
export function removeMembers(
  db: Db,
  collectionId: number,
  fileIds: number[],
  now: number,
): { fileId: number; position: number }[] {
  return db.transaction((tx) => {
    const gone: { fileId: number; position: number }[] = [];
    for (let at = 0; at < fileIds.length; at += 500) {
      const which = and(
        eq(collectionFile.collectionId, collectionId),
        inArray(collectionFile.fileId, fileIds.slice(at, at + 500)),
      );
      const rows = tx.delete(collectionFile).where(which).returning().all();
      gone.push(...rows.map(({ fileId, position }) => ({ fileId, position })));
    }
    if (gone.length > 0) touch(tx, collectionId, now);
    return gone;
  });
}

/** Back to where they were. */
export function returnMembers(
  db: Db,
  collectionId: number,
  gone: { fileId: number; position: number }[],
  now: number,
): number[] {
  return db.transaction((tx) => {
    const addedAt = new Date(now);
    const back = gone.flatMap((one) =>
      tx
        .insert(collectionFile)
        .select(
          sql`SELECT ${collectionId}, id, ${one.position}, ${addedAt.getTime()} FROM file WHERE id = ${one.fileId}`,
        )
        .onConflictDoNothing()
        .returning()
        .all()
        .map((row) => row.fileId),
    );
    touch(tx, collectionId, now);
    return back;
  });
}

/** Before another, or to the end. False when either is not in it. */
export function moveMember(
  db: Db,
  collectionId: number,
  fileId: number,
  beforeId: number | null,
  now: number,
): boolean {
  return db.transaction((tx) => {
    const order = () =>
      tx
        .select({ fileId: collectionFile.fileId, position: collectionFile.position })
        .from(collectionFile)
        .where(and(eq(collectionFile.collectionId, collectionId), sql`${collectionFile.fileId} <> ${fileId}`))
        .orderBy(collectionFile.position, collectionFile.fileId)
        .all();
    const mine = and(eq(collectionFile.collectionId, collectionId), eq(collectionFile.fileId, fileId));
    if (!tx.select().from(collectionFile).where(mine).get()) return false;
    let others = order();
    const i = beforeId === null ? others.length : others.findIndex((one) => one.fileId === beforeId);
    if (i < 0) return false;
    if (others[i] && others[i - 1] && others[i].position - others[i - 1]!.position < 2) {
      others.forEach(({ fileId: id }, n) => {
        const one = and(eq(collectionFile.collectionId, collectionId), eq(collectionFile.fileId, id));
        tx.update(collectionFile)
          .set({ position: gap * (n + 1) })
          .where(one)
          .run();
      });
      others = order();
    }
    const before = others[i - 1]?.position ?? (others[i]?.position ?? 0) - 2 * gap;
    const after = others[i]?.position ?? before + 2 * gap;
    tx.update(collectionFile)
      .set({ position: Math.floor((before + after) / 2) })
      .where(mine)
      .run();
    touch(tx, collectionId, now);
    return true;
  });
}

/** The members among a stretch of ids become those given, each at its place. */
export function setMembers(
  db: Db,
  collectionId: number,
  [from, to]: [after: number, last: number],
  wanted: { fileId: number; position: number }[],
  now: number,
): { came: number; went: number } {
  return db.transaction((tx) => {
    const stretch = and(
      eq(collectionFile.collectionId, collectionId),
      sql`${collectionFile.fileId} > ${from} AND ${collectionFile.fileId} <= ${to}`,
    );
    const had = new Map(
      tx
        .select({ fileId: collectionFile.fileId, position: collectionFile.position })
        .from(collectionFile)
        .where(stretch)
        .all()
        .map((row) => [row.fileId, row.position]),
    );
    let came = 0;
    for (const { fileId, position } of wanted) {
      const was = had.get(fileId);
      had.delete(fileId);
      if (was === position) continue;
      if (was === undefined) came++;
      tx.insert(collectionFile)
        .values({ collectionId, fileId, position, addedAt: new Date(now) })
        .onConflictDoUpdate({
          target: [collectionFile.collectionId, collectionFile.fileId],
          set: { position },
        })
        .run();
    }
    for (const fileId of had.keys())
      tx.delete(collectionFile)
        .where(and(eq(collectionFile.collectionId, collectionId), eq(collectionFile.fileId, fileId)))
        .run();
    return { came, went: had.size };
  });
}

function touch(tx: Pick<Db, "update">, collectionId: number, now: number): void {
  tx.update(collection)
    .set({ updatedAt: new Date(now) })
    .where(eq(collection.id, collectionId))
    .run();
}
