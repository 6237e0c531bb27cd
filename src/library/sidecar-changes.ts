// Which files have a sidecar that nobody has read yet. What was read stands beside the file's facts, by name, size and time;
// a folder is looked through at once, so that a hundred thousand files cost as many names and no look at the media.

import { lstat, opendir } from "node:fs/promises";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { type FileType, file, folder, type LibraryRow } from "../db/tables/library.ts";
import { fileFact } from "../db/tables/media.ts";
import { isPassedOver } from "./media-types.ts";
import { FolderNames, type SidecarName, type SubtitleName } from "./sidecar-names.ts";
import { absolute } from "./walk.ts";

/** What was read: `size-time` by name. */
export type Stamps = Record<string, string>;

/** The file's sidecars as they are now. */
export interface Beside {
  facts: SidecarName[];
  subtitles: SubtitleName[];
  stamps: Stamps;
}

/** Ids of files of these types whose sidecars are not those that were read. */
export async function* filesWithChangedSidecars(
  db: Db,
  library: Pick<LibraryRow, "id" | "path">,
  types: FileType[],
  signal?: AbortSignal,
): AsyncGenerator<number> {
  for await (const { path, names } of foldersBelow(library.path, signal)) {
    const sidecars = new FolderNames(names);
    const known = await filesIn(db, library.id, path, types, sidecars.isEmpty);
    for (const [n, row] of known.entries()) {
      if (n % 200 === 199) await new Promise((resolve) => setImmediate(resolve));
      const beside = await lookAt(absolute(library.path, path), row.name, sidecars);
      const isNew = !row.metadataAt && Object.keys(beside.stamps).length > 0;
      if (isNew || !isSame(beside.stamps, row.read ?? {})) yield row.id;
    }
  }
}

/** `folderPath`: real and absolute. */
export async function besideFile(folderPath: string, name: string): Promise<Beside> {
  return await lookAt(folderPath, name, new FolderNames(await namesIn(folderPath)));
}

export async function readStamps(db: Db, fileId: number): Promise<Stamps> {
  const [row] = await db.select().from(fileFact).where(memoryOf(fileId));
  return (row?.value as Stamps | undefined) ?? {};
}

export async function rememberStamps(db: Db, fileId: number, stamps: Stamps, now: number): Promise<void> {
  await db.delete(fileFact).where(memoryOf(fileId));
  if (Object.keys(stamps).length === 0) return;
  await db
    .insert(fileFact)
    .values({ fileId, field: memory, value: stamps, source: "file", setAt: new Date(now) });
}

export function isSame(a: Stamps, b: Stamps): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

const memory = "sidecars";
const memoryOf = (fileId: number) => and(eq(fileFact.fileId, fileId), eq(fileFact.field, memory));

async function lookAt(folderPath: string, name: string, sidecars: FolderNames): Promise<Beside> {
  const beside = { facts: sidecars.factsFor(name), subtitles: sidecars.subtitlesFor(name) };
  const stamps: Stamps = {};
  for (const { name: sidecar } of [...beside.facts, ...beside.subtitles]) {
    const found = await lstat(absolute(folderPath, sidecar)).catch(() => undefined);
    if (found) stamps[sidecar] = `${found.size}-${Math.floor(found.mtimeMs)}`;
  }
  return { ...beside, stamps };
}

/** Those of one folder; `readOnly`: none has a sidecar now, so only those that had one matter. */
async function filesIn(db: Db, libraryId: number, path: string, types: FileType[], hadOneOnly: boolean) {
  const [place] = await db
    .select({ id: folder.id })
    .from(folder)
    .where(and(eq(folder.libraryId, libraryId), eq(folder.path, path)));
  if (!place) return [];
  const read = and(eq(fileFact.fileId, file.id), eq(fileFact.field, memory));
  const columns = {
    id: file.id,
    name: file.name,
    metadataAt: file.metadataAt,
    read: sql<Stamps | null>`${fileFact.value}`.mapWith((value) => JSON.parse(value) as Stamps),
  };
  const where = and(
    eq(file.folderId, place.id),
    inArray(file.type, types),
    inArray(file.state, ["ok", "invalid"]),
    isNull(file.trashedAt),
  );
  const from = db.select(columns).from(file);
  return hadOneOnly
    ? await from.innerJoin(fileFact, read).where(where)
    : await from.leftJoin(fileFact, read).where(where);
}

/** Every folder of a tree with the names in it. Links are not followed, what cannot be read is passed over. */
async function* foldersBelow(
  root: string,
  signal?: AbortSignal,
): AsyncGenerator<{ path: string; names: string[] }> {
  const toVisit = [""];
  while (toVisit.length > 0) {
    signal?.throwIfAborted();
    const path = toVisit.pop()!;
    const names: string[] = [];
    try {
      for await (const entry of await opendir(absolute(root, path))) {
        if (isPassedOver(entry.name)) continue;
        if (entry.isDirectory()) toVisit.push(path === "" ? entry.name : `${path}/${entry.name}`);
        else if (entry.isFile()) names.push(entry.name);
      }
    } catch {
      continue;
    }
    yield { path, names };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function namesIn(folderPath: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of await opendir(folderPath)) if (entry.isFile()) names.push(entry.name);
  return names;
}
