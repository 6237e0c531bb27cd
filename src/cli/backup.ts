// `sprocket backup`: a consistent copy of the database, while a server runs or not. Derivatives can be made again; the
// copy holds what cannot.

import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { openSqlite } from "../db/open.sqlite.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { openBeside } from "./database.ts";

export function backup(named: string, flags: Flags): number {
  const file = resolve(named);
  if (existsSync(file)) throw new CannotStart(`${file} exists already; a backup never replaces a file.`);
  if (!existsSync(dirname(file))) throw new CannotStart(`There is no folder ${dirname(file)}.`);
  const { sqlite, close } = openBeside(readConfig(flags).dataFolder);
  const partial = `${file}.partial-${process.pid}`;
  try {
    sqlite.query("VACUUM INTO ?").run(partial);
    const fault = damage(partial);
    if (fault)
      throw new CannotStart(
        `The copy is damaged (${fault}), so the database is too; run \`sprocket doctor\`.`,
      );
    renameSync(partial, file);
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart(`The backup could not be written to ${file}: ${(error as Error).message}.`);
  } finally {
    for (const rest of [partial, `${partial}-wal`, `${partial}-shm`]) rmSync(rest, { force: true });
    close();
  }
  console.log(`Wrote ${file} (${Math.ceil(Bun.file(file).size / 1024)} KB).`);
  return 0;
}

function damage(path: string): string | undefined {
  const copy = openSqlite(path);
  try {
    const { quick_check } = copy.sqlite.query("PRAGMA quick_check").get() as { quick_check: string };
    // A file that stands alone: no -wal beside it.
    copy.sqlite.exec("PRAGMA journal_mode = DELETE");
    return quick_check === "ok" ? undefined : quick_check;
  } finally {
    copy.sqlite.close();
  }
}
