// Uploads that have begun: whether they may, what is known of them, and what of them is old enough to go.

import { readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { asc, eq, lt } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import type { LibraryRow } from "../db/tables/library.ts";
import { type UploadRow, upload } from "../db/tables/media.ts";
import type { Clock } from "../runtime/clock.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { Refused } from "../runtime/errors.ts";
import type { Loop } from "../runtime/service.ts";
import { checkedFolder, checkedName, folderAsThere } from "./inner-path.ts";
import { scannedTypes } from "./libraries.ts";
import { mediaTypeOf } from "./media-types.ts";
import { refuseUnwritable } from "./writable.ts";

export interface UploadParts {
  db: Db;
  paths: DataPaths;
  clock: Clock;
}

export interface AskedUpload {
  name: string;
  folder: string;
  sizeBytes: number;
  /** When the file was last written to, milliseconds since 1970. */
  mtimeMs: number | null;
}

const uploadDays = 7;

/** As it may be begun; `Refused` with the reason where it may not. */
export async function checkedUpload(
  { db, paths }: UploadParts,
  library: LibraryRow,
  asked: AskedUpload,
): Promise<AskedUpload> {
  await refuseUnwritable(library);
  const name = checkedName(asked.name, "filename");
  const folder = await folderAsThere(library.path, checkedFolder(asked.folder));
  if (asked.sizeBytes === 0) throw new Refused(422, "upload.empty", `${name} is empty.`);
  const media = mediaTypeOf(name);
  if (!media)
    throw new Refused(415, "upload.type", `${name} is no video, picture or audio file that is known here.`);
  if (!scannedTypes(library).includes(media.type))
    throw new Refused(
      422,
      "library.type",
      `${library.name} is not scanned for ${media.type} files: ${name} would not be found there.`,
    );
  await refuseFullDisk(db, paths, library, asked.sizeBytes);
  return { ...asked, name, folder };
}

export async function getUpload(db: Db, id: string): Promise<UploadRow | undefined> {
  const [row] = await db.select().from(upload).where(eq(upload.id, id));
  return row;
}

export async function insertUpload(db: Db, row: Omit<UploadRow, "placedPath">): Promise<void> {
  await db.insert(upload).values(row);
}

export async function notePlaced(db: Db, id: string, placedPath: string): Promise<void> {
  await db.update(upload).set({ placedPath }).where(eq(upload.id, id));
}

/** Somebody goes on with it. */
export async function noteReceiving({ db, clock }: Omit<UploadParts, "paths">, id: string): Promise<void> {
  await db
    .update(upload)
    .set({ updatedAt: new Date(clock.now()) })
    .where(eq(upload.id, id));
}

export async function listUploads(db: Db, libraryId: number): Promise<UploadRow[]> {
  return await db
    .select()
    .from(upload)
    .where(eq(upload.libraryId, libraryId))
    .orderBy(asc(upload.createdAt))
    .limit(200);
}

/** All of them: few, since they end or expire. */
export async function everyUpload(db: Db): Promise<UploadRow[]> {
  return await db.select().from(upload).orderBy(asc(upload.createdAt));
}

export function bytesOf(paths: DataPaths, { id }: Pick<UploadRow, "id">): string {
  return join(paths.uploads, id);
}

/** How much of it has come; undefined when its bytes are gone. */
export async function receivedOf(paths: DataPaths, row: Pick<UploadRow, "id">): Promise<number | undefined> {
  return (await stat(bytesOf(paths, row)).catch(() => undefined))?.size;
}

export async function removeUpload({ db, paths }: Omit<UploadParts, "clock">, id: string): Promise<void> {
  await db.delete(upload).where(eq(upload.id, id));
  await rm(join(paths.uploads, id), { force: true });
}

/** Bytes of uploads that nobody went on with, and bytes without a row. */
export function uploadSweep(parts: UploadParts): Loop {
  return {
    name: "upload-sweep",
    everyMs: 3_600_000,
    atStart: true,
    async step() {
      const { db, paths, clock } = parts;
      const old = new Date(clock.now() - uploadDays * 86_400_000);
      // Whole, and its library's disk has been away all the time: whoever sent it may have no other copy.
      for (const row of await db.select().from(upload).where(lt(upload.updatedAt, old)))
        if ((await receivedOf(paths, row)) !== row.sizeBytes) await removeUpload(parts, row.id);
      const known = new Set((await everyUpload(db)).map((row) => row.id));
      for (const name of await readdir(paths.uploads).catch(() => [])) {
        const found = await stat(join(paths.uploads, name)).catch(() => undefined);
        // One that is beginning has its bytes before its row.
        const isOld = found?.isFile() && found.mtimeMs < clock.now() - 3_600_000;
        if (isOld && !known.has(name)) await rm(join(paths.uploads, name), { force: true });
      }
    },
  };
}

/** With what the others that have begun are still going to take. */
async function refuseFullDisk(
  db: Db,
  paths: DataPaths,
  library: LibraryRow,
  sizeBytes: number,
): Promise<void> {
  let promised = 0;
  for (const row of await everyUpload(db)) promised += row.sizeBytes - ((await receivedOf(paths, row)) ?? 0);
  for (const [place, needed] of [
    [paths.uploads, sizeBytes + promised],
    [library.path, sizeBytes],
  ] as const) {
    const disk = await statfs(place).catch(() => undefined);
    if (!disk || disk.bavail * disk.bsize > needed + marginBytes) continue;
    throw new Refused(413, "disk.full", `There is no room for it on the disk of ${place}.`);
  }
}

/** Databases and other jobs need room as well. */
const marginBytes = 256 << 20;
