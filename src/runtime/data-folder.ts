// Where things lie in the data folder, and how a server takes hold of it.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CannotStart } from "./cannot-start.ts";
import { lockFolder, lockHolder } from "./folder-lock.sqlite.ts";

export interface DataPaths {
  root: string;
  database: string;
  derivatives: string;
  cache: string;
  models: string;
  logs: string;
  backups: string;
  /** Films, clips and GIFs that were made for somebody. */
  exports: string;
  /** Uploads that are not whole yet. */
  uploads: string;
  /** Emptied at every start. */
  tmp: string;
}

export interface DataFolder {
  paths: DataPaths;
  /** Lets the next server in. The end of the process does the same. */
  release(): void;
}

export function dataPaths(root: string): DataPaths {
  return {
    root,
    database: join(root, "sprocket.db"),
    derivatives: join(root, "derivatives"),
    cache: join(root, "cache"),
    models: join(root, "models"),
    logs: join(root, "logs"),
    backups: join(root, "backups"),
    exports: join(root, "exports"),
    uploads: join(root, "uploads"),
    tmp: join(root, "tmp"),
  };
}

/** Creates what is missing, locks the folder against a second server and empties `tmp`. Throws `CannotStart`. */
export function openDataFolder(root: string): DataFolder {
  const paths = dataPaths(root);
  const { root: _root, database: _database, ...folders } = paths;
  const parts = Object.values(folders);
  guard(root, () => {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    refuseForeign(root, parts);
    if (isOurs(root) || isEmpty(root)) keepPrivate(root);
    probe(root);
  });
  const lock = guard(root, () => lockFolder(lockPath(root)));
  if (!lock) {
    const pid = serverPid(root);
    throw new CannotStart(
      `Another Sprocket${pid ? ` (process ${pid})` : ""} uses the data folder ${root}; stop it first, or choose another folder with --data.`,
    );
  }
  guard(root, () => {
    rmSync(paths.tmp, { recursive: true, force: true });
    // A restore that did not come to its end.
    rmSync(join(root, ".restoring.db"), { force: true });
    for (const part of parts) mkdirSync(part, { recursive: true, mode: 0o700 });
  });
  return { paths, release: lock.release };
}

/** The process id of the server that uses this data folder now, if any. */
export function serverPid(root: string): number | undefined {
  return existsSync(lockPath(root)) ? lockHolder(lockPath(root)) : undefined;
}

function lockPath(root: string): string {
  return join(root, "sprocket.lock");
}

/** A wrong `--data` must not empty somebody's `tmp` or fill their `cache`. */
function refuseForeign(root: string, parts: string[]): void {
  if (isOurs(root)) return;
  const taken = parts.find((part) => existsSync(part) && readdirSync(part).length > 0);
  if (taken)
    throw new CannotStart(
      `${root} is not a Sprocket data folder, yet ${taken} exists in it; choose an empty folder with --data.`,
    );
}

function isOurs(root: string): boolean {
  return existsSync(lockPath(root)) || existsSync(dataPaths(root).database);
}

function isEmpty(root: string): boolean {
  return readdirSync(root).every((name) => name === "lost+found" || name === "sprocket.toml");
}

function keepPrivate(root: string): void {
  const stat = statSync(root);
  if (stat.uid === process.geteuid?.() && (stat.mode & 0o777) !== 0o700) chmodSync(root, 0o700);
}

function probe(root: string): void {
  const file = join(root, `.sprocket-write-${process.pid}`);
  writeFileSync(file, "x");
  unlinkSync(file);
}

function guard<T>(root: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart(`The data folder ${root} cannot be used: ${meaning(error)}`);
  }
}

function meaning(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "EACCES" || code === "EPERM")
    return `user ${process.geteuid?.()} may not write there; change its owner, or choose another with --data.`;
  if (code === "EROFS") return "it is on a read-only file system; choose another with --data.";
  if (code === "ENOSPC" || code === "SQLITE_FULL") return "the disk is full; free some space.";
  if (code === "ENOTDIR" || code === "EEXIST")
    return "a part of its path is a file; choose another with --data.";
  return `${message}.`;
}
