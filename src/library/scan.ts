// One scan: walks a library for one type of media, brings the rows up to date, and marks as missing what is gone. A root
// that is unmounted, unreadable, exchanged or empty of a sudden fails the scan and leaves every row as it is.

import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileType, file, type LibraryRow, library } from "../db/tables/library.ts";
import type { Clock } from "../runtime/clock.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { GiveUp } from "../runtime/errors.ts";
import type { EventBus } from "../runtime/events.ts";
import { getLibrary, scannedTypes } from "./libraries.ts";
import { refuseLostRoot, refuseOtherFolder, rootIdentity } from "./lost-root.ts";
import { markMissing } from "./missing.ts";
import { applyBatch, type Batch } from "./scan-batch.ts";
import { emptyReport, nodeFs, type ScanFs, type WalkReport, walk } from "./walk.ts";

export { rootProblem } from "./lost-root.ts";

export interface ScanParts {
  db: Db;
  paths: DataPaths;
  clock: Clock;
  events: EventBus;
  fs?: ScanFs;
}

export interface ScanAsk {
  libraryId: number;
  type: FileType;
  /** Unique to this scan: its job's id. */
  scanId: number;
  /** Believe that the files are gone even though the root looks empty or exchanged. */
  acceptMissing?: boolean;
}

export interface ScanHooks {
  signal: AbortSignal;
  progress(percent: number): void;
  log(line: string): void;
  /** After each batch is in the database. */
  found(batch: Batch, library: LibraryRow): Promise<void>;
  /** Awaited after each batch: while it is pending, the scan stands. */
  pausePoint?(): Promise<void>;
}

export interface ScanResult {
  seen: number;
  added: number;
  changed: number;
  moved: number;
  /** Missing before, here again. */
  returned: number;
  missing: number;
  unreadable: number;
  badNames: number;
}

export async function scanLibrary(parts: ScanParts, ask: ScanAsk, hooks: ScanHooks): Promise<ScanResult> {
  const row = await getLibrary(parts.db, ask.libraryId);
  try {
    const { result, identity } = await scan(parts, row, ask, hooks);
    await noteScan(
      parts,
      row,
      await withOthers(parts.db, row.id, ask.type, inWords(result, ask.type)),
      identity,
    );
    return result;
  } catch (error) {
    if (error instanceof GiveUp) await noteScan(parts, row, error.message);
    throw error;
  }
}

async function scan(parts: ScanParts, row: LibraryRow, ask: ScanAsk, hooks: ScanHooks) {
  const { db, fs = nodeFs } = parts;
  const identity = await rootIdentity(row.path, fs);
  const exchanged = row.rootIdentity !== null && row.rootIdentity !== identity;
  const known = await knownFiles(db, row.id);
  const report = emptyReport();
  const result = { ...nothing };
  const of = {
    library: row,
    type: ask.type,
    scanId: ask.scanId,
    startedAt: parts.clock.now(),
    folders: new Map<string, number>(),
    exchanged,
  };
  if (exchanged) await refuseOtherFolder(parts, { row, ask, known, signal: hooks.signal });
  for await (const seen of walk(row.path, ask.type, report, hooks.signal, fs)) {
    const batch = await applyBatch(parts, of, seen);
    result.seen += seen.length;
    result.added += batch.added.length;
    result.changed += batch.changed.length;
    result.moved += batch.moved.length;
    result.returned += batch.returned.length;
    await hooks.found(batch, row);
    if (batch.added.length + batch.changed.length + batch.moved.length + batch.returned.length > 0)
      parts.events.publish({ topic: "library", id: row.id });
    hooks.progress(doneOf(report, known[ask.type]));
    // Database calls finish without a turn of the event loop; give it one per batch.
    await new Promise((resolve) => setImmediate(resolve));
    await hooks.pausePoint?.();
    hooks.signal.throwIfAborted();
  }
  tell(report, hooks);
  result.unreadable = report.unreadable.size;
  result.badNames = report.badNames;
  await refuseLostRoot(parts, { row, ask, report, known, identity });
  result.missing = await markMissing(parts, {
    library: row,
    type: ask.type,
    scanId: ask.scanId,
    report,
    ...hooks,
  });
  hooks.log(inWords(result, ask.type));
  return { result, identity };
}

