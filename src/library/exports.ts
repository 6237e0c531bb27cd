// Exports: films, clips and GIFs that a job made for somebody. They lie below <data>/exports, a folder for each job, or in
// a library that was asked for. Written aside and renamed, so that a reader sees the old or the new one, whole.

import { randomBytes } from "node:crypto";
import { mkdir, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type ExportRow, exported } from "../db/tables/media.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { JobFailure } from "../runtime/errors.ts";
import { asPlainName } from "../runtime/plain-name.ts";
import { putExport } from "./export-rows.sqlite.ts";
import { enrol, type LibraryTarget, moveIntoLibrary, placeInLibrary } from "./place-in-library.ts";
import { replaceWhole, syncFile, syncFolder } from "./placing.ts";
import type { ScanParts } from "./scan.ts";

export {
  type ExportList,
  exportSources,
  exportsOfFile,
  exportsOfJob,
  findExport,
  type ListedExport,
  listExports,
  newestOfMoment,
  withSources,
} from "./export-list.ts";

export interface ExportOf {
  jobId: number;
  /** The job kind. */
  kind: string;
  /** For people; the file is called after it. */
  title: string;
  /** Without a dot. */
  extension: string;
  mimeType: string;
  sourceFileIds: number[];
  /** The new export takes the place of the moment's former one. */
  momentId?: number;
  /** Into a library instead of <data>/exports. */
  target?: LibraryTarget;
}

export interface ExportFacts {
  durationMs?: number;
  width?: number;
  height?: number;
}

/** Calls `produce` with a path to write to. The same job once more, or one for the same moment, replaces what it made. */
export async function keepExport(
  parts: ScanParts,
  of: ExportOf,
  produce: (temporaryPath: string) => Promise<ExportFacts>,
): Promise<ExportRow> {
  const { db, paths } = parts;
  // Whether it may lie there is asked before the work, not after it.
  const place = of.target && (await placeInLibrary(db, of.target, of.extension));
  const temporary = join(paths.tmp, `export-${randomBytes(6).toString("hex")}.${of.extension}`);
  await mkdir(paths.tmp, { recursive: true, mode: 0o700 });
  try {
    const facts = await produce(temporary);
    // Somebody may have shut the library meanwhile.
    if (of.target) await placeInLibrary(db, of.target, of.extension);
    const sizeBytes = await finished(temporary, of.kind);
    const former = await formerOf(db, of);
    const made = { ...factsOf(of, facts), sizeBytes, createdAt: new Date(parts.clock.now()) };
    if (place) {
      const name = `${safeName(of.title)}.${of.extension}`;
      const path = await moveIntoLibrary(temporary, place, name, `export-${of.jobId}`);
      const fileId = (await enrol(parts, place, path, of.jobId)) ?? null;
      return settle(parts, of, { ...made, path: null, fileId }, []);
    }
    const path = await freePath(db, of, former);
    const to = join(paths.exports, path);
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await replaceWhole(temporary, to);
    await syncFolder(dirname(to));
    return settle(parts, of, { ...made, path, fileId: null }, former);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Row first: a file without a row is garbage, a row without a file is a broken download. A film in a library stays. */
export async function removeExport(parts: Pick<ScanParts, "db" | "paths">, row: ExportRow): Promise<void> {
  await parts.db.delete(exported).where(eq(exported.id, row.id));
  await removeBytes(parts.paths, row);
}

/** Undefined for one that went into a library. */
export function exportPath(paths: DataPaths, row: Pick<ExportRow, "path">): string | undefined {
  return row.path === null ? undefined : join(paths.exports, row.path);
}

/** What it is saved as. */
export function exportName({
  title,
  path,
  mimeType,
}: Pick<ExportRow, "title" | "path" | "mimeType">): string {
  const extension = path?.slice(path.lastIndexOf(".") + 1) ?? mimeType.slice(mimeType.indexOf("/") + 1);
  return `${safeName(title)}.${extension}`;
}

/** A name that every file system takes, Windows' too. */
export function safeName(title: string): string {
  const plain = asPlainName(title.toWellFormed())
    .replace(/(?<=\d):(?=\d)/g, ".")
    .replace(/:(?= )/g, " –")
    .replace(/[\\/:*?"<>|\ufffd]/g, " ")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|[. ]+$/g, "");
  const bytes = Buffer.from(/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(plain) ? `${plain}_` : plain);
  // Room for a number and an extension within 255 bytes, without half a character at the end.
  const cut = new TextDecoder().decode(bytes.subarray(0, 180)).replace(/\ufffd+$/, "");
  return cut.trim() || "Export";
}

function factsOf(of: ExportOf, { durationMs, width, height }: ExportFacts) {
  const { jobId, kind, title, mimeType, momentId = null } = of;
  return {
    ...{ jobId, kind, title, mimeType, momentId },
    durationMs: durationMs === undefined ? null : Math.round(durationMs),
    width: width ?? null,
    height: height ?? null,
  };
}

/** Two moments of one title, of one job, are two exports. */
async function formerOf(db: Db, { jobId, momentId, title }: ExportOf): Promise<ExportRow[]> {
  const ofJob = and(eq(exported.jobId, jobId), isNull(exported.momentId), eq(exported.title, title));
  return await db
    .select()
    .from(exported)
    .where(momentId === undefined ? ofJob : eq(exported.momentId, momentId));
}

/** A folder for each job: what a killed run left there is written over by the next. */
async function freePath(db: Db, { jobId, title, extension }: ExportOf, former: ExportRow[]): Promise<string> {
  const rows = await db.select().from(exported).where(eq(exported.jobId, jobId));
  const goes = new Set(former.map((row) => row.id));
  const taken = new Set(rows.filter((row) => !goes.has(row.id)).map((row) => row.path));
  for (let n = 1; ; n++) {
    const path = `${jobId}/${safeName(title)}${n === 1 ? "" : ` (${n})`}.${extension}`;
    if (!taken.has(path)) return path;
  }
}

async function settle(
  { db, paths, events }: ScanParts,
  of: ExportOf,
  row: Omit<ExportRow, "id">,
  former: ExportRow[],
): Promise<ExportRow> {
  const replaced = former.filter((one) => one.path !== null);
  const made = putExport(
    db,
    row,
    of.sourceFileIds,
    replaced.map((one) => one.id),
  );
  // The new one counts from here on.
  for (const one of replaced) if (one.path !== row.path) await removeBytes(paths, one).catch(() => {});
  for (const id of new Set(of.sourceFileIds)) events.publish({ topic: "file", id });
  return made;
}

async function finished(path: string, kind: string): Promise<number> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size === 0) throw new JobFailure("tool.crashed", `The ${kind} came out empty.`);
  await syncFile(path);
  return size;
}

async function removeBytes(paths: DataPaths, row: Pick<ExportRow, "path">): Promise<void> {
  const path = exportPath(paths, row);
  if (!path) return;
  await rm(path, { force: true });
  // Empty by now, or it holds the job's other exports.
  await rmdir(dirname(path)).catch(() => {});
}
