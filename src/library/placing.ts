// Putting a file at a place without ever writing over what is there, and so that it is on disk when that is said.

import {
  chmod,
  chown,
  cp,
  type FileHandle,
  link,
  lstat,
  open,
  rename,
  rm,
  stat,
  unlink,
} from "node:fs/promises";
import { extname } from "node:path";

/** Where the file system does not know hard links, or tells two mounts of one disk apart; tests bring their own. */
export type Link = typeof link;

/**
 * Moves `from` to `to` on one file system. Throws `EEXIST` where something is there, `EXDEV` where it is another file system.
 * `reserved` is told what holds the place on file systems without hard links, before anything else happens.
 */
export async function placeNew(
  from: string,
  to: string,
  { linkFile = link, reserved }: { linkFile?: Link; reserved?: (identity: string) => Promise<void> } = {},
): Promise<void> {
  try {
    await linkFile(from, to);
  } catch (error) {
    if (!knowsNoLinks.has(codeOf(error))) throw error;
    return await renameReserved(from, to, reserved);
  }
  await unlink(from);
}

/** FAT, exFAT and many network shares. An empty file of ours holds the place, and is what the rename replaces. */
export async function renameReserved(
  from: string,
  to: string,
  reserved?: (identity: string) => Promise<void>,
): Promise<void> {
  const handle = await open(to, "wx");
  await handle.close();
  try {
    await reserved?.((await identityAt(to))!);
    await rename(from, to);
  } catch (error) {
    if ((await lstat(to)).size === 0) await rm(to, { force: true });
    throw error;
  }
}

export const knowsNoLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

export interface CopyHooks {
  signal?: AbortSignal;
  onBytes?(done: number): void;
  pausePoint?(): Promise<void>;
}

/** Copies the bytes and the times to a name that must be free, through to the disk; answers the SHA-256 of what was read. */
export async function copyDurably(from: string, to: string, hooks: CopyHooks = {}): Promise<string> {
  const source = await open(from, "r");
  try {
    const target = await open(to, "wx", 0o666);
    try {
      const sha256 = await pump(source, target, hooks);
      const { atime, mtime, mode, uid, gid } = await source.stat();
      // Media servers read them under other users; only root may give files away.
      await target.chown(uid, gid).catch(() => {});
      await target.chmod(mode & 0o777).catch(() => {});
      await target.utimes(atime, mtime);
      await target.sync();
      return sha256;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function pump(source: FileHandle, target: FileHandle, hooks: CopyHooks): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (let done = 0; ; ) {
    await hooks.pausePoint?.();
    hooks.signal?.throwIfAborted();
    const { bytesRead } = await source.read(piece, 0, pieceBytes, done);
    if (bytesRead === 0) return hasher.digest("hex");
    hasher.update(piece.subarray(0, bytesRead));
    for (let written = 0; written < bytesRead; )
      written += (await target.write(piece, written, bytesRead - written, done + written)).bytesWritten;
    done += bytesRead;
    hooks.onBytes?.(done);
  }
}

const pieceBytes = 1 << 20;

/** Moves what was made, a file or a folder, over a former one; a reader sees the old or the new, whole. */
export async function replaceWhole(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
    // tmp/ and the target may be two mounts; then the rename happens beside the target.
    const beside = `${to}.part`;
    try {
      await cp(from, beside, { recursive: true });
      if ((await stat(beside)).isFile()) await syncFile(beside);
      await rename(beside, to);
    } finally {
      await rm(beside, { force: true, recursive: true });
    }
  }
}

/** What is new in a library is for those to read who may read the folder that it lies in: this server makes private files. */
export async function shareAs(path: string, folder: string): Promise<void> {
  const [{ mode, uid, gid }, made] = await Promise.all([stat(folder), stat(path)]);
  await chown(path, uid, gid).catch(() => {});
  await chmod(path, mode & (made.isDirectory() ? 0o7777 : 0o666)).catch(() => {});
}

export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is on disk when its folder is. Some network file systems know no such thing. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EBADF", "EISDIR"].includes(codeOf(error))) throw error;
  } finally {
    await handle.close();
  }
}

/** `device:inode`; undefined where nothing is. */
export async function identityAt(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch((error) => {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
    throw error;
  });
  return found && `${found.dev}:${found.ino}`;
}

/** `film.mp4`, `film (2).mp4`, `film (3).mp4`… */
export function numbered(name: string, n: number): string {
  if (n === 1) return name;
  const end = extname(name);
  return `${name.slice(0, name.length - end.length)} (${n})${end}`;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