function tell(report: WalkReport, { log }: ScanHooks): void {
  const unread = [...report.unreadable];
  for (const [path, why] of unread.slice(0, 20))
    log(`Could not read ${path || "the root"} (${why}); what is known of it stays as it is.`);
  if (unread.length > 20) log(`And ${unread.length - 20} more could not be read.`);
  if (report.badNames > 0)
    log(`${report.badNames} names are not valid UTF-8 and were passed over; rename them to have them found.`);
  if (report.symlinks > 0) log(`${report.symlinks} symbolic links were not followed.`);
}

async function knownFiles(db: Db, libraryId: number): Promise<Record<FileType, number>> {
  const rows = await db
    .select({ type: file.type, n: sql<number>`count(*)` })
    .from(file)
    .where(and(eq(file.libraryId, libraryId), inArray(file.state, ["ok", "invalid"]), isNull(file.trashedAt)))
    .groupBy(file.type);
  const known = { video: 0, image: 0, audio: 0 };
  for (const row of rows) known[row.type] = row.n;
  return known;
}

/** By the files known before, on a first scan by a guess that grows with folders and files. Never 100 before the end. */
function doneOf(report: WalkReport, known: number): number {
  const byFolders = report.folders / (report.folders + report.foldersToGo + 1);
  const done = known > 0 ? report.files / known : Math.max(byFolders, report.files / (report.files + 20_000));
  return Math.min(99, Math.round(done * 1000) / 10);
}

/** Each type is scanned on its own: what the last scan of the others said stays beside it. */
async function withOthers(db: Db, libraryId: number, type: FileType, note: string): Promise<string> {
  const now = await getLibrary(db, libraryId);
  const said = now.lastScanNote?.match(/\d+ (video|image|audio file)s? seen: [^.]*\./g) ?? [];
  const notes = scannedTypes(now).map((each) =>
    each === type ? note : said.find((sentence) => sentence.includes(` ${nouns[each][0]}`)),
  );
  const told = notes.filter((each) => each && !isOfNone.test(each));
  return told.join(" ") || note;
}

/** A library of pictures need not say that it holds no film. */
const isOfNone = /^0 .+ seen: nothing new\.$/;

async function noteScan({ db, clock, events }: ScanParts, row: LibraryRow, note: string, identity?: string) {
  const set = {
    lastScanAt: new Date(clock.now()),
    lastScanNote: note,
    ...(identity && { rootIdentity: identity }),
  };
  await db.update(library).set(set).where(eq(library.id, row.id));
  events.publish({ topic: "library", id: row.id });
}

const nouns: Record<FileType, [one: string, many: string]> = {
  video: ["video", "videos"],
  image: ["image", "images"],
  audio: ["audio file", "audio files"],
};

const nothing: ScanResult = {
  seen: 0,
  added: 0,
  changed: 0,
  moved: 0,
  returned: 0,
  missing: 0,
  unreadable: 0,
  badNames: 0,
};

function inWords(result: ScanResult, type: FileType): string {
  const parts = [
    [result.added, "new"],
    [result.changed, "changed"],
    [result.moved, "moved"],
    [result.returned, "back again"],
    [result.missing, "missing"],
    [result.unreadable, "unreadable"],
    [result.badNames, "names not valid UTF-8"],
  ].filter(([n]) => n !== 0);
  return `${result.seen} ${nouns[type][result.seen === 1 ? 0 : 1]} seen: ${parts.map((part) => part.join(" ")).join(", ") || "nothing new"}.`;
}
