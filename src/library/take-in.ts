// Puts a file that has come into its library: whole, under a name that was free, on disk before anybody is told. What is there
// already by content is not put there twice.

import { lstat, rm, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { type FileRow, file, type LibraryRow } from "../db/tables/library.ts";
import type { UploadRow } from "../db/tables/media.ts";
import { hashFile } from "../media/hash.ts";
import { GiveUp } from "../runtime/errors.ts";
import { findFileAt } from "./files.ts";
import { parentOf } from "./folders.ts";
import { remember } from "./forgotten.ts";
import { asReadOnly, ensureFolderIn } from "./inner-path.ts";
import { refuseOtherRoot } from "./lost-root.ts";
import { mediaTypeOf } from "./media-types.ts";
import { freePath } from "./move-plan.ts";
import { copyDurably, identityAt, type Link, placeNew, shareAs, syncFile, syncFolder } from "./placing.ts";
import type { ScanParts } from "./scan.ts";
import { applyBatch, type Batch } from "./scan-batch.ts";
import { bytesOf, notePlaced, removeUpload } from "./uploads.ts";
import { absolute, isMedia, nodeFs } from "./walk.ts";

export interface TakenIn {
  /** `identical`: the same bytes were in the library already, as this file. */
  outcome: "added" | "identical";
  fileId: number;
  path: string;
  /** What follows of it. */
  batch: Batch | null;
}

export interface TakeInParts extends ScanParts {
  /** Tests bring that of another file system. */
  linkFile?: Link;
}

/** Begun twice, as after a crash, it ends the same. */
export async function takeIn(parts: TakeInParts, row: UploadRow, library: LibraryRow): Promise<TakenIn> {
  const bytes = bytesOf(parts.paths, row);
  let path = await placedBefore(row, library, bytes);
  if (!path) {
    await refuseSource(row, bytes, parts);
    const twin = await sameContent(parts, row, library, bytes);
    if (twin) {
      await removeUpload(parts, row.id);
      return { outcome: "identical", fileId: twin.id, path: twin.path, batch: null };
    }
    path = await place(parts, row, library, bytes);
  }
  const batch = await adopt(parts, library, path);
  await removeUpload(parts, row.id);
  return { outcome: "added", fileId: (await findFileAt(parts.db, library.id, path))!.id, path, batch };
}

/** A former attempt has put it there, and died before it could say so; or somebody else has put another file there. */
async function placedBefore({ placedPath, sizeBytes }: UploadRow, library: LibraryRow, bytes: string) {
  if (!placedPath) return undefined;
  const target = absolute(library.path, placedPath);
  const found = await lstat(target).catch(() => undefined);
  if (!found?.isFile() || found.size !== sizeBytes) return undefined;
  const left = await identityAt(bytes);
  const isIt =
    left === undefined || left === (await identityAt(target)) || (await haveSameBytes(bytes, target));
  return isIt ? placedPath : undefined;
}

async function haveSameBytes(one: string, other: string): Promise<boolean> {
  return (await hashFile(one)) === (await hashFile(other));
}

async function refuseSource(row: UploadRow, bytes: string, { fs = nodeFs }: ScanParts): Promise<void> {
  const looksLike = { ...fs, head: (_: string, n: number) => fs.head(bytes, n) };
  if (await isMedia(row.name, looksLike)) return;
  throw new GiveUp("input.unsupported", `${row.name} is no film: it begins like a text.`);
}

/** Read through only where some file of the library has the same size. */
async function sameContent(
  { db }: ScanParts,
  row: UploadRow,
  library: LibraryRow,
  bytes: string,
): Promise<FileRow | undefined> {
  if (row.sizeBytes === 0) return undefined;
  const alike = await db
    .select()
    .from(file)
    .where(
      and(
        eq(file.libraryId, library.id),
        eq(file.sizeBytes, row.sizeBytes),
        isNotNull(file.sha256),
        isNull(file.trashedAt),
      ),
    )
    .limit(1000);
  if (alike.length === 0) return undefined;
  const sha256 = await hashFile(bytes);
  for (const one of alike.filter((each) => each.sha256 === sha256)) {
    const there = await nodeFs.lstat(absolute(library.path, one.path)).catch(() => undefined);
    // What was written to since it was hashed is not known to be the same.
    if (there?.sizeBytes === row.sizeBytes && there.mtimeMs === one.mtimeMs) return one;
  }
  return undefined;
}

async function place(
  parts: TakeInParts,
  row: UploadRow,
  library: LibraryRow,
  bytes: string,
): Promise<string> {
  await refuseOtherRoot(library, parts.fs);
  const folder = await ensureFolderIn(library.path, row.folder);
  const temporary = join(folder, `.sprocket-upload-${row.id}.part`);
  try {
    if (row.mtimeMs !== null) await utimes(bytes, row.mtimeMs / 1000, row.mtimeMs / 1000);
    await shareAs(bytes, folder);
    await syncFile(bytes);
    const from = { bytes, temporary };
    for (let tries = 0; tries < 1000; tries++) {
      const path = await freePath(parts.db, library, row.folder, row.name);
      await notePlaced(parts.db, row.id, path);
      // Two uploads of one name may find the same place free.
      if (!(await bring(parts, from, absolute(library.path, path)))) continue;
      await syncFolder(folder);
      return path;
    }
    throw new Error(`No name like ${row.name} is free in ${folder}.`);
  } catch (error) {
    throw asReadOnly(error, folder);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** False where something stands there by now. */
async function bring(
  { linkFile }: TakeInParts,
  { bytes, temporary }: { bytes: string; temporary: string },
  target: string,
): Promise<boolean> {
  try {
    await placeNew(bytes, target, { linkFile }).catch(async (error) => {
      if (error.code !== "EXDEV") throw error;
      // What an attempt that was cut off has left.
      await rm(temporary, { force: true });
      await copyDurably(bytes, temporary);
      await placeNew(temporary, target);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** As a scan that has come by. */
async function adopt(parts: ScanParts, library: LibraryRow, path: string): Promise<Batch> {
  const { fs = nodeFs } = parts;
  const media = mediaTypeOf(basename(path))!;
  const s = await fs.lstat(absolute(library.path, path));
  await remember(parts.db, library.id, [path]);
  const of = {
    library,
    type: media.type,
    // No scan's.
    scanId: -parts.clock.now(),
    startedAt: parts.clock.now(),
    folders: new Map<string, number>(),
    exchanged: false,
  };
  const seen = {
    path,
    folder: parentOf(path),
    name: basename(path),
    mimeType: media.mimeType,
    sizeBytes: s.sizeBytes,
    mtimeMs: s.mtimeMs,
    inode: s.inode,
  };
  const batch = await applyBatch(parts, of, [seen]);
  parts.events.publish({ topic: "library", id: library.id });
  return batch;
}
