// Libraries: named root folders and what to do with them. Nothing here writes below a root; removing a library removes
// rows and derivatives, never media.

import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { asc, eq, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileType, file, type LibraryRow, library, type Recognise } from "../db/tables/library.ts";
import type { Clock } from "../runtime/clock.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import type { EventBus } from "../runtime/events.ts";
import { asPlainName, isPlainName, notPlain } from "../runtime/plain-name.ts";
import { derivativesFolder, removeDerivatives } from "./derivatives.ts";
import { checkLibraryPath } from "./library-path.ts";
import { removeTransforms } from "./transform-cache.ts";

export { checkLibraryPath } from "./library-path.ts";

export interface LibraryInput {
  /** Default: the folder's name. */
  name?: string;
  /** Absolute. Stored with its symlinks resolved. */
  path: string;
  scan?: { videos?: boolean; images?: boolean; audio?: boolean };
  nsfw?: boolean;
  public?: boolean;
  watch?: boolean;
  readOnly?: boolean;
  recognise?: Partial<Recognise>;
}

interface Parts {
  db: Db;
  paths: DataPaths;
  clock: Clock;
  events: EventBus;
}

export async function listLibraries(db: Db): Promise<LibraryRow[]> {
  return await db.select().from(library).orderBy(asc(library.name), asc(library.id));
}

export async function getLibrary(db: Db, id: number): Promise<LibraryRow> {
  const [row] = await db.select().from(library).where(eq(library.id, id));
  if (!row) throw new NotFound("library", id);
  return row;
}

/** The types of media that a library is scanned for. */
export function scannedTypes(row: LibraryRow): FileType[] {
  const types: FileType[] = [];
  if (row.scanVideos) types.push("video");
  if (row.scanImages) types.push("image");
  if (row.scanAudio) types.push("audio");
  return types;
}

/** `Refused` 422 for a bad path or name. Enqueues no scan: the caller decides when the work starts. */
export async function createLibrary(parts: Parts, input: LibraryInput): Promise<LibraryRow> {
  const path = await checkLibraryPath(parts, input.path);
  const [row] = await parts.db
    .insert(library)
    .values({
      name: nameOf(input.name, path),
      path,
      scanVideos: input.scan?.videos ?? true,
      scanImages: input.scan?.images ?? true,
      scanAudio: input.scan?.audio ?? true,
      nsfw: input.nsfw ?? false,
      public: input.public ?? false,
      watch: input.watch ?? false,
      readOnly: input.readOnly ?? true,
      recognise: { ...nothingRecognised, ...input.recognise },
      createdAt: new Date(parts.clock.now()),
    })
    .returning();
  parts.events.publish({ topic: "library", id: row!.id });
  return row!;
}

/** Changes what is given. A new path keeps the rows: files are found again below it by their paths in the library. */
export async function updateLibrary(
  parts: Parts,
  id: number,
  input: Partial<LibraryInput>,
): Promise<LibraryRow> {
  const before = await getLibrary(parts.db, id);
  const path = input.path === undefined ? before.path : await checkLibraryPath(parts, input.path, id);
  const [row] = await parts.db
    .update(library)
    .set({
      name: input.name === undefined ? before.name : nameOf(input.name, path),
      path,
      rootIdentity: path === before.path ? before.rootIdentity : null,
      scanVideos: input.scan?.videos ?? before.scanVideos,
      scanImages: input.scan?.images ?? before.scanImages,
      scanAudio: input.scan?.audio ?? before.scanAudio,
      nsfw: input.nsfw ?? before.nsfw,
      public: input.public ?? before.public,
      watch: input.watch ?? before.watch,
      readOnly: input.readOnly ?? before.readOnly,
      recognise: { ...before.recognise, ...input.recognise },
    })
    .where(eq(library.id, id))
    .returning();
  if (!row) throw new NotFound("library", id);
  parts.events.publish({ topic: "library", id });
  return row;
}

/** Rows and derivatives, in batches so that the server goes on answering; never media. */
export async function removeLibrary(parts: Omit<Parts, "clock">, id: number): Promise<void> {
  await getLibrary(parts.db, id);
  for (;;) {
    const batch = await parts.db.select({ id: file.id }).from(file).where(eq(file.libraryId, id)).limit(200);
    if (batch.length === 0) break;
    const ids = batch.map((row) => row.id);
    await removeDerivatives(parts, ids);
    await parts.db.delete(file).where(inArray(file.id, ids));
    await removeTransforms(parts.paths, ids);
    await Promise.all(
      ids.map((fileId) => rm(derivativesFolder(parts.paths, fileId), { recursive: true, force: true })),
    );
  }
  await parts.db.delete(library).where(eq(library.id, id));
  parts.events.publish({ topic: "library", id });
}

function nameOf(given: string | undefined, path: string): string {
  const name = given?.trim();
  if (!name) return asPlainName(basename(path));
  if (isPlainName(name)) return name;
  throw new Refused(422, "library.name", notPlain, { errors: [{ path: ["name"], message: notPlain }] });
}

const nothingRecognised: Recognise = { objects: false, faces: false, audio: false, transcribe: false };
