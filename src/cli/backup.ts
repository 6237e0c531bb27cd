// `sprocket backup`: a consistent copy of the database, while a server runs or not. Derivatives can be made again; the
// copy holds what cannot. It holds nobody's session: who starts from it signs in again.

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DamagedCopy, writeSnapshot } from "../db/snapshot.sqlite.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { openBeside } from "./database.ts";

export function backup(named: string, flags: Flags): number {
  const file = resolve(named);
  if (existsSync(file)) throw new CannotStart(`${file} exists already; a backup never replaces a file.`);
  if (!existsSync(dirname(file))) throw new CannotStart(`There is no folder ${dirname(file)}.`);
  const { sqlite, close } = openBeside(readConfig(flags).dataFolder);
  try {
    writeSnapshot(sqlite, file);
  } catch (error) {
    const { message } = error as Error;
    throw new CannotStart(
      error instanceof DamagedCopy
        ? `The copy is damaged (${message}), so the database is too; run \`sprocket doctor\`.`
        : `The backup could not be written to ${file}: ${message}.`,
    );
  } finally {
    close();
  }
  console.log(`Wrote ${file} (${Math.ceil(Bun.file(file).size / 1024)} KB).`);
  return 0;
}
