// `sprocket scan`.

import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { LibraryRow } from "../db/tables/library.ts";
import { scansOf } from "../jobs/scan.ts";
import { listLibraries } from "../library/libraries.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { silentLogger } from "../runtime/log.ts";
import { openBeside } from "./database.ts";
import { openEngine } from "./engine.ts";

export async function scan(named: string | undefined, flags: Flags): Promise<number> {
  const config = readConfig(flags);
  const open = openBeside(config.dataFolder);
  try {
    const { db, queue } = await openEngine(config, open, open.paths, silentLogger);
    const libraries = await listLibraries(db);
    const chosen = named === undefined ? libraries : [await libraryNamed(libraries, named)];
    if (chosen.length === 0)
      throw new CannotStart("There is no library yet; `sprocket serve FOLDER` makes one.");
    const asked = chosen.flatMap((row) =>
      scansOf(row).map((kind) => ({
        kind,
        params: { libraryId: row.id, skipExisting: true },
        origin: "cli",
      })),
    );
    const { enqueued, skipped } = await queue.enqueueMany(asked);
    console.log(
      `Enqueued ${enqueued}, skipped ${skipped} that wait or run already.${whenItRuns(open.isServed)}`,
    );
    return 0;
  } finally {
    open.close();
  }
}

export function whenItRuns(isServed: boolean): string {
  return isServed ? "" : " No server runs on this data folder: the work starts with it.";
}

/** By id, by folder or by name; a name that two libraries share is refused. */
async function libraryNamed(libraries: LibraryRow[], named: string): Promise<LibraryRow> {
  const path = await realpath(named).catch(() => resolve(named));
  const exact = libraries.find((row) => String(row.id) === named || row.path === path);
  if (exact) return exact;
  const found = libraries.filter((row) => row.name.toLowerCase() === named.toLowerCase());
  if (found.length === 1) return found[0]!;
  const listed = (found.length > 1 ? found : libraries)
    .map((row) => `${row.id} (${row.name}, ${row.path})`)
    .join(", ");
  throw new CannotStart(
    found.length > 1
      ? `${found.length} libraries are called ${named}; name one by its id: ${listed}.`
      : `There is no library ${named}; there ${libraries.length === 0 ? "is none yet" : `are ${listed}`}.`,
  );
}
