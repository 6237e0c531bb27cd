// Which folders may become a library. Looks only: never creates, chmods or writes.

import { constants } from "node:fs";
import { access, opendir, realpath, stat } from "node:fs/promises";
import { isAbsolute, resolve, sep } from "node:path";
import type { Db } from "../db/open.sqlite.ts";
import { library } from "../db/tables/library.ts";
import type { DataPaths } from "../runtime/data-folder.ts";
import { Refused } from "../runtime/errors.ts";

/**
 * The folder's real path. `Refused` 422 when it is missing, no folder, unreadable, inside the data folder or around it,
 * or overlaps another library than `exceptId`.
 */
export async function checkLibraryPath(
  { db, paths }: { db: Db; paths: DataPaths },
  path: string,
  exceptId?: number,
): Promise<string> {
  const real = await readableFolder(path);
  if (systemFolders.some((folder) => isWithin(folder, real)))
    throw refuse("library.path.system", `${real} belongs to the system and holds no media.`);
  const data = await realOr(paths.root);
  if (isWithin(data, real)) throw refuse("library.path.data", `${real} lies in Sprocket's own data folder.`);
  if (isWithin(real, data))
    throw refuse(
      "library.path.data",
      `${real} contains Sprocket's own data folder (${data}).`,
      "Choose a folder below it, or move the data folder elsewhere.",
    );
  const others = await db.select({ id: library.id, name: library.name, path: library.path }).from(library);
  for (const other of others) {
    if (other.id === exceptId) continue;
    const root = await realOr(other.path);
    if (root === real) throw refuse("library.path.taken", `${real} is the library ${other.name} already.`);
    if (isWithin(root, real))
      throw refuse("library.path.overlaps", `${real} lies inside the library ${other.name} (${root}).`);
    if (isWithin(real, root))
      throw refuse("library.path.overlaps", `${real} contains the library ${other.name} (${root}).`);
  }
  return real;
}

/** Whether `path` is `folder` or lies below it. Both absolute and real. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

const systemFolders = ["/proc", "/sys", "/dev"];

async function readableFolder(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes("\0"))
    throw refuse("library.path.relative", `${JSON.stringify(path)} is not an absolute path.`);
  try {
    const real = await realpath(resolve(path));
    if (!(await stat(real)).isDirectory())
      throw refuse("library.path.file", `${path} is a file, not a folder.`);
    await access(real, constants.R_OK | constants.X_OK);
    await (await opendir(real)).close();
    return real;
  } catch (error) {
    if (error instanceof Refused) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw refuse("library.path.missing", `There is no folder ${path}.`, "In a container, is it mounted?");
    throw refuse(
      "library.path.unreadable",
      `${path} cannot be read (${code ?? (error as Error).message}).`,
      "The user that Sprocket runs as needs read and execute rights on the folder.",
    );
  }
}

async function realOr(path: string): Promise<string> {
  return await realpath(path).catch(() => resolve(path));
}

function refuse(code: string, message: string, hint?: string): Refused {
  return new Refused(422, code, message, { hint, errors: [{ path: ["path"], message }] });
}
