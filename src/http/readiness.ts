// What must work for this server to do its work: asked by /readyz and by `doctor`.

import { statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { bytes } from "../../views/format.ts";
import type { Db } from "../db/open.sqlite.ts";
import type { DataPaths } from "../runtime/data-folder.ts";

export interface Check {
  name: string;
  /** `warn`: works, but not everything it could do. `note`: nothing is wrong, yet worth knowing. */
  result: "ok" | "warn" | "fail" | "note";
  detail: string;
  /** The same in a few words, where there is little room. */
  brief?: string;
  /** What to do about it. */
  fix?: string;
}

/** Less free space than this, and the next derivative or commit may not fit. */
export const leastFreeMb = 256;

export async function checkDatabaseWrite(db: Db): Promise<Check> {
  try {
    // Takes the write lock, so it fails on a locked, read-only or vanished database, yet changes nothing.
    await db.run(sql`UPDATE setting SET value = value WHERE key = ''`);
    return { name: "database", result: "ok", detail: "takes writes" };
  } catch (error) {
    return {
      name: "database",
      result: "fail",
      detail: `takes no writes: ${(error as Error).message}`,
      fix: "Look whether the disk is full or read-only, and whether another program holds the database.",
    };
  }
}

export async function checkDataFolder({ tmp }: DataPaths): Promise<Check> {
  const file = join(tmp, `readiness-${crypto.randomUUID()}`);
  try {
    await Bun.write(file, "x");
    return { name: "dataFolder", result: "ok", detail: "takes files" };
  } catch (error) {
    return {
      name: "dataFolder",
      result: "fail",
      detail: `takes no files: ${(error as Error).message}`,
      fix: "Give the server's user the right to write there, and look whether the disk is full.",
    };
  } finally {
    // On a full disk the file is made, and only its content does not fit.
    await unlink(file).catch(() => undefined);
  }
}

export async function checkDisk(folder: string): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const detail = `${bytes(free)} free`;
    if (free >= leastFreeMb * 1_048_576) return { name: "disk", result: "ok", detail };
    return {
      name: "disk",
      result: "fail",
      detail,
      fix: `Free at least ${leastFreeMb} MB where the data folder lies.`,
    };
  } catch (error) {
    return {
      name: "disk",
      result: "fail",
      detail: (error as Error).message,
      fix: "Look whether the disk is mounted.",
    };
  }
}

/** Without the tool the pages work and its jobs fail with `tool.missing`, so this is never more than a warning. */
export function checkTool(name: "ffmpeg" | "ffprobe", configured: string | undefined): Check {
  const found = Bun.which(configured ?? name);
  if (found) return { name, result: "ok", detail: "found" };
  const fix = configured
    ? `Correct SPROCKET_${name.toUpperCase()}, or remove it to use the ${name} on the PATH.`
    : `Install ffmpeg (Debian, Ubuntu: apt-get install ffmpeg), or name it in SPROCKET_${name.toUpperCase()}.`;
  return { name, result: "warn", detail: configured ? `${configured} is not there` : "not on the PATH", fix };
}
