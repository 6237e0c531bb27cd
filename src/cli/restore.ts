// `sprocket restore`: a copy of the database takes the place of the one in the data folder, which is saved first. Refused
// while a server runs, and for what is no whole copy of ours. At every moment the folder holds one whole database.

import { existsSync } from "node:fs";
import { cp, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { damageOf, isOurs, schemaOf } from "../db/integrity.sqlite.ts";
import { migrations } from "../db/migrations/sqlite/index.ts";
import { openSqlite } from "../db/open.sqlite.ts";
import { writeSnapshot } from "../db/snapshot.sqlite.ts";
import { backupName } from "../library/backups.ts";
import { dropLostDerivatives } from "../library/lost-derivatives.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { type Flags, readConfig } from "../runtime/config.ts";
import { type DataPaths, openDataFolder } from "../runtime/data-folder.ts";

export async function restore(named: string, flags: Flags): Promise<number> {
  const file = resolve(named);
  refuseForeign(file);
  const folder = openDataFolder(readConfig(flags).dataFolder);
  const { paths } = folder;
  try {
    // Beside the database, so that its last step is a renaming.
    const aside = join(paths.root, ".restoring.db");
    await removeAll(aside);
    await cp(file, aside);
    await sync(aside);
    try {
      refuseDamaged(aside, file);
    } catch (error) {
      await removeAll(aside);
      throw error;
    }
    const saved = await saveFormer(paths);
    await rename(aside, paths.database);
    await sync(paths.root);
    const lost = await tidy(paths);
    console.log(`Restored ${file} (schema ${schemaOf(paths.database)}) into ${paths.root}.`);
    if (saved) console.log(`The database that was there is saved as ${saved}.`);
    if (lost > 0)
      console.log(
        `${lost} thumbnails and other derivatives of it are not in this data folder; Run on their queues makes them again.`,
      );
    console.log("Start the server, then sign in again: nobody's session is in a backup.");
    return 0;
  } finally {
    folder.release();
  }
}

function refuseForeign(file: string): void {
  if (!existsSync(file)) throw new CannotStart(`There is no file ${file}.`);
  let isDatabase = false;
  try {
    isDatabase = isOurs(file);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code?.startsWith("SQLITE_CORRUPT")) throw damaged(file, message);
  }
  if (!isDatabase) throw new CannotStart(`${file} is no Sprocket database; nothing was changed.`);
  const [schema, known] = [schemaOf(file), migrations.at(-1)!.version];
  if (schema > known)
    throw new CannotStart(
      `${file} has schema ${schema}, this build knows ${known}; use a newer Sprocket. Nothing was changed.`,
    );
}

function refuseDamaged(copy: string, file: string): void {
  let damage: string | null;
  try {
    damage = damageOf(copy);
  } catch (error) {
    damage = (error as Error).message;
  }
  if (damage !== null) throw damaged(file, damage);
}

function damaged(file: string, how: string): CannotStart {
  return new CannotStart(
    `${file} is damaged (${how.split("\n")[0]}); nothing was changed. Try an older copy.`,
  );
}

/** Leaves no log beside the database: one of another database would be written into it. */
async function saveFormer(paths: DataPaths): Promise<string | undefined> {
  if (!existsSync(paths.database)) {
    await removeAll(paths.database);
    return undefined;
  }
  const saved = join(paths.backups, backupName("before a restore", Date.now()));
  try {
    const { sqlite } = openSqlite(paths.database);
    try {
      writeSnapshot(sqlite, saved);
      sqlite.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      sqlite.close();
    }
    await rm(`${paths.database}-wal`, { force: true });
    await rm(`${paths.database}-shm`, { force: true });
  } catch (error) {
    // Damaged: that is why somebody restores. Its files are put aside as they are.
    const { code } = error as { code?: string };
    if (!code?.startsWith("SQLITE_") && (error as Error).name !== "DamagedCopy") throw error;
    if (code === "SQLITE_FULL") throw new CannotStart("The disk is full; nothing was changed.");
    await mkdir(paths.backups, { recursive: true, mode: 0o700 });
    await cp(paths.database, saved);
    for (const end of ["-wal", "-shm"])
      if (existsSync(paths.database + end)) await rename(paths.database + end, saved + end);
  }
  return saved;
}

/** Rows of derivatives whose files are not here would be broken pictures. */
async function tidy(paths: DataPaths): Promise<number> {
  const { db, sqlite, close } = openSqlite(paths.database);
  try {
    const hasOne = sqlite.query("SELECT 1 FROM sqlite_master WHERE name = 'derivative'").get() !== null;
    return hasOne ? await dropLostDerivatives(db, paths) : 0;
  } finally {
    close();
  }
}

async function removeAll(path: string): Promise<void> {
  for (const end of ["", "-wal", "-shm", "-journal"]) await rm(path + end, { force: true });
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } catch (error) {
    throw new CannotStart(
      `${basename(path)} in ${dirname(path)} could not be written: ${(error as Error).message}`,
    );
  } finally {
    await handle.close();
  }
}
