// Walks a folder tree and yields the media of one type in batches. Holds one batch and the folders still to visit, so a
// tree of any size fits. Says what it could not read: what it did not see there is not gone.

import type { Dirent } from "node:fs";
import { access, constants, lstat, open, opendir } from "node:fs/promises";
import type { FileType } from "../db/tables/library.ts";
import { parentOf } from "./folders.ts";
import {
  isPassedOver,
  isTransportStream,
  mayBeSource,
  mediaTypeOf,
  transportPacketBytes,
} from "./media-types.ts";

/** The part of the file system that a scan touches. It has no way to write. */
export interface ScanFs {
  opendir(path: string): Promise<AsyncIterable<Dirent>>;
  lstat(path: string): Promise<FileStat>;
  /** Whether this user may read a file. */
  mayRead(path: string): Promise<boolean>;
  /** The first bytes of a file, fewer when it is shorter. */
  head(path: string, bytes: number): Promise<Uint8Array>;
}

export interface FileStat {
  isFile: boolean;
  isDirectory: boolean;
  /** `device:inode`. */
  identity: string;
  inode: string;
  sizeBytes: number;
  mtimeMs: number;
}

export interface Seen {
  /** Relative to the root, with `/`. */
  path: string;
  folder: string;
  name: string;
  mimeType: string;
  sizeBytes: number;
  mtimeMs: number;
  inode: string;
}

export interface WalkReport {
  files: number;
  folders: number;
  foldersToGo: number;
  /** Entries of the root itself, without what is passed over. */
  rootEntries: number;
  /** Folders and files that could not be read, and why. "" is the root. */
  unreadable: Map<string, string>;
  /** Names that are not valid UTF-8: nothing here can open them. */
  badNames: number;
  symlinks: number;
}

export function emptyReport(): WalkReport {
  return {
    files: 0,
    folders: 0,
    foldersToGo: 0,
    rootEntries: 0,
    unreadable: new Map(),
    badNames: 0,
    symlinks: 0,
  };
}

/** Small enough that a batch and its jobs are written without holding up the event loop. */
const batchSize = 100;

export async function* walk(
  root: string,
  type: FileType,
  report: WalkReport,
  signal: AbortSignal,
  fs: ScanFs = nodeFs,
): AsyncGenerator<Seen[]> {
  const toVisit = [""];
  let candidates: Candidate[] = [];
  while (toVisit.length > 0) {
    const folder = toVisit.pop()!;
    try {
      for await (const entry of await fs.opendir(absolute(root, folder))) {
        signal.throwIfAborted();
        if (isPassedOver(entry.name)) continue;
        if (folder === "") report.rootEntries++;
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        const what = await sortOf(root, path, entry, fs);
        if (what === "symlink") report.symlinks++;
        if (what === "folder") toVisit.push(path);
        const media = what === "file" ? mediaTypeOf(entry.name) : undefined;
        if (media?.type !== type) continue;
        candidates.push({ path, folder, name: entry.name, mimeType: media.mimeType });
        if (candidates.length < batchSize) continue;
        yield await look(root, candidates, report, fs);
        candidates = [];
      }
      report.folders++;
    } catch (error) {
      signal.throwIfAborted();
      noteUnreadable(folder, error, report);
    }
    report.foldersToGo = toVisit.length;
  }
  if (candidates.length > 0) yield await look(root, candidates, report, fs);
}

/** Whether a path lies where the walk could not look. */
export function isUnread(report: WalkReport, path: string): boolean {
  if (report.unreadable.size === 0) return false;
  if (report.unreadable.has(path)) return true;
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    if (report.unreadable.has(folder)) return true;
    if (folder === "") return false;
  }
}

export const nodeFs: ScanFs = {
  opendir: (path) => opendir(path),
  async lstat(path) {
    const s = await lstat(path, { bigint: true });
    return {
      isFile: s.isFile(),
      isDirectory: s.isDirectory(),
      identity: `${s.dev}:${s.ino}`,
      // Numbers are given out again; with the time of birth, where the file system tells, they mean one file.
      inode: s.birthtimeNs > 0n ? `${s.ino}-${s.birthtimeNs / 1_000_000n}` : String(s.ino),
      sizeBytes: Number(s.size),
      mtimeMs: Number(s.mtimeNs / 1_000_000n),
    };
  },
  mayRead: (path) =>
    access(path, constants.R_OK).then(
      () => true,
      () => false,
    ),
  async head(path, bytes) {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  },
};

/** Of a regular file whose name says that it is media. */
export async function isMedia(path: string, fs: ScanFs = nodeFs): Promise<boolean> {
  return !mayBeSource(path) || isTransportStream(await fs.head(path, transportPacketBytes + 1));
}

export function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

export function absolute(root: string, path: string): string {
  return path === "" ? root : root === "/" ? `/${path}` : `${root}/${path}`;
}

type Candidate = Omit<Seen, "sizeBytes" | "mtimeMs" | "inode">;

/** Symlinks are never followed: inside the root they would show files twice, outside it files of somebody else. */
async function sortOf(root: string, path: string, entry: Dirent, fs: ScanFs): Promise<string> {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (entry.isSymbolicLink()) return "symlink";
  if (entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice())
    return "other";
  // Some network file systems give no type with the name.
  const s = await fs.lstat(absolute(root, path)).catch(() => undefined);
  return s?.isFile ? "file" : s?.isDirectory ? "folder" : "other";
}

async function look(root: string, candidates: Candidate[], report: WalkReport, fs: ScanFs): Promise<Seen[]> {
  const looked = await Promise.all(
    candidates.map(async (candidate): Promise<Seen | undefined> => {
      try {
        const s = await fs.lstat(absolute(root, candidate.path));
        if (!s.isFile || !(await isMedia(absolute(root, candidate.path), fs))) return undefined;
        return { ...candidate, sizeBytes: s.sizeBytes, mtimeMs: s.mtimeMs, inode: s.inode };
      } catch (error) {
        // On a dying disk there are many: then what is held back is their folder, unless that is the root.
        if (report.unreadable.size < 1000 || candidate.folder === "")
          noteUnreadable(candidate.path, error, report);
        else noteUnreadable(candidate.folder, error, report);
        return undefined;
      }
    }),
  );
  const seen = looked.filter((one) => one !== undefined);
  report.files += seen.length;
  return seen;
}

function noteUnreadable(path: string, error: unknown, report: WalkReport): void {
  // Bytes that are no UTF-8 reach us as replacement characters, and that name leads nowhere.
  if (isGone(error) && path.includes("\uFFFD")) report.badNames++;
  // What went away between its listing and the visit is gone, not unreadable; the root is judged by the scan.
  else if (path === "" || !isGone(error))
    report.unreadable.set(path, (error as NodeJS.ErrnoException).code ?? (error as Error).message);
}
