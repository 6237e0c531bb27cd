// Puts a finished file into a folder of a library that may be written to. Never overwrites: a name that is taken gets a
// number. Until it is whole, it lies beside its place under a hidden name, which scans pass over.

import { constants } from "node:fs";
import { access, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Db } from "../db/open.sqlite.ts";
import type { LibraryRow } from "../db/tables/library.ts";
import { GiveUp, JobFailure, NotFound, Refused } from "../runtime/errors.ts";
import { ensureFolders } from "./folders.ts";
import { asReadOnly, checkedFolder, ensureFolderIn, folderAsThere } from "./inner-path.ts";
import { getLibrary, scannedTypes } from "./libraries.ts";
import { refuseOtherRoot } from "./lost-root.ts";
import { mediaTypeOf } from "./media-types.ts";
import { copyDurably, numbered, placeNew, shareAs, syncFolder } from "./placing.ts";
import type { ScanParts } from "./scan.ts";
import { applyBatch } from "./scan-batch.ts";
import { absolute, nodeFs } from "./walk.ts";

export interface LibraryTarget {
  libraryId: number;
  /** In the library; default its root. */
  folder?: string;
}

export interface PlaceInLibrary {
  library: LibraryRow;
  folder: string;
}

/** `GiveUp` where no such file may be put there, `JobFailure("disk.readonly")` where the disk does not let us. */
export async function placeInLibrary(
  db: Db,
  target: LibraryTarget,
  extension: string,
): Promise<PlaceInLibrary> {
  const place = await allowedPlace(db, target, extension);
  await mayWrite(place);
  return place;
}

/** As `placeInLibrary`, without a look at the disk. */
export async function allowedPlace(
  db: Db,
  { libraryId, folder = "" }: LibraryTarget,
  extension: string,
): Promise<PlaceInLibrary> {
  const library = await getLibrary(db, libraryId).catch((error) => {
    throw error instanceof NotFound ? new GiveUp("input.missing", error.message) : error;
  });
  const choose = "Allow it in its settings, or choose another library.";
  if (library.readOnly)
    throw new GiveUp("library.readonly", `Nothing is written into ${library.name}. ${choose}`);
  const { type } = mediaTypeOf(`a.${extension}`)!;
  if (!scannedTypes(library).includes(type))
    throw new GiveUp("library.type", `${library.name} is not scanned for ${type} files. ${choose}`);
  return { library, folder: await folderAsThere(library.path, innerFolder(folder)) };
}

/**
 * Moves `from` there. Answers where it is, relative to the library's root. `mark` is the same for every try of the same
 * work: what a killed one left under its hidden name is written over.
 */
export async function moveIntoLibrary(
  from: string,
  place: PlaceInLibrary,
  name: string,
  mark: string,
): Promise<string> {
  await refuseOtherRoot(place.library);
  await mayWrite(place);
  const folder = await ensureFolderIn(place.library.path, place.folder);
  const part = join(folder, `.sprocket-${mark}.part`);
  try {
    await bring(from, part);
    await shareAs(part, folder);
    const taken = await takeName(part, folder, name);
    await syncFolder(folder);
    return place.folder === "" ? taken : `${place.folder}/${taken}`;
  } catch (error) {
    throw asReadOnly(error, folder);
  } finally {
    await rm(part, { force: true });
  }
}

/** Gives the file its row without waiting for a scan. */
export async function enrol(
  parts: ScanParts,
  { library, folder }: PlaceInLibrary,
  path: string,
  scanId: number,
): Promise<number | undefined> {
  const { type, mimeType } = mediaTypeOf(path)!;
  const startedAt = parts.clock.now();
  const folders = new Map<string, number>();
  await ensureFolders(parts.db, library.id, [folder], folders, startedAt);
  const { sizeBytes, mtimeMs, inode } = await (parts.fs ?? nodeFs).lstat(absolute(library.path, path));
  const name = path.slice(path.lastIndexOf("/") + 1);
  const seen = { path, folder, name, mimeType, sizeBytes, mtimeMs, inode };
  const batch = await applyBatch(parts, { library, type, scanId, startedAt, folders, exchanged: false }, [
    seen,
  ]);
  parts.events.publish({ topic: "library", id: library.id });
  return [...batch.added, ...batch.changed, ...batch.moved, ...batch.returned, ...batch.unchanged][0];
}

function innerFolder(folder: string): string {
  try {
    return checkedFolder(folder);
  } catch (error) {
    throw error instanceof Refused ? new GiveUp("params.invalid", error.message) : error;
  }
}

/** Of what exists of the path: the folder itself, or where it will be made. */
async function mayWrite({ library, folder }: PlaceInLibrary): Promise<void> {
  if (!(await realpath(library.path).catch(() => undefined)))
    throw new JobFailure("disk.readonly", `${library.path} is not there; is its disk mounted?`);
  for (let path = join(library.path, folder); ; path = dirname(path)) {
    if (!(await realpath(path).catch(() => undefined))) continue;
    await access(path, constants.W_OK | constants.X_OK).catch((error) => {
      throw asReadOnly(error, path);
    });
    return;
  }
}

async function bring(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    await rm(to, { force: true });
    await copyDurably(from, to);
  }
}

/** The first free one of `Film.mp4`, `Film (2).mp4`… */
async function takeName(part: string, folder: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    try {
      await placeNew(part, join(folder, numbered(name, n)));
      return numbered(name, n);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || n === 10_000) throw error;
    }
  }
}
