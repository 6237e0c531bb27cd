// Whether a library's root is what it was. One that is unmounted, unreadable, exchanged or empty of a sudden must not be
// taken for a library whose files were deleted.

import type { FileType, LibraryRow } from "../db/tables/library.ts";
import { GiveUp } from "../runtime/errors.ts";
import { countUnseen } from "./missing.ts";
import type { ScanAsk, ScanParts } from "./scan.ts";
import { nodeFs, type ScanFs, type WalkReport } from "./walk.ts";

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

/** What is known when a walk has ended. */
export interface WalkEnd {
  row: LibraryRow;
  ask: ScanAsk;
  report: WalkReport;
  known: Record<FileType, number>;
  identity: string;
  exchanged: boolean;
  recognised: number;
}

/** Throws before anything is marked when the walk's end says that the root, not the files, went away. */
export async function refuseLostRoot({ db, fs = nodeFs }: ScanParts, end: WalkEnd): Promise<void> {
  const { row, ask, report, known } = end;
  const rootFault = report.unreadable.get("");
  if (rootFault) throw lost(row, `could not be read to its end (${rootFault})`);
  if ((await rootIdentity(row.path, fs)) !== end.identity) throw lost(row, "was exchanged during the scan");
  if (ask.acceptMissing) return;
  const all = known.video + known.image + known.audio;
  if (report.rootEntries === 0 && all > 0) throw lost(row, `is empty of a sudden; it held ${all} files`);
  const mine = known[ask.type];
  if (!end.exchanged || mine === 0) return;
  if (end.recognised === 0)
    throw lost(row, `is another folder than before and holds none of its ${mine} files`);
  if (mine <= 20) return;
  const gone = await countUnseen(db, row.id, ask.type, ask.scanId);
  if (gone > mine / 2)
    throw lost(row, `is another folder than before and lacks ${gone} of its ${mine} files`);
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
