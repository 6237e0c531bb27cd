// The files that are held back, page by page, and those that a filter picks for release.

import { and, asc, count, desc, eq, isNotNull, isNull, notInArray, type SQL, sql } from "drizzle-orm";
import { type QuarantineRow, quarantine } from "../db/tables/healing.ts";
import { type FileRow, file } from "../db/tables/library.ts";
import { failureCodes } from "../jobs/failures.ts";
import type { HealingParts } from "./parts.ts";

export interface QuarantineFilter {
  code?: string;
  kind?: string;
  libraryId?: number;
  /** Part of the path. */
  text?: string;
  /** Only what people held back, or only what the server did by itself. */
  by?: "people" | "server";
  hideLibraries?: number[];
}

export interface HeldFile {
  file: FileRow;
  heldAt: Date;
  /** Null: the server itself. */
  heldBy: string | null;
  code: string;
  reason: string;
  kind: string | null;
  failures: number;
  meaning: string;
  nextStep: string;
}

export interface HeldPage {
  files: HeldFile[];
  total: number;
  /** Those of hidden libraries that match. */
  hidden: number;
}

/** The newest first. */
export async function heldFiles(
  { db }: Pick<HealingParts, "db">,
  filter: QuarantineFilter,
  offset: number,
  limit: number,
): Promise<HeldPage> {
  const rows = await db
    .select({ file, held: quarantine })
    .from(quarantine)
    .innerJoin(file, eq(file.id, quarantine.fileId))
    .where(matching(filter))
    .orderBy(desc(quarantine.heldAt), desc(quarantine.fileId))
    .limit(limit)
    .offset(offset);
  const total = await counted({ db }, filter);
  const hidden = filter.hideLibraries?.length
    ? (await counted({ db }, { ...filter, hideLibraries: [] })) - total
    : 0;
  return { files: rows.map((row) => ({ file: row.file, ...inWords(row.held) })), total, hidden };
}

/** At most so many at once; a caller asks again until there are none. */
export async function heldIds(
  { db }: Pick<HealingParts, "db">,
  filter: QuarantineFilter,
  limit: number,
): Promise<number[]> {
  const rows = await db
    .select({ id: quarantine.fileId })
    .from(quarantine)
    .innerJoin(file, eq(file.id, quarantine.fileId))
    .where(matching(filter))
    .orderBy(asc(quarantine.fileId))
    .limit(limit);
  return rows.map((row) => row.id);
}

/** One file; undefined when it is not held. */
export async function findHold(
  { db }: Pick<HealingParts, "db">,
  fileId: number,
): Promise<Omit<HeldFile, "file"> | undefined> {
  const [row] = await db
    .select()
    .from(quarantine)
    .where(and(eq(quarantine.fileId, fileId), isNull(quarantine.releasedAt)));
  return row && inWords(row);
}

/** Without a look at the files where the filter asks nothing of them. */
async function counted({ db }: Pick<HealingParts, "db">, filter: QuarantineFilter): Promise<number> {
  const all = db.select({ n: count() }).from(quarantine).$dynamic();
  const looksAtFiles =
    filter.libraryId !== undefined || Boolean(filter.text) || Boolean(filter.hideLibraries?.length);
  const rows = looksAtFiles ? all.innerJoin(file, eq(file.id, quarantine.fileId)) : all;
  const [row] = await rows.where(matching(filter));
  return row!.n;
}

function matching({ code, kind, libraryId, text, by, hideLibraries }: QuarantineFilter): SQL | undefined {
  return and(
    isNull(quarantine.releasedAt),
    code === undefined ? undefined : eq(quarantine.code, code),
    kind === undefined ? undefined : eq(quarantine.kind, kind),
    libraryId === undefined ? undefined : eq(file.libraryId, libraryId),
    // Each file of the quarantine is looked at: they are few beside the library.
    text ? sql`instr(lower(${file.path}), ${text.toLowerCase()}) > 0` : undefined,
    by === undefined ? undefined : by === "people" ? isNotNull(quarantine.heldBy) : isNull(quarantine.heldBy),
    hideLibraries?.length ? notInArray(file.libraryId, hideLibraries) : undefined,
  );
}

function inWords({ heldAt, heldBy, code, reason, kind, failures }: QuarantineRow): Omit<HeldFile, "file"> {
  const known = failureCodes[code];
  return {
    heldAt,
    heldBy,
    code,
    reason,
    kind,
    failures,
    meaning: known?.meaning ?? "Somebody has taken the file out of processing.",
    nextStep: known?.nextStep ?? "Release it when it should be worked on again.",
  };
}
