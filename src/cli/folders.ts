// The folders named on the command line become libraries; those that are libraries already stay as they are.

import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { LibraryRow } from "../db/tables/library.ts";
import { scansOf } from "../jobs/scan.ts";
import { createLibrary, listLibraries } from "../library/libraries.ts";
import { checkLibraryPath, isWithin } from "../library/library-path.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { Refused } from "../runtime/errors.ts";
import type { Engine } from "./engine.ts";

/** All or none: a folder that cannot be one is a `CannotStart` with a line for each. Scans of new ones are enqueued. */
export async function addFolders(engine: Engine, folders: string[]): Promise<LibraryRow[]> {
  const known = new Set((await listLibraries(engine.db)).map((row) => row.path));
  const fresh: string[] = [];
  const faults: string[] = [];
  for (const folder of folders) {
    if (folder === "") {
      faults.push('"" names no folder.');
      continue;
    }
    const path = resolve(folder);
    const real = await realpath(path).catch(() => path);
    if (known.has(path) || known.has(real) || fresh.includes(real)) continue;
    try {
      await checkLibraryPath(engine, path);
      const other = fresh.find((one) => isWithin(one, real) || isWithin(real, one));
      if (other)
        throw new Refused(
          422,
          "library.path.overlaps",
          `${real} and ${other} overlap: one lies inside the other.`,
        );
      fresh.push(real);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      faults.push(`${folder}: ${error.message}${error.more.hint ? ` ${error.more.hint}` : ""}`);
    }
  }
  if (faults.length > 0) throw new CannotStart(faults.join("\n"));
  const made: LibraryRow[] = [];
  for (const path of fresh) {
    const row = await createLibrary(engine, { path });
    await engine.queue.enqueueMany(
      scansOf(row).map((kind) => ({
        kind,
        params: { libraryId: row.id, skipExisting: true },
        origin: "cli",
      })),
    );
    made.push(row);
  }
  return made;
}
