// Brings the rows of one batch of seen files up to date, with a handful of statements however many files it holds.

import { and, eq, inArray, sql } from "drizzle-orm";
import { backfillStrike, type FileRow, type FileType, file, type LibraryRow } from "../db/tables/library.ts";
import { removeDerivatives } from "./derivatives.ts";
import { ensureFolders } from "./folders.ts";
import { findMoved } from "./moves.ts";
import type { ScanParts } from "./scan.ts";
import type { Seen } from "./walk.ts";

export interface BatchOf {
  library: LibraryRow;
  type: FileType;
  scanId: number;
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
  /** How many had a row before. */
  recognised: number;
}

export async function applyBatch(parts: ScanParts, of: BatchOf, seen: Seen[]): Promise<Batch> {
  const { db, clock } = parts;
  const now = clock.now();
  const rows = await rowsAt(parts, of, seen);
  const isChanged = (s: Seen, row: FileRow) =>
    row.sizeBytes !== s.sizeBytes || row.mtimeMs !== s.mtimeMs || row.type !== of.type;
  const known = seen.filter((s) => rows.has(s.path));
  const changed = known.filter((s) => isChanged(s, rows.get(s.path)!));
  const same = known.filter((s) => !isChanged(s, rows.get(s.path)!));
  const strangers = seen.filter((s) => !rows.has(s.path));

  const places = [...strangers, ...changed].map((s) => s.folder);
  await ensureFolders(db, of.library.id, places, of.folders, now);
  const moves = of.exchanged ? new Map<Seen, FileRow>() : await findMoved(parts, of, strangers);
  for (const [s, row] of moves) await moveRow(parts, of, s, row, now);
  const fresh = strangers.filter((s) => !moves.has(s));

  const changedRows = changed.map((s) => rows.get(s.path)!);
  await removeDerivatives(
    parts,
    changedRows.map((row) => row.id),
  );
  await forgetStrikes(parts, changedRows);
  const written = await writeAnew(parts, of, [...fresh, ...changed], now);
  await markSeen(parts, of, same, rows);
  const returned = same
    .map((s) => rows.get(s.path)!)
    .filter((row) => row.state === "missing" || wasUnreachable(row));
  await bringBack(parts, returned, now);

  const wanted = (row: FileRow) => row.trashedAt === null;
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
    recognised: known.length + moves.size,
  };
}

/** Other bytes: backfills try anew. */
async function forgetStrikes({ db }: ScanParts, rows: FileRow[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map((row) => row.id);
  await db.delete(backfillStrike).where(inArray(backfillStrike.fileId, ids));
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
        createdAt: at,
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
): Promise<void> {
  const ids = same.map((s) => rows.get(s.path)!.id);
  if (ids.length > 0) await db.update(file).set({ seenBy: of.scanId }).where(inArray(file.id, ids));
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

/** What was invalid before it went missing still is: its bytes are the same. */
async function bringBack({ db }: ScanParts, rows: FileRow[], now: number): Promise<void> {
  if (rows.length === 0) return;
  await db
    .update(file)
    .set({
      state: sql`CASE WHEN ${file.reasonCode} IS NULL OR ${file.reasonCode} = 'input.missing' THEN 'ok' ELSE 'invalid' END`,
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

async function moveRow({ db }: ScanParts, of: BatchOf, s: Seen, row: FileRow, now: number): Promise<void> {
  await db
    .update(file)
    .set({
      libraryId: of.library.id,
      folderId: of.folders.get(s.folder)!,
      path: s.path,
      name: s.name,
      mimeType: s.mimeType,
      seenBy: of.scanId,
      state: row.state === "missing" ? (row.reasonCode ? "invalid" : "ok") : row.state,
      missingSince: null,
      updatedAt: new Date(now),
    })
    .where(eq(file.id, row.id));
}
