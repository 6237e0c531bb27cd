// Whether a library's root is what it was. One that is unmounted, unreadable, exchanged or empty of a sudden must not be
// taken for a library whose files were deleted.

import { and, eq, inArray, isNull, ne } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileType, file, type LibraryRow } from "../db/tables/library.ts";
import { GiveUp } from "../runtime/errors.ts";
import type { ScanAsk, ScanParts } from "./scan.ts";
import { emptyReport, nodeFs, type ScanFs, type Seen, type WalkReport, walk } from "./walk.ts";

/** Why a library's root cannot be scanned now; undefined when it can. */
export async function rootProblem(root: string, fs: ScanFs = nodeFs): Promise<string | undefined> {
  try {
    const { isDirectory } = await fs.lstat(root);
    if (!isDirectory) return `${root} is not a folder any more.`;
    for await (const _ of await fs.opendir(root)) break;
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return `${root} cannot be read (${code}): is its disk mounted?`;
  }
}

/** Why nothing may be written there now: what goes below an unmounted disk's empty folder is hidden once it is mounted. */
export async function otherRoot(row: LibraryRow, fs: ScanFs = nodeFs): Promise<string | undefined> {
  const problem = await rootProblem(row.path, fs);
  if (problem || row.rootIdentity === null) return problem;
  const { identity } = await fs.lstat(row.path);
  if (identity === row.rootIdentity) return undefined;
  return `${row.path} is another folder than when ${row.name} was scanned: is its disk mounted? If it is right, scan the library first.`;
}

/** As a job's failure. */
export async function refuseOtherRoot(row: LibraryRow, fs: ScanFs = nodeFs): Promise<void> {
  const problem = await otherRoot(row, fs);
  if (problem) throw new GiveUp("input.missing", problem);
}

/** Of a root that is another directory than before. */
export interface OtherFolder {
  row: LibraryRow;
  ask: ScanAsk;
  known: Record<FileType, number>;
  signal: AbortSignal;
}

/**
 * Throws before anything is written unless half of the files known before are there, of the same size and time: names
 * alone are alike on many disks. A library that held none of this type is judged by the type it held most of.
 */
export async function refuseOtherFolder(
  { db, fs = nodeFs }: ScanParts,
  { row, ask, known, signal }: OtherFolder,
): Promise<void> {
  const most = (Object.keys(known) as FileType[]).reduce((a, b) => (known[b] > known[a] ? b : a));
  const type = known[ask.type] > 0 ? ask.type : most;
  if (ask.acceptMissing || known[type] === 0) return;
  const report = emptyReport();
  let recognised = 0;
  for await (const seen of walk(row.path, type, report, signal, fs)) {
    recognised += await countRecognised(db, row.id, type, seen);
    if (recognised * 2 >= known[type]) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  refuseEmptyRoot(row, report, known);
  const files = `of its ${known[type]} ${type === "audio" ? "audio files" : `${type}s`}`;
  throw lost(
    row,
    `is another folder than before and ${recognised === 0 ? `holds none ${files}` : `lacks ${known[type] - recognised} ${files}`}`,
  );
}

/** What is known when a walk has ended. */
export interface WalkEnd {
  row: LibraryRow;
  ask: ScanAsk;
  report: WalkReport;
  known: Record<FileType, number>;
  identity: string;
}

/** Throws before anything is marked when the walk's end says that the root, not the files, went away. */
export async function refuseLostRoot({ fs = nodeFs }: ScanParts, end: WalkEnd): Promise<void> {
  const { row, ask, report, known } = end;
  const rootFault = report.unreadable.get("");
  if (rootFault) throw lost(row, `could not be read to its end (${rootFault})`);
  if ((await rootIdentity(row.path, fs)) !== end.identity) throw lost(row, "was exchanged during the scan");
  if (!ask.acceptMissing) refuseEmptyRoot(row, report, known);
}

function refuseEmptyRoot(row: LibraryRow, report: WalkReport, known: Record<FileType, number>): void {
  const all = known.video + known.image + known.audio;
  if (report.rootEntries === 0 && all > 0) throw lost(row, `is empty of a sudden; it held ${all} files`);
}

async function countRecognised(db: Db, libraryId: number, type: FileType, seen: Seen[]): Promise<number> {
  const rows = await db
    .select({ path: file.path, sizeBytes: file.sizeBytes, mtimeMs: file.mtimeMs })
    .from(file)
    .where(
      and(
        eq(file.libraryId, libraryId),
        inArray(
          file.path,
          seen.map((s) => s.path),
        ),
        eq(file.type, type),
        ne(file.state, "missing"),
        isNull(file.trashedAt),
      ),
    );
  const at = new Map(rows.map((one) => [one.path, one]));
  return seen.filter((s) => {
    const before = at.get(s.path);
    return before?.sizeBytes === s.sizeBytes && before.mtimeMs === s.mtimeMs;
  }).length;
}

function lost(row: LibraryRow, why: string): GiveUp {
  return new GiveUp(
    "input.missing",
    `The root ${row.path} ${why}. Is its disk mounted? No file was marked as missing. ` +
      `If the files are really gone, scan with "acceptMissing": true.`,
  );
}

export async function rootIdentity(root: string, fs: ScanFs): Promise<string> {
  const problem = await rootProblem(root, fs);
  if (problem) throw new GiveUp("input.missing", `${problem} No file was marked as missing.`);
  return (await fs.lstat(root)).identity;
}
