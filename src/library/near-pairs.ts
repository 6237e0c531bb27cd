// The pairs of files that look or sound alike: which stand beside a file, and saying that some are not the same.

import { and, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Db } from "../db/open.sqlite.ts";
import { file } from "../db/tables/library.ts";
import { type FingerprintType, nearDuplicate } from "../db/tables/media.ts";
import { ordered } from "./near-duplicates.ts";

export interface Near {
  id: number;
  distance: number;
  type: FingerprintType;
}

/** Of many files at once, the nearest first; what was dismissed, is in the trash, or the same to the byte is left out. */
export async function nearTo(db: Db, fileIds: number[]): Promise<Map<number, Near[]>> {
  const found = new Map<number, Near[]>();
  if (fileIds.length === 0) return found;
  const mine = new Set(fileIds);
  const rows = await standingPairs(db).where(
    and(standing, or(inArray(nearDuplicate.fileId, fileIds), inArray(nearDuplicate.otherId, fileIds))),
  );
  for (const { fileId, otherId, distance, type } of rows.sort(
    (a, b) => a.distance - b.distance || a.fileId - b.fileId || a.otherId - b.otherId,
  ))
    for (const [of, id] of [
      [fileId, otherId],
      [otherId, fileId],
    ] as const)
      if (mine.has(of)) found.set(of, [...(found.get(of) ?? []), { id, distance, type }]);
  return found;
}

const one = alias(file, "one");
const other = alias(file, "other");

export const standing = and(
  isNull(nearDuplicate.dismissedAt),
  isNull(one.trashedAt),
  isNull(other.trashedAt),
  sql`${one.state} <> 'missing' AND ${other.state} <> 'missing'`,
  sql`(${one.sha256} IS NULL OR ${other.sha256} IS NULL OR ${one.sha256} <> ${other.sha256})`,
);

export function standingPairs(db: Db) {
  return db
    .select({
      fileId: nearDuplicate.fileId,
      otherId: nearDuplicate.otherId,
      distance: nearDuplicate.distance,
      type: nearDuplicate.type,
      libraryId: one.libraryId,
      otherLibraryId: other.libraryId,
    })
    .from(nearDuplicate)
    .innerJoin(one, eq(one.id, nearDuplicate.fileId))
    .innerJoin(other, eq(other.id, nearDuplicate.otherId))
    .$dynamic();
}

/** No two of these are the same, somebody says; also of files with the same bytes, which may both be wanted. */
export async function dismissPairs(db: Db, fileIds: number[], now: number): Promise<number> {
  const ids = [...new Set(fileIds)].sort((a, b) => a - b);
  const dismissedAt = new Date(now);
  await db
    .update(nearDuplicate)
    .set({ dismissedAt })
    .where(and(inArray(nearDuplicate.fileId, ids), inArray(nearDuplicate.otherId, ids)));
  const pairs = ids.flatMap((id, n) => ids.slice(n + 1).map((next) => ({ ...ordered(id, next) })));
  for (let at = 0; at < pairs.length; at += pairsAtOnce) {
    const some = pairs
      .slice(at, at + pairsAtOnce)
      .map((pair) => ({ ...pair, type: wholly, distance: 0, dismissedAt }));
    await db
      .insert(nearDuplicate)
      .values(some)
      .onConflictDoUpdate({
        target: [nearDuplicate.fileId, nearDuplicate.otherId, nearDuplicate.type],
        set: { dismissedAt },
      });
  }
  return pairs.length;
}

/** Takes it back. */
export async function undismissPairs(db: Db, fileIds: number[]): Promise<void> {
  const both = and(inArray(nearDuplicate.fileId, fileIds), inArray(nearDuplicate.otherId, fileIds));
  await db.delete(nearDuplicate).where(and(both, eq(nearDuplicate.type, wholly)));
  await db.update(nearDuplicate).set({ dismissedAt: null }).where(both);
}

/** By which a dismissal is written down that is not about looks. */
export const wholly: FingerprintType = "oshash";
const pairsAtOnce = 500;
