// A path explained: the file that it is, or why Sprocket knows none there.

import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { FileType, LibraryRow } from "../db/tables/library.ts";
import { scanKinds } from "../jobs/scan.ts";
import { findFileAt } from "../library/files.ts";
import { listLibraries, scannedTypes } from "../library/libraries.ts";
import { isWithin } from "../library/library-path.ts";
import { isPassedOver, mediaTypeOf } from "../library/media-types.ts";
import { isMedia } from "../library/walk.ts";
import { explainFile, type FileExplanation } from "./explain-file.ts";
import type { ExplainParts } from "./explain-job.ts";

export interface PathExplanation {
  subject: "path";
  path: string;
  library: { id: string; name: string } | null;
  code:
    | "no-library"
    | "not-there"
    | "folder"
    | "symlink"
    | "special"
    | "excluded"
    | "unknown-type"
    | "not-scanned-for"
    | "not-scanned";
  /** One sentence, with what to do. */
  text: string;
}

export async function explainPath(
  parts: ExplainParts,
  named: string,
): Promise<FileExplanation | PathExplanation> {
  const path = await placeOf(named);
  const libraries = await listLibraries(parts.db);
  const library = libraries.find((row) => isWithin(row.path, path));
  const not = (code: PathExplanation["code"], text: string): PathExplanation => ({
    subject: "path",
    path,
    library: library ? { id: String(library.id), name: library.name } : null,
    code,
    text,
  });
  if (!library) return not("no-library", await outside(path, libraries));
  const inside = relative(library.path, path).split(sep).join("/");
  const row = await findFileAt(parts.db, library.id, inside);
  if (row) return await explainFile(parts, row);
  const [code, text] = await unknown(parts, library, path, inside);
  return not(code, text);
}

async function unknown(
  { store }: ExplainParts,
  library: LibraryRow,
  path: string,
  inside: string,
): Promise<[PathExplanation["code"], string]> {
  const there = await lstat(path).catch(() => undefined);
  if (!there)
    return [
      "not-there",
      `There is nothing at this path, and the library ${library.name} has never known a file there`,
    ];
  const passedOver = inside.split("/").find(isPassedOver);
  if (passedOver)
    return [
      "excluded",
      `It lies in the library ${library.name}, whose scans pass over ${passedOver}: hidden entries and what file managers and NAS systems leave behind are no media`,
    ];
  if (there.isDirectory())
    return ["folder", `It is a folder of the library ${library.name}; name a file in it`];
  if (there.isSymbolicLink())
    return ["symlink", "It is a symbolic link; scans do not follow them. Name the file that it points to"];
  if (!there.isFile()) return ["special", "It is no regular file"];
  const type = await typeOf(path);
  if (!type)
    return [
      "unknown-type",
      `Its name does not say that it is a video, an image or audio (${basename(path)}); only media become files`,
    ];
  if (!scannedTypes(library).includes(type))
    return [
      "not-scanned-for",
      `The library ${library.name} is not scanned for ${nouns[type]}; switch that on in its settings`,
    ];
  return ["not-scanned", await notScanned(store, library, type)];
}

async function notScanned(
  store: ExplainParts["store"],
  library: LibraryRow,
  type: FileType,
): Promise<string> {
  const { jobs } = await store.list(
    { kind: [scanKinds[type]], group: [library.id], status: ["waiting", "running", "paused"] },
    "newest",
    0,
    1,
  );
  const [scan] = jobs;
  if (scan)
    return scan.status === "running"
      ? `No scan has seen it yet; one of the library ${library.name} runs now (job ${scan.id})`
      : `No scan has seen it yet; one of the library ${library.name} waits (\`sprocket explain ${scan.id}\` says why)`;
  const last = library.lastScanAt ? `since it came` : "at all";
  return `No scan has seen it yet: the library ${library.name} was not scanned ${last}. \`sprocket scan ${library.id}\` does it now`;
}

/** The path with its folders' symlinks resolved, but not its own: a link is to be told from what it leads to. */
async function placeOf(named: string): Promise<string> {
  const path = resolve(named);
  const folder = await realpath(dirname(path)).catch(() => undefined);
  if (!folder) return path;
  const place = join(folder, basename(path));
  // On file systems that ignore case the name may be spelt otherwise.
  const real = await realpath(place).catch(() => place);
  return real.toLowerCase() === place.toLowerCase() ? real : place;
}

async function typeOf(path: string): Promise<FileType | undefined> {
  const type = mediaTypeOf(basename(path))?.type;
  return type && (await isMedia(path).catch(() => true)) ? type : undefined;
}

async function outside(path: string, libraries: LibraryRow[]): Promise<string> {
  const roots = libraries.map((row) => `${row.name} (${row.path})`).join(", ");
  const known = roots && `There ${libraries.length === 1 ? "is" : "are"} ${roots}`;
  const there = await lstat(path).catch(() => undefined);
  if (!there) return `There is nothing at this path, and it lies in no library${roots && `. ${known}`}`;
  const folder = there.isDirectory() ? path : dirname(path);
  const how = `\`sprocket serve ${folder}\` makes one of ${there.isDirectory() ? "it" : "its folder"}`;
  return roots ? `It lies in no library. ${known}; ${how}` : `There is no library yet; ${how}`;
}

const nouns: Record<FileType, string> = { video: "videos", image: "images", audio: "audio" };
