// Where a file would go, and what speaks against it: asked before a move is enqueued, and again before it touches anything.

import type { Db } from "../db/open.sqlite.ts";
import type { FileRow, FileType, LibraryRow } from "../db/tables/library.ts";
import { GiveUp } from "../runtime/errors.ts";
import { findFileAt } from "./files.ts";
import { parentOf } from "./folders.ts";
import { scannedTypes } from "./libraries.ts";
import { identityAt, numbered } from "./placing.ts";
import { absolute } from "./walk.ts";

export interface MovePlan {
  row: FileRow;
  from: LibraryRow;
  to: LibraryRow;
  /** In the target library. */
  folder: string;
}

/** `GiveUp` with the reason, in words for whoever asked for it. */
export function refuseMove({ row, from, to }: Omit<MovePlan, "folder">): void {
  for (const library of from.id === to.id ? [to] : [from, to])
    if (library.readOnly)
      throw new GiveUp(
        "library.readonly",
        `${library.name} is a read-only library: nothing is moved ${library.id === to.id ? "into" : "out of"} it. Its settings can allow it.`,
      );
  if (!scannedTypes(to).includes(row.type))
    throw new GiveUp(
      "library.type",
      `${to.name} is not scanned for ${nouns[row.type]}: ${row.name} would not be found there.`,
    );
}

export function isThere({ row, to, folder }: MovePlan): boolean {
  return row.libraryId === to.id && parentOf(row.path) === folder;
}

/** The first of `film.mp4`, `film (2).mp4`… that neither the disk nor a row has in the target folder. */
export async function freePath(db: Db, to: LibraryRow, folder: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = folder === "" ? numbered(name, n) : `${folder}/${numbered(name, n)}`;
    if ((await identityAt(absolute(to.path, path))) === undefined && !(await findFileAt(db, to.id, path)))
      return path;
  }
}

const nouns: Record<FileType, string> = { video: "videos", image: "images", audio: "audio" };
