// Opening the database: the server brings it to this build's schema, other commands take it as the server left it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { migrate, NewerSchema } from "../db/migrate.ts";
import { migrations } from "../db/migrations/sqlite/index.ts";
import { type OpenDb, openSqlite } from "../db/open.sqlite.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import { type DataPaths, dataPaths, openDataFolder, serverPid } from "../runtime/data-folder.ts";
import type { Logger } from "../runtime/log.ts";

/** By the holder of the data folder only. Saves an older database before it changes it. */
export function openAndMigrate(paths: DataPaths, log: Logger): OpenDb {
  let open: OpenDb | undefined;
  try {
    open = openSqlite(paths.database);
    const stamp = new Date().toISOString().replace(/[:.]/g, "-");
    const { from, to, snapshot } = migrate(open.sqlite, migrations, (version) =>
      join(paths.backups, `before-upgrade-from-${version}-${stamp}.db`),
    );
    if (snapshot) log.info(`Upgraded the database from schema ${from} to ${to}`, { snapshot });
    return open;
  } catch (error) {
    open?.sqlite.close();
    throw explained(error, paths);
  }
}

/**
 * For commands beside a server, or without one. A database that is missing is made when `create` says so; one of an older
 * schema is left alone, because upgrading it is the server's to do.
 */
export function openBeside(
  dataFolder: string,
  { create = false } = {},
): OpenDb & { paths: DataPaths; isServed: boolean } {
  const paths = dataPaths(dataFolder);
  if (!existsSync(paths.database)) {
    if (!create)
      throw new CannotStart(
        `There is no Sprocket database in ${dataFolder}; name the right folder with --data, or start the server once.`,
      );
    createDatabase(dataFolder);
  }
  let open: OpenDb | undefined;
  try {
    open = openSqlite(paths.database);
    const { user_version: schema } = open.sqlite.query("PRAGMA user_version").get() as {
      user_version: number;
    };
    const known = migrations.at(-1)!.version;
    if (schema > known)
      throw new CannotStart(
        `The database has schema ${schema}, this build knows ${known}; use a newer Sprocket.`,
      );
    if (schema < known)
      throw new CannotStart(
        `The database has schema ${schema}, this build needs ${known}; start the server once, which upgrades it after a snapshot.`,
      );
    const { sqlite } = open;
    // Checkpoints are the server's: `OpenDb.close` would wait for it.
    return { ...open, paths, isServed: serverPid(dataFolder) !== undefined, close: () => sqlite.close() };
  } catch (error) {
    open?.sqlite.close();
    throw explained(error, paths);
  }
}

function createDatabase(dataFolder: string): void {
  const folder = openDataFolder(dataFolder);
  try {
    const open = openSqlite(folder.paths.database);
    migrate(open.sqlite, migrations);
    open.close();
  } finally {
    folder.release();
  }
}

function explained(error: unknown, { database, backups }: DataPaths): unknown {
  if (error instanceof NewerSchema) return new CannotStart(error.message);
  const { code, message } = error as { code?: string; message: string };
  if (!code?.startsWith("SQLITE_")) return error;
  if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT"))
    return new CannotStart(
      `The database ${database} is damaged (${message}); put it aside and start with a copy from ${backups}.`,
    );
  if (code.startsWith("SQLITE_BUSY"))
    return new CannotStart(`The database ${database} is held by another program; stop it first.`);
  if (code === "SQLITE_FULL") return new CannotStart(`The disk of ${database} is full; free some space.`);
  return new CannotStart(`The database ${database} cannot be opened: ${message}.`);
}
