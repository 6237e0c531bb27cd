// Folders of a library: rows for the directories that hold media and for what lies between them and the root.

import { and, asc, eq, exists, gt, gte, inArray, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { derivative, type FolderRow, file, folder, folderTally } from "../db/tables/library.ts";
import { NotFound } from "../runtime/errors.ts";
import { below } from "./file-list.ts";

export interface Subfolder {
  id: number;
  path: string;
  name: string;
  /** Files in it and below it. */
  files: number;
  /** A file with a picture to show for it. */
  coverFileId: number | null;
}

export interface FolderListing {
  folder: FolderRow | null;
  /** From the root (path "") down to the folder itself. */
  trail: { path: string; name: string }[];
  /** Those with files in them or below, and where asked for those that stand empty on the disk. */
  subfolders: Subfolder[];
}

/** `NotFound` when no scan has seen such a folder; a library that was never scanned has an empty root. */
export async function listFolder(
  db: Db,
  libraryId: number,
  path = "",
  isThere: (path: string) => Promise<boolean> = async () => false,
): Promise<FolderListing> {
  const [mine] = await db
    .select()
    .from(folder)
    .where(and(eq(folder.libraryId, libraryId), eq(folder.path, path)));
  if (!mine) {
    if (path !== "") throw new NotFound("folder", path);
    return { folder: null, trail: trailOf(""), subfolders: [] };
  }
  const counts = await countsBelow(db, mine);
  const children = await db
    .select({ id: folder.id, path: folder.path, name: folder.name, coverFileId: coverOf(db) })
    .from(folder)
    .where(eq(folder.parentId, mine.id))
    .orderBy(asc(folder.name));
  const subfolders = children.map((child) => ({ ...child, files: counts.get(child.path) ?? 0 }));
  const empty = subfolders.filter((child) => child.files === 0).slice(0, emptyLooked);
  const standing = await Promise.all(
    empty.map(async (child) => ((await isThere(child.path)) ? child : undefined)),
  );
  return {
    folder: mine,
    trail: trailOf(path),
    subfolders: subfolders.filter((child) => child.files > 0 || standing.includes(child)),
  };
}

/** Disks are slow to ask, and whoever has more of them keeps no order. */
const emptyLooked = 50;

/** Files with a picture, for a card: of a folder and below it, or with "" of the whole library. */
export async function coversOf(db: Db, libraryId: number, path: string, limit: number): Promise<number[]> {
  const some = db
    .select({ id: file.id })
    .from(file)
    .where(and(eq(file.libraryId, libraryId), isNull(file.trashedAt), below(path)))
    .orderBy(asc(file.path))
    .limit(lookedAt);
  const rows = await db
    .selectDistinct({ fileId: derivative.fileId })
    .from(derivative)
    .where(and(inArray(derivative.fileId, some), inArray(derivative.kind, pictureKinds)))
    .orderBy(asc(derivative.fileId))
    .limit(limit);
  return rows.map((row) => row.fileId);
}

const pictureKinds = ["thumbnail", "poster"];
/** Files that are looked at for a cover, so that a folder of sound files costs no walk through all of them. */
const lookedAt = 60;

/** Ids of the folders at these paths, made where they are missing; `known` remembers them between calls. */
export async function ensureFolders(
  db: Db,
  libraryId: number,
  paths: Iterable<string>,
  known: Map<string, number>,
  now: number,
): Promise<void> {
  const wanted = new Set<string>();
  for (const path of paths) for (const one of withAncestors(path)) if (!known.has(one)) wanted.add(one);
  // Parents first: each level needs the ids of the one above.
  const levels = Map.groupBy(wanted, depth);
  for (const level of [...levels.keys()].sort((a, b) => a - b)) {
    const rows = levels.get(level)!.map((path) => ({
      libraryId,
      parentId: path === "" ? null : known.get(parentOf(path))!,
      path,
      name: path.slice(path.lastIndexOf("/") + 1),
      createdAt: new Date(now),
    }));
    const made = await db
      .insert(folder)
      .values(rows)
      .onConflictDoUpdate({ target: [folder.libraryId, folder.path], set: { name: sql`excluded.name` } })
      .returning({ id: folder.id, path: folder.path });
    for (const row of made) known.set(row.path, row.id);
  }
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Files in and below each folder of a folder, by the paths of those. */
async function countsBelow(db: Db, { libraryId, path }: FolderRow): Promise<Map<string, number>> {
  const rows = await db
    .select({ path: folder.path, files: folderTally.files })
    .from(folder)
    .innerJoin(folderTally, eq(folderTally.folderId, folder.id))
    .where(and(eq(folder.libraryId, libraryId), isBelow(path)));
  const counts = new Map<string, number>();
  const start = path === "" ? 0 : path.length + 1;
  for (const row of rows) {
    const slash = row.path.indexOf("/", start);
    const child = slash < 0 ? row.path : row.path.slice(0, slash);
    counts.set(child, (counts.get(child) ?? 0) + row.files);
  }
  return counts;
}

function isBelow(path: string): SQL | undefined {
  return path === "" ? gt(folder.path, "") : and(gte(folder.path, `${path}/`), lt(folder.path, `${path}0`));
}

/** The first file below a folder that has a picture, as a column of the folder. */
function coverOf(db: Db): SQL<number | null> {
  const some = db
    .select({ id: file.id })
    .from(file)
    .where(
      and(
        eq(file.libraryId, folder.libraryId),
        isNull(file.trashedAt),
        gte(file.path, sql`${folder.path} || '/'`),
        lt(file.path, sql`${folder.path} || '0'`),
      ),
    )
    .orderBy(asc(file.path))
    .limit(lookedAt)
    .as("some");
  const pictures = db
    .select({ id: derivative.id })
    .from(derivative)
    .where(and(eq(derivative.fileId, some.id), inArray(derivative.kind, pictureKinds)));
  return sql<number | null>`${db.select({ id: some.id }).from(some).where(exists(pictures)).limit(1)}`;
}

function trailOf(path: string): { path: string; name: string }[] {
  return withAncestors(path).map((one) => ({ path: one, name: one.slice(one.lastIndexOf("/") + 1) }));
}

/** "" first, the path itself last. */
function withAncestors(path: string): string[] {
  if (path === "") return [""];
  const parts = path.split("/");
  return ["", ...parts.map((_, i) => parts.slice(0, i + 1).join("/"))];
}

function depth(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}
