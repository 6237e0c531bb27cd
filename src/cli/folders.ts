// The folders named on the command line become libraries; those that are libraries already stay as they are.

import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { migrate } from "../db/migrate.ts";
import { migrations } from "../db/migrations/sqlite/index.ts";
import { openSqlite } from "../db/open.sqlite.ts";
import type { LibraryRow } from "../db/tables/library.ts";
import { scansOf } from "../jobs/scan.ts";
import { createLibrary, listLibraries } from "../library/libraries.ts";
import { checkLibraryPath, isWithin } from "../library/library-path.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { dataPaths } from "../runtime/data-folder.ts";
import { Refused } from "../runtime/errors.ts";
import type { Engine } from "./engine.ts";

/** All or none: a folder that cannot be one is a `CannotStart` with a line for each. Scans of new ones are enqueued. */
export async function addFolders(engine: Engine, folders: string[]): Promise<LibraryRow[]> {
  const made: LibraryRow[] = [];
  for (const path of await freshFolders(engine, folders)) {
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

/** Before a first start: a mistyped folder must not leave a data folder behind. Later, what is a library may be away. */
export async function checkFirstFolders(dataFolder: string, folders: string[]): Promise<void> {
  const paths = dataPaths(dataFolder);
  if (folders.length === 0 || existsSync(paths.database)) return;
  const { sqlite, db } = openSqlite(":memory:");
  try {
    migrate(sqlite, migrations);
    await freshFolders({ db, paths }, folders);
  } finally {
    sqlite.close();
  }
}

/** Those that are to become libraries, as real paths. */
async function freshFolders(engine: Pick<Engine, "db" | "paths">, folders: string[]): Promise<string[]> {
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
  return fresh;
}
