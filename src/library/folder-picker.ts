// What the owner sees when choosing a folder for a library: subfolders, rights, and how much media lies directly inside.

import { constants } from "node:fs";
import { access, opendir, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { Refused } from "../runtime/errors.ts";
import { isPassedOver, mediaTypeOf } from "./media-types.ts";
import { isMedia } from "./walk.ts";

export interface PickedFolder {
  path: string;
  /** Null at the top. */
  parent: string | null;
  readable: boolean;
  /** By the server; libraries need no more than reading. */
  writable: boolean;
  entries: { name: string; path: string }[];
  /** Directly inside. */
  counts: { folders: number; videos: number; images: number; audio: number };
  /** True when there was more than was counted and listed. */
  isCut: boolean;
}

/** `Refused` 422 when there is no such folder. An unreadable one is answered as unreadable. */
export async function pickFolder(path = "/"): Promise<PickedFolder> {
  const real = await realFolder(path);
  const readable = await may(real, constants.R_OK | constants.X_OK);
  const picked: PickedFolder = {
    path: real,
    parent: real === "/" ? null : dirname(real),
    readable,
    writable: await may(real, constants.W_OK),
    entries: [],
    counts: { folders: 0, videos: 0, images: 0, audio: 0 },
    isCut: false,
  };
  if (readable) await fill(picked);
  picked.entries.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  return picked;
}

const most = 5000;
const hidden = new Set(["/proc", "/sys", "/dev"]);
const plural = { video: "videos", image: "images", audio: "audio" } as const;

async function fill(picked: PickedFolder): Promise<void> {
  let looked = 0;
  for await (const entry of await opendir(picked.path)) {
    if (++looked > most) {
      picked.isCut = true;
      return;
    }
    if (isPassedOver(entry.name) || entry.name.includes("\uFFFD")) continue;
    const path = join(picked.path, entry.name);
    if (entry.isDirectory() && !hidden.has(path)) {
      picked.entries.push({ name: entry.name, path });
      picked.counts.folders++;
    }
    const media = entry.isFile() ? mediaTypeOf(entry.name) : undefined;
    if (media && (await isMedia(path).catch(() => false))) picked.counts[plural[media.type]]++;
  }
}

async function realFolder(path: string): Promise<string> {
  const refuse = (code: string, message: string) =>
    new Refused(422, code, message, { errors: [{ path: ["path"], message }] });
  if (!isAbsolute(path) || path.includes("\0"))
    throw refuse("library.path.relative", `${JSON.stringify(path)} is not an absolute path.`);
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw refuse("library.path.missing", `There is no folder ${path}.`);
  if ([...hidden].some((one) => real === one || real.startsWith(`${one}/`)))
    throw refuse("library.path.system", `${real} belongs to the system and holds no media.`);
  const isFolder = await opendir(real).then(
    (dir) => dir.close().then(() => true),
    (error) => (error as NodeJS.ErrnoException).code !== "ENOTDIR",
  );
  if (!isFolder) throw refuse("library.path.file", `${path} is a file, not a folder.`);
  return real;
}

async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
