// Brings the rows of one batch of seen files up to date, with a handful of statements however many files it holds.

import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { failureCount, quarantine } from "../db/tables/healing.ts";
import { backfillStrike, type FileRow, type FileType, file, type LibraryRow } from "../db/tables/library.ts";
import { removeDerivatives } from "./derivatives.ts";
import { removeFingerprints } from "./fingerprints.ts";
import { ensureFolders } from "./folders.ts";
import { isHeld, stateOfReturned, touchedOnly } from "./held-files.ts";
import { findMoved } from "./moves.ts";
import { passedOverAmong } from "./passed-over.ts";
import type { ScanParts } from "./scan.ts";
import { absolute, nodeFs, type Seen } from "./walk.ts";

export interface BatchOf {
  library: LibraryRow;
  type: FileType;
  scanId: number;
  /** In milliseconds since 1970. What the scan finds counts as there since then. */
  startedAt: number;
  /** Folder ids by path, kept from batch to batch. */
  folders: Map<string, number>;
  /** The root is another directory than before: nothing is taken for moved. */
  exchanged: boolean;
}

/** Ids. Files in the trash are kept up to date but appear in none of these. */
export interface Batch {
  added: number[];
  changed: number[];
  moved: number[];
  /** Missing before. */
  returned: number[];
  /** Seen and as they were. */
  unchanged: number[];
  /** Of those that stand already and may be read: what nobody has looked into or hashed yet. */
  unexamined: number[];
  unhashed: number[];
}

export async function applyBatch(parts: ScanParts, of: BatchOf, walked: Seen[]): Promise<Batch> {
  const { db, clock, fs = nodeFs } = parts;
  const now = clock.now();
  const rows = await rowsAt(parts, of, walked);
  const rowless = walked.filter((s) => !rows.has(s.path));
  const passed = await passedOverAmong({ db, fs, now }, of.library, rowless);
  const seen = walked.filter((s) => !passed.has(s));
  const isChanged = (s: Seen, row: FileRow) =>
    row.sizeBytes !== s.sizeBytes || row.mtimeMs !== s.mtimeMs || row.type !== of.type;
  const isOther = (s: Seen) => rows.get(s.path)?.inode !== s.inode;
  const suspects = seen.filter((s) => isOther(s) || isChanged(s, rows.get(s.path)!));
  const moves = of.exchanged ? new Map<Seen, FileRow>() : await findMoved(parts, of, suspects);
  const stayed = seen.filter((s) => !moves.has(s));
  const known = stayed.flatMap((s) => (rows.has(s.path) ? [{ seen: s, row: rows.get(s.path)! }] : []));
  const touched = await touchedOnly(
    parts,
    of.library.path,
    known.filter(({ seen, row }) => row.type === of.type && isChanged(seen, row)),
  );
  const isOtherNow = (s: Seen, row: FileRow) => isChanged(s, row) && !touched.has(row.id);
  const changed = known.filter(({ seen, row }) => isOtherNow(seen, row)).map(({ seen }) => seen);
  const same = known.filter(({ seen, row }) => !isOtherNow(seen, row)).map(({ seen }) => seen);
  const fresh = stayed.filter((s) => !rows.has(s.path));

  const places = [...fresh, ...changed, ...moves.keys()].map((s) => s.folder);
  await ensureFolders(db, of.library.id, places, of.folders, now);
  await moveRows(parts, of, moves, rows, now);

  const changedRows = changed.map((s) => rows.get(s.path)!);
  await removeDerivatives(
    parts,
    changedRows.map((row) => row.id),
  );
  await removeFingerprints(
    db,
    changedRows.map((row) => row.id),
  );
  await forgetFailures(parts, changedRows);
  const written = await writeAnew(parts, of, [...fresh, ...changed], now);
  await markSeen(parts, of, same, rows, now);
  const returned = same
    .map((s) => rows.get(s.path)!)
    .filter((row) => row.state === "missing" || wasUnreachable(row));
  await bringBack(parts, returned, now);

  const wanted = (row: FileRow) => row.trashedAt === null;
  const standing = [...moves, ...same.map((s) => [s, rows.get(s.path)!] as const)];
  const lacking = await readable(
    parts,
    of,
    standing.filter(([, row]) => wanted(row) && lacksFacts(row)),
  );
  const returnedIds = new Set(returned.map((row) => row.id));
  const changedIds = new Set(changedRows.map((row) => row.id));
  return {
    added: written.filter((id) => !changedIds.has(id)),
    changed: changedRows.filter(wanted).map((row) => row.id),
    moved: [...moves.values()].filter(wanted).map((row) => row.id),
    returned: returned.filter(wanted).map((row) => row.id),
    unchanged: same
      .map((s) => rows.get(s.path)!)
      .filter((row) => wanted(row) && !returnedIds.has(row.id))
      .map((row) => row.id),
    unexamined: lacking.filter((row) => row.metadataAt === null).map((row) => row.id),
    unhashed: lacking.filter((row) => row.sha256 === null).map((row) => row.id),
  };
}

