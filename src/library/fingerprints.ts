// Fingerprints of files: what they are known by beyond their bytes.

import { and, eq, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FingerprintRow, type FingerprintType, fingerprint, nearDuplicate } from "../db/tables/media.ts";
import { getFile } from "./files.ts";

/** Stands for the perceptual hash of what is all of one colour: there is none, and nobody need look again. */
export const flatHash = "0000000000000000";

/** Replaces the former one, and forgets what that was near to unless it is the same. */
export async function saveFingerprint(
  db: Db,
  fileId: number,
  type: FingerprintType,
  value: string,
  now: number,
): Promise<number> {
  const { id } = await getFile(db, fileId);
  const before = await findFingerprint(db, id, type);
  const made = { value, createdAt: new Date(now) };
  await db
    .insert(fingerprint)
    .values({ fileId: id, type, ...made })
    .onConflictDoUpdate({ target: [fingerprint.fileId, fingerprint.type], set: made });
  if (before && before.value !== value) {
    const ofType = eq(nearDuplicate.type, type);
    await db.delete(nearDuplicate).where(and(ofType, eq(nearDuplicate.fileId, id)));
    await db.delete(nearDuplicate).where(and(ofType, eq(nearDuplicate.otherId, id)));
  }
  return id;
}

export async function findFingerprint(
  db: Db,
  fileId: number,
  type: FingerprintType,
): Promise<FingerprintRow | undefined> {
  const [row] = await db
    .select()
    .from(fingerprint)
    .where(and(eq(fingerprint.fileId, fileId), eq(fingerprint.type, type)));
  return row;
}

/** Of many files at once, by type. */
export async function fingerprintsOf(
  db: Db,
  fileIds: number[],
): Promise<Map<number, Partial<Record<FingerprintType, string>>>> {
  const found = new Map<number, Partial<Record<FingerprintType, string>>>();
  if (fileIds.length === 0) return found;
  const rows = await db.select().from(fingerprint).where(inArray(fingerprint.fileId, fileIds));
  for (const { fileId, type, value } of rows)
    if (value !== flatHash) found.set(fileId, { ...found.get(fileId), [type]: value });
  return found;
}

/** Of files whose content is another by now. */
export async function removeFingerprints(db: Db, fileIds: number[]): Promise<void> {
  if (fileIds.length === 0) return;
  await db.delete(fingerprint).where(inArray(fingerprint.fileId, fileIds));
  await db.delete(nearDuplicate).where(inArray(nearDuplicate.fileId, fileIds));
  await db.delete(nearDuplicate).where(inArray(nearDuplicate.otherId, fileIds));
}
