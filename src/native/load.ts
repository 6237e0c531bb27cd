// Runs inside the compiled executable: puts the embedded native libraries of one package on disk and loads them.
// The folder is named by its content, filled beside its final place and renamed, so a reader never sees half of it.

import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface NativePack {
  name: string;
  /** Hash over every file; names the folder. */
  hash: string;
  /** The file to load; the others are libraries it finds by its RPATH, so the layout of the packages is kept. */
  entry: string;
  files: {
    path: string;
    sizeBytes: number;
    sha256: string /** Embedded, packed with zstd. */;
    packed: string;
  }[];
}

const abandonedAfterMs = 10 * 60_000;

/** Answers what the package's own loader would have exported. Tries the data folder's cache, then the temp folder. */
export function loadNative(pack: NativePack): unknown {
  const problems: string[] = [];
  for (const root of cacheRoots()) {
    try {
      return openLibrary(join(unpack(pack, root), pack.entry));
    } catch (error) {
      problems.push(`${root}: ${(error as Error).message}`);
    }
  }
  throw new Error(`${pack.name} could not be loaded. ${problems.join("; ")}`);
}

/** Unpacks once into `<root>/<name>-<hash>` and answers that folder. */
export function unpack(pack: NativePack, root: string): string {
  const folder = join(root, `${pack.name}-${pack.hash}`);
  if (isComplete(pack, folder)) return folder;
  rmSync(folder, { recursive: true, force: true });
  const draft = `${folder}.${randomBytes(6).toString("hex")}`;
  try {
    for (const file of pack.files) writeFile(join(draft, file.path), file);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process may have been faster; its copy is as good.
    if (!isComplete(pack, folder)) throw error;
  }
  removeFormer(pack, root);
  return folder;
}

function cacheRoots(): string[] {
  const roots: string[] = [];
  // Told by the parent process, as this child knows no configuration.
  const chosen = process.env.SPROCKET_NATIVE_CACHE;
  if (chosen) roots.push(join(chosen, "native"));
  const own = join(tmpdir(), `sprocket-native-${process.getuid?.()}`);
  return isOurs(own) ? [...roots, own] : roots;
}

/** The temp folder belongs to everyone: what another user prepared there is never loaded. */
function isOurs(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    const facts = lstatSync(folder);
    return facts.isDirectory() && facts.uid === process.getuid?.() && (facts.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

function isComplete(pack: NativePack, folder: string): boolean {
  return pack.files.every((file) => {
    const facts = statSync(join(folder, file.path), { throwIfNoEntry: false });
    return facts?.isFile() === true && facts.size === file.sizeBytes;
  });
}

function writeFile(path: string, file: NativePack["files"][number]): void {
  const bytes = Bun.zstdDecompressSync(readFileSync(file.packed));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== file.sha256) throw new Error(`${file.path} is damaged inside the executable`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const handle = openSync(path, "wx", 0o755);
  try {
    writeFileSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Folders of earlier builds, and drafts of processes that were killed. */
function removeFormer(pack: NativePack, root: string): void {
  const current = `${pack.name}-${pack.hash}`;
  for (const name of readdirSync(root)) {
    if (name === current || !name.startsWith(`${pack.name}-`)) continue;
    const facts = statSync(join(root, name), { throwIfNoEntry: false });
    if (facts && Date.now() - facts.mtimeMs > abandonedAfterMs)
      rmSync(join(root, name), { recursive: true, force: true });
  }
}

function openLibrary(path: string): unknown {
  const library = { exports: {} as unknown };
  process.dlopen(library, path);
  return library.exports;
}
