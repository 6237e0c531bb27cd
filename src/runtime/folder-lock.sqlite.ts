// One server per data folder. The lock is a write lock on a small SQLite file: the kernel lets it go however the
// process ends, kill -9 included, and it works wherever the database itself works.

import { Database } from "bun:sqlite";

export interface FolderLock {
  release(): void;
}

/** Keeps the handles alive: a collected handle would close itself and let the lock go. */
const held = new Set<Database>();

/** Undefined when another process holds it. */
export function lockFolder(path: string, pid: number = process.pid): FolderLock | undefined {
  const lock = new Database(path, { create: true, strict: true });
  try {
    // `lockHolder` of a side command takes the lock for a moment.
    lock.exec("PRAGMA busy_timeout = 500");
    lock.exec("PRAGMA journal_mode = MEMORY");
    lock.exec(`PRAGMA user_version = ${pid}`);
    // RESERVED, not EXCLUSIVE: others can still read who holds it.
    lock.exec("BEGIN IMMEDIATE");
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  held.add(lock);
  return {
    release() {
      held.delete(lock);
      lock.exec("ROLLBACK");
      lock.close();
    },
  };
}

/** The process id of the server that holds the lock, or undefined when none does. */
export function lockHolder(path: string): number | undefined {
  const lock = new Database(path, { strict: true, readwrite: true, create: false });
  try {
    lock.exec("BEGIN IMMEDIATE");
    lock.exec("ROLLBACK");
    return undefined;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return (lock.query("PRAGMA user_version").get() as { user_version: number }).user_version;
  } finally {
    lock.close();
  }
}

function isBusy(error: unknown): boolean {
  return (error as { code?: string }).code?.startsWith("SQLITE_BUSY") === true;
}
