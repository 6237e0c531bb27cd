// A consistent copy of a database in a file of its own, while others use it. It can be read by its owner alone, and
// whoever gets hold of it can sign in as nobody: what signs cookies and the sessions themselves stay behind.

import { Database } from "bun:sqlite";
import { closeSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { damageOf, schemaOf } from "./integrity.sqlite.ts";

/** All or nothing: `file` must not be there, and is complete once it is. Throws when the copy is damaged. */
export function writeSnapshot(sqlite: Database, file: string): void {
  const partial = `${file}.partial-${process.pid}`;
  try {
    // SQLite fills a file that is empty; made here, it has these rights from its first byte on.
    closeSync(openSync(partial, "wx", 0o600));
    sqlite.query("VACUUM INTO ?").run(partial);
    finish(partial);
    renameSync(partial, file);
  } finally {
    for (const rest of [partial, `${partial}-journal`, `${partial}-wal`, `${partial}-shm`])
      rmSync(rest, { force: true });
  }
}

/** As `writeSnapshot`, of a database that others write to, and read from end to end once it stands. */
export function copyDatabase(from: string, to: string): { sizeBytes: number; schema: number } {
  const sqlite = new Database(from, { readwrite: true, create: false, strict: true });
  try {
    writeSnapshot(sqlite, to);
  } finally {
    sqlite.close();
  }
  const damage = damageOf(to);
  if (damage === null) return { sizeBytes: statSync(to).size, schema: schemaOf(to) };
  rmSync(to, { force: true });
  throw new DamagedCopy(damage);
}

export class DamagedCopy extends Error {
  override name = "DamagedCopy";
}

function finish(path: string): void {
  const copy = new Database(path, { readwrite: true, create: false, strict: true });
  try {
    const { quick_check } = copy.query("PRAGMA quick_check").get() as { quick_check: string };
    if (quick_check !== "ok") throw new DamagedCopy(quick_check);
    // A file that stands alone: no -wal beside it.
    copy.exec("PRAGMA journal_mode = DELETE");
    // What is deleted is written over, so that it cannot be read in the free pages.
    copy.exec("PRAGMA secure_delete = ON");
    for (const table of secretTables) if (hasTable(copy, table)) copy.exec(`DELETE FROM ${table}`);
  } finally {
    copy.close();
  }
}

/** Tokens, invitations and passwords are kept as hashes, and stay. */
const secretTables = ["session", "server_secret"];

/** A snapshot before an upgrade may be of a schema without accounts. */
function hasTable(copy: Database, name: string): boolean {
  return copy.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== null;
}
