// The database: its size and schema, the copies of it, and on demand whether it is whole.

import { stat } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { bytes, counted, dateTime, duration, number } from "../../../views/format.ts";
import { migrations } from "../../db/migrations/sqlite/index.ts";
import type { Db } from "../../db/open.sqlite.ts";
import { listBackups } from "../../library/backups.ts";
import { createNative } from "../../media/native.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { DataPaths } from "../../runtime/data-folder.ts";
import { type Logger, silentLogger } from "../../runtime/log.ts";
import type { Check } from "../readiness.ts";

export interface DatabaseParts {
  db: Db;
  paths: DataPaths;
  clock: Clock;
  log: Logger;
}

const mostBackupAgeMs = 2 * 86_400_000;

/** Beyond this the log is not written back: something reads all the time, or the disk does not keep up. */
const mostLogBytes = 1_000_000_000;

export async function checkSize({ db, paths }: Pick<DatabaseParts, "db" | "paths">): Promise<Check> {
  const [size, log] = await Promise.all([sizeOf(paths.database), sizeOf(`${paths.database}-wal`)]);
  const schema = schemaOf(db);
  const detail = `${bytes(size)} and a log of ${bytes(log)}, schema ${schema}`;
  if (log > mostLogBytes)
    return {
      name: "database size",
      result: "warn",
      detail,
      fix: "The log is not being written back. Restart Sprocket; if it grows again, look whether another program holds the database open.",
    };
  return { name: "database size", result: "ok", detail };
}

export function checkSchema({ db }: Pick<DatabaseParts, "db">): Check {
  const [schema, newest] = [schemaOf(db), migrations.at(-1)!];
  const detail = `schema ${schema} (${migrations.find((m) => m.version === schema)?.name ?? "unknown"}), ${counted(migrations.length, "migration")} applied`;
  return schema === newest.version
    ? { name: "migrations", result: "ok", detail }
    : {
        name: "migrations",
        result: "fail",
        detail: `schema ${schema}, this build needs ${newest.version}`,
        fix: "Start the server of this build once.",
      };
}

/** `startedAt`: a server that has only just begun has had no night yet. */
export async function checkBackups({
  paths,
  clock,
  isNightly,
  startedAt,
}: Pick<DatabaseParts, "paths" | "clock"> & { isNightly: boolean; startedAt: Date }): Promise<Check> {
  const found = await listBackups(paths);
  const newest = found[0];
  const sinceMs = clock.now() - Math.max(newest?.at.getTime() ?? 0, newest ? 0 : startedAt.getTime());
  if (isNightly && sinceMs > mostBackupAgeMs)
    return {
      name: "backups",
      result: "warn",
      detail: newest
        ? `the newest of ${number(found.length)} is ${duration(sinceMs / 1000)} old (${newest.name})`
        : "none, though one is due every night",
      fix: "Look on the jobs page why the last backup failed, and choose “Back up now” on the Backups page.",
    };
  const fix =
    "sprocket backup /mnt/backup/sprocket.db writes a copy while the server runs; copies kept elsewhere are not seen here.";
  if (!newest) return { name: "backups", result: "note", detail: "none in the data folder", fix };
  return {
    name: "backups",
    result: "ok",
    detail: `the newest of ${number(found.length)} is of ${dateTime(newest.at)} (${newest.name})${isNightly ? "" : "; none is made by night"}`,
  };
}

/** In a process of its own: the server goes on meanwhile. */
export async function checkIntegrity({ paths, clock }: DatabaseParts): Promise<Check> {
  const name = "integrity";
  const native = createNative({ cacheFolder: paths.cache, log: silentLogger, clock });
  const started = performance.now();
  try {
    const asked = { path: paths.database };
    const { damage } = await native.call("database.check", asked, { timeoutMs: 30 * 60_000 });
    const took = duration((performance.now() - started) / 1000);
    if (damage === null) return { name, result: "ok", detail: `whole; reading all of it took ${took}` };
    return {
      name,
      result: "fail",
      detail: `damaged: ${damage}`,
      fix: `Stop the server and put back a copy from ${paths.backups}.`,
    };
  } finally {
    await native.stop();
  }
}

export function schemaOf(db: Db): number {
  return db.all<{ user_version: number }>(sql`PRAGMA user_version`)[0]!.user_version;
}

export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
