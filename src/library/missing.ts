// After a whole walk: what it did not see, and what is not there when asked once more, is missing. Rows stay.

import { and, asc, eq, gt, inArray, isNull, lte, ne, or, type SQL } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileType, file, type LibraryRow } from "../db/tables/library.ts";
import { isPassedOver } from "./media-types.ts";
import { recogniseMovedAmong } from "./moves.ts";
import type { ScanParts } from "./scan.ts";
import { absolute, isGone, isUnread, nodeFs, type ScanFs, type WalkReport } from "./walk.ts";

export interface Unseen {
  library: LibraryRow;
  type: FileType;
  scanId: number;
  report: WalkReport;
  signal: AbortSignal;
  log(line: string): void;
}

/** Answers how many are missing now that were not before, less those recognised at another place. */
export async function markMissing(parts: ScanParts, of: Unseen): Promise<number> {
  const { db, clock, fs = nodeFs } = parts;
  let missing = 0;
  for await (const stretch of stretches(db, of.library.id, of.type)) {
    of.signal.throwIfAborted();
    const rows = await db
      .select({ id: file.id, path: file.path })
      .from(file)
      .where(and(stretch, unseen(of.scanId)))
      .orderBy(asc(file.id));
    const gone = await Promise.all(
      rows.map(
        async (row) => !isUnread(of.report, row.path) && (await isAbsent(of.library.path, row.path, fs)),
      ),
    );
    const ids = rows.filter((_, i) => gone[i]).map((row) => row.id);
    if (ids.length > 0) {
      const now = new Date(clock.now());
      await db
        .update(file)
        .set({ state: "missing", missingSince: now, updatedAt: now })
        .where(inArray(file.id, ids));
      missing += ids.length - (await recogniseMovedAmong(parts, ids));
    }
  }
  return missing;
}

/**
 * The files of one type, so many at a time: what a scan saw stands in the rows alone, and reading all of them at once would
 * hold up everything else. Files that join meanwhile have higher ids and were seen.
 */
async function* stretches(db: Db, libraryId: number, type: FileType): AsyncGenerator<SQL> {
  for (let after = 0; ; ) {
    const rest = and(eq(file.libraryId, libraryId), eq(file.type, type), gt(file.id, after));
    const [last] = await db
      .select({ id: file.id })
      .from(file)
      .where(rest)
      .orderBy(asc(file.id))
      .limit(1)
      .offset(filesAtOnce - 1);
    yield and(rest, last && lte(file.id, last.id))!;
    if (!last) return;
    after = last.id;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const filesAtOnce = 500;

function unseen(scanId: number) {
  return and(ne(file.state, "missing"), or(isNull(file.seenBy), ne(file.seenBy, scanId)));
}

/** Asked once more: it may have come while the walk was elsewhere. Unreadable is not absent. */
async function isAbsent(root: string, path: string, fs: ScanFs): Promise<boolean> {
  if (path.split("/").some(isPassedOver)) return true;
  try {
    return !(await fs.lstat(absolute(root, path))).isFile;
  } catch (error) {
    return isGone(error);
  }
}
