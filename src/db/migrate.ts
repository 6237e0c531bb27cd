// Brings a database to this build's schema: refuses a newer one, and takes a snapshot before it changes an older one.

import type { Database } from "bun:sqlite";
import type { Migration } from "./migrations/sqlite/index.ts";
import { writeSnapshot } from "./snapshot.sqlite.ts";

export class NewerSchema extends Error {
  override name = "NewerSchema";
}

export interface Migrated {
  from: number;
  to: number;
  /** Where the snapshot went, when there was something to save. */
  snapshot: string | null;
}

/** `snapshotTo(version)` names the file to save the old database to. */
export function migrate(
  sqlite: Database,
  migrations: readonly Migration[],
  snapshotTo?: (fromVersion: number) => string,
): Migrated {
  const from = (sqlite.query("PRAGMA user_version").get() as { user_version: number }).user_version;
  const to = migrations.at(-1)?.version ?? 0;
  if (from > to)
    throw new NewerSchema(
      `The database has schema ${from}, this build knows ${to}. Start a newer Sprocket, or restore a backup made before the upgrade.`,
    );
  let snapshot: string | null = null;
  if (from > 0 && from < to && snapshotTo) {
    snapshot = snapshotTo(from);
    writeSnapshot(sqlite, snapshot);
  }
  for (const step of migrations.filter((m) => m.version > from)) {
    sqlite.exec("BEGIN IMMEDIATE");
    try {
      sqlite.exec(step.sql);
      sqlite.exec(`PRAGMA user_version = ${step.version}`);
      sqlite.exec("COMMIT");
    } catch (error) {
      sqlite.exec("ROLLBACK");
      throw new Error(`Migration ${step.version} (${step.name}) failed: ${(error as Error).message}`);
    }
  }
  return { from, to, snapshot };
}
