// Names that come from outside and become files and folders of a library: plain ones only, and never out of its root.

import { mkdir, realpath, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GiveUp, isForbidden, JobFailure, Refused } from "../runtime/errors.ts";
import { parentOf } from "./folders.ts";
import { isWithin } from "./library-path.ts";
import { isPassedOver } from "./media-types.ts";
import { identityAt, shareAs, syncFolder } from "./placing.ts";
import { absolute } from "./walk.ts";

/** The name as it is to be written; `Refused` 422 when it could mean another place, or would never be found again. */
export function checkedName(name: string, field = "name"): string {
  const plain = name.normalize("NFC");
  const fault = faultOf(plain);
  if (!fault) return plain;
  throw new Refused(422, "name.invalid", fault, { errors: [{ path: [field], message: fault }] });
}

/** A folder of a library, `""` for its root. */
export function checkedFolder(path: string, field = "folder"): string {
  const trimmed = path.replace(/\/+$/, "");
  if (trimmed === "") return "";
  return trimmed
    .split("/")
    .map((name) => checkedName(name, field))
    .join("/");
}

/** A checked folder as the disk writes it: Macs put accents beside their letters, and would have two folders of one name. */
export async function folderAsThere(root: string, folder: string): Promise<string> {
  let path = "";
  for (const name of folder.split("/")) {
    const here = absolute(root, path);
    const apart = name.normalize("NFD");
    const isApart =
      apart !== name && !(await isThere(join(here, name))) && (await isThere(join(here, apart)));
    path = join(path, isApart ? apart : name);
  }
  return path === "." ? "" : path;
}

async function isThere(path: string): Promise<boolean> {
  return (await identityAt(path).catch(() => undefined)) !== undefined;
}

/** Makes what is missing of a folder below the root, and answers its absolute path. */
export async function ensureFolderIn(root: string, folder: string): Promise<string> {
  const path = absolute(root, folder);
  try {
    // Its nearest ancestor that is there must not be a way out.
    await refuseWayOut(root, folder);
    const first = await mkdir(path, { recursive: true });
    // From the outermost of the new ones inwards, each as the one around it.
    for (let made = first; made !== undefined; made = nextInwards(made, path)) {
      await shareAs(made, dirname(made));
      // What is put into it must not vanish with it when the power does.
      await syncFolder(dirname(made));
    }
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOTDIR")
      throw new GiveUp("input.unsupported", `${folder} cannot be a folder: a file of that name is there.`);
    throw asReadOnly(error, path);
  }
}

/** What the system says when a library cannot be written to, in the words of failures. */
export function asReadOnly(error: unknown, path: string): unknown {
  if (!isForbidden(error) && (error as NodeJS.ErrnoException).code !== "EROFS") return error;
  return new JobFailure("disk.readonly", `${path} cannot be written to: ${(error as Error).message}`);
}

/** Those of the folders that are empty, from the inside out. */
export async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let path = folder; path !== ""; path = parentOf(path))
    if (
      !(await rmdir(absolute(root, path))
        .then(() => true)
        .catch(() => false))
    )
      return;
}

function nextInwards(made: string, path: string): string | undefined {
  if (made === path) return undefined;
  const rest = path.slice(made.length + 1);
  return join(made, rest.split("/")[0]!);
}

async function refuseWayOut(root: string, folder: string): Promise<void> {
  const realRoot = await realpath(root);
  for (let path = folder; path !== ""; path = parentOf(path)) {
    const real = await realpath(join(root, path)).catch(() => undefined);
    if (real === undefined) continue;
    if (!isWithin(realRoot, real)) throw new GiveUp("input.unsupported", `${path} leads out of its library.`);
    return;
  }
}

function faultOf(name: string): string | undefined {
  const shown = JSON.stringify(name.slice(0, 80));
  if (name === "") return "A name is needed.";
  if (Buffer.byteLength(name) > 240) return `${shown}… is longer than file systems allow.`;
  if (/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u.test(name))
    return `${shown} contains characters that cannot be seen.`;
  if (/[/\\]/.test(name)) return `${shown} contains a slash.`;
  if (name.startsWith(".")) return `${shown} begins with a dot: hidden files are passed over by scans.`;
  if (/[. ]$/.test(name) || name.startsWith(" ")) return `${shown} begins or ends with a space or a dot.`;
  if (isPassedOver(name) || reserved.test(name))
    return `${shown} is a name that systems keep for themselves.`;
  return undefined;
}

/** Names that Windows shares cannot open again. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
