// A new folder in a library that may be written to.

import { lstat } from "node:fs/promises";
import type { Db } from "../db/open.sqlite.ts";
import type { LibraryRow } from "../db/tables/library.ts";
import type { Clock } from "../runtime/clock.ts";
import { Refused } from "../runtime/errors.ts";
import { ensureFolders } from "./folders.ts";
import { checkedFolder, ensureFolderIn, folderAsThere } from "./inner-path.ts";
import { absolute } from "./walk.ts";
import { refuseUnwritable } from "./writable.ts";

/** Answers its path as it is written. */
export async function makeFolder(
  { db, clock }: { db: Db; clock: Clock },
  library: LibraryRow,
  asked: string,
): Promise<string> {
  await refuseUnwritable(library);
  const path = await folderAsThere(library.path, checkedFolder(asked, "path"));
  if (path === "")
    throw new Refused(422, "name.invalid", "A name is needed.", {
      errors: [{ path: ["path"], message: "A name is needed." }],
    });
  const there = await lstat(absolute(library.path, path)).catch(() => undefined);
  if (there) throw new Refused(409, "folder.exists", `${path} is there already.`);
  await ensureFolderIn(library.path, path);
  await ensureFolders(db, library.id, [path], new Map(), clock.now());
  return path;
}