/** Most of these wait for their first job; the others' jobs have failed, or were cancelled. */
function lacksFacts(row: FileRow): boolean {
  return row.state !== "quarantined" && (row.sha256 === null || row.metadataAt === null);
}

/** Permissions change without a trace in size or time: asked each time, so that no job fails for them again and again. */
async function readable(
  { fs = nodeFs }: ScanParts,
  of: BatchOf,
  standing: (readonly [Seen, FileRow])[],
): Promise<FileRow[]> {
  const may = await Promise.all(standing.map(([s]) => fs.mayRead(absolute(of.library.path, s.path))));
  return standing.filter((_, i) => may[i]).map(([, row]) => row);
}

/** Other bytes: backfills try anew, and what was held back is let go. */
async function forgetFailures({ db, clock }: ScanParts, rows: FileRow[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map((row) => row.id);
  await db.delete(backfillStrike).where(inArray(backfillStrike.fileId, ids));
  await db.delete(failureCount).where(inArray(failureCount.fileId, ids));
  await db
    .update(quarantine)
    .set({ releasedAt: new Date(clock.now()) })
    .where(and(inArray(quarantine.fileId, ids), isNull(quarantine.releasedAt)));
}

async function rowsAt({ db }: ScanParts, of: BatchOf, seen: Seen[]): Promise<Map<string, FileRow>> {
  const paths = seen.map((s) => s.path);
  const rows = await db
    .select()
    .from(file)
    .where(and(eq(file.libraryId, of.library.id), inArray(file.path, paths)));
  return new Map(rows.map((row) => [row.path, row]));
}

/** New files, and changed ones whose facts are void: what was known is about other bytes. */
async function writeAnew({ db }: ScanParts, of: BatchOf, seen: Seen[], now: number): Promise<number[]> {
  if (seen.length === 0) return [];
  const at = new Date(now);
  const rows = await db
    .insert(file)
    .values(
      seen.map((s) => ({
        libraryId: of.library.id,
        folderId: of.folders.get(s.folder)!,
        path: s.path,
        name: s.name,
        type: of.type,
        mimeType: s.mimeType,
        sizeBytes: s.sizeBytes,
        mtimeMs: s.mtimeMs,
        inode: s.inode,
        seenBy: of.scanId,
        seenAt: at,
        createdAt: new Date(of.startedAt),
        updatedAt: at,
      })),
    )
    .onConflictDoUpdate({
      target: [file.libraryId, file.path],
      set: {
        type: sql`excluded.type`,
        mimeType: sql`excluded.mime_type`,
        sizeBytes: sql`excluded.size_bytes`,
        mtimeMs: sql`excluded.mtime_ms`,
        inode: sql`excluded.inode`,
        seenBy: sql`excluded.seen_by`,
        seenAt: at,
        updatedAt: at,
        state: "ok",
        missingSince: null,
        ...noFacts,
      },
    })
    .returning({ id: file.id });
  return rows.map((row) => row.id);
}

const noFacts = {
  sha256: null,
  hashedAt: null,
  reasonCode: null,
  reason: null,
  width: null,
  height: null,
  durationS: null,
  codecs: null,
  capturedAt: null,
  capturedOffsetMin: null,
  capturedFrom: null,
  gpsLat: null,
  gpsLon: null,
  gpsAlt: null,
  camera: null,
  metadata: null,
  metadataAt: null,
};

async function markSeen(
  { db }: ScanParts,
  of: BatchOf,
  same: Seen[],
  rows: Map<string, FileRow>,
  now: number,
): Promise<void> {
  const ids = same.map((s) => rows.get(s.path)!.id);
  if (ids.length > 0)
    await db
      .update(file)
      .set({ seenBy: of.scanId, seenAt: new Date(now) })
      .where(inArray(file.id, ids));
  // A file system may hand out new inode numbers at every mount; then all of them change at once.
  const renumbered = same.filter((s) => rows.get(s.path)!.inode !== s.inode);
  if (renumbered.length === 0) return;
  const cases = renumbered.map((s) => sql`WHEN ${rows.get(s.path)!.id} THEN ${s.inode}`);
  await db
    .update(file)
    .set({ inode: sql`CASE ${file.id} ${sql.join(cases, sql` `)} END` })
    .where(
      inArray(
        file.id,
        renumbered.map((s) => rows.get(s.path)!.id),
      ),
    );
}

/** A job found it unreachable, and there it is. */
function wasUnreachable(row: FileRow): boolean {
  return row.state === "invalid" && row.reasonCode === "input.missing";
}

/** What was invalid or held back before it went missing still is: its bytes are the same. */
async function bringBack({ db }: ScanParts, rows: FileRow[], now: number): Promise<void> {
  if (rows.length === 0) return;
  await db
    .update(file)
    .set({
      state: sql`CASE WHEN ${isHeld} THEN 'quarantined'
        WHEN ${file.reasonCode} IS NULL OR ${file.reasonCode} = 'input.missing' THEN 'ok' ELSE 'invalid' END`,
      reason: sql`CASE WHEN ${file.reasonCode} = 'input.missing' THEN NULL ELSE ${file.reason} END`,
      reasonCode: sql`nullif(${file.reasonCode}, 'input.missing')`,
      missingSince: null,
      updatedAt: new Date(now),
    })
    .where(
      inArray(
        file.id,
        rows.map((row) => row.id),
      ),
    );
}

/**
 * Files that were renumbered or swapped take each other's places, so those that stand there step aside first. One whose
 * own bytes show up nowhere by the end of the scan is missing: they were written over.
 */
async function moveRows(
  { db }: ScanParts,
  of: BatchOf,
  moves: Map<Seen, FileRow>,
  rows: Map<string, FileRow>,
  now: number,
): Promise<void> {
  const inTheWay = [...moves.keys()].flatMap((s) => rows.get(s.path)?.id ?? []);
  if (inTheWay.length > 0)
    await db
      .update(file)
      .set({ path: sql`${file.path} || '~' || ${file.id}`, seenBy: null })
      .where(inArray(file.id, inTheWay));
  for (const [s, row] of moves) {
    await db
      .update(file)
      .set({
        libraryId: of.library.id,
        folderId: of.folders.get(s.folder)!,
        path: s.path,
        name: s.name,
        mimeType: s.mimeType,
        seenBy: of.scanId,
        seenAt: new Date(now),
        state: row.state === "missing" ? stateOfReturned(row) : row.state,
        missingSince: null,
        updatedAt: new Date(now),
      })
      .where(eq(file.id, row.id));
  }
}
