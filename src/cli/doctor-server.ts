// The doctor's look at the server's own things: data folder, database, libraries, port, clock.

import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type Check, checkDisk } from "../http/readiness.ts";
import { listLibraries } from "../library/libraries.ts";
import { rootProblem } from "../library/lost-root.ts";
import { CannotStart } from "../runtime/cannot-start.ts";
import type { Config } from "../runtime/config.ts";
import { dataPaths, serverPid } from "../runtime/data-folder.ts";
import { openBeside } from "./database.ts";
import { listen } from "./listen.ts";

export function checkFolder({ dataFolder }: Config): Check {
  const name = "data folder";
  const place = nearestFolder(dataFolder);
  try {
    accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as { code?: string };
    const fix = `Give user ${process.geteuid?.()} the right to write there, or choose another folder with --data.`;
    return { name, result: "fail", detail: `${place} takes no files (${code})`, fix };
  }
  if (place !== dataFolder)
    return { name, result: "ok", detail: `${dataFolder} is not there yet; the first start makes it` };
  const mode = statSync(dataFolder).mode & 0o777;
  if (mode & 0o077)
    return {
      name,
      result: "warn",
      detail: `${dataFolder} is open to other users of this machine (mode ${mode.toString(8)})`,
      fix: `chmod 700 ${dataFolder}`,
    };
  return { name, result: "ok", detail: `${dataFolder} is writable and private` };
}

export function checkDatabase({ dataFolder }: Config): Check {
  const name = "database";
  const { database, backups } = dataPaths(dataFolder);
  if (!existsSync(database)) return { name, result: "ok", detail: "not there yet; the first start makes it" };
  try {
    const { sqlite, close } = openBeside(dataFolder);
    try {
      const { quick_check } = sqlite.query("PRAGMA quick_check").get() as { quick_check: string };
      if (quick_check === "ok") return { name, result: "ok", detail: "whole, of this build's schema" };
      return {
        name,
        result: "fail",
        detail: quick_check,
        fix: `Stop the server and put back a copy from ${backups}.`,
      };
    } finally {
      close();
    }
  } catch (error) {
    const detail = (error as Error).message;
    return {
      name,
      result: "fail",
      detail,
      ...(error instanceof CannotStart ? {} : { fix: `Look into ${database}.` }),
    };
  }
}

export function checkFreeSpace({ dataFolder }: Config): Promise<Check> {
  return checkDisk(nearestFolder(dataFolder));
}

export async function checkLibraries({ dataFolder }: Config): Promise<Check[]> {
  let open: ReturnType<typeof openBeside>;
  try {
    open = openBeside(dataFolder);
  } catch {
    // No database, or one that the check above has told about.
    return [];
  }
  try {
    const checks: Check[] = [];
    for (const row of await listLibraries(open.db)) {
      const problem = await rootProblem(row.path);
      const name = `library ${row.name}`;
      const fix =
        "Mount its disk, or give the server's user read and execute rights. Its files stay listed meanwhile.";
      checks.push(
        problem
          ? { name, result: "fail", detail: problem, fix }
          : { name, result: "ok", detail: `${row.path} is readable` },
      );
    }
    return checks;
  } finally {
    open.close();
  }
}

export async function checkPort(config: Config): Promise<Check> {
  const name = "port";
  const pid = serverPid(config.dataFolder);
  if (pid !== undefined) return { name, result: "ok", detail: `the server runs (process ${pid})` };
  try {
    await listen(config).stop();
    return { name, result: "ok", detail: `${config.host} port ${config.port} is free` };
  } catch (error) {
    return {
      name,
      result: "fail",
      detail: (error as Error).message,
      fix: "Choose another with --port or SPROCKET_PORT.",
    };
  }
}

/** A clock that runs behind makes sessions, leases and delays wrong. */
export function checkTime({ dataFolder }: Config): Check {
  const name = "clock";
  const { database } = dataPaths(dataFolder);
  const now = Date.now();
  const known = existsSync(database) ? Math.max(firstRelease, statSync(database).mtimeMs) : firstRelease;
  const detail = new Date(now).toISOString();
  // A minute: clocks of disks and machines differ a little.
  if (now >= known - 60_000) return { name, result: "ok", detail };
  const fix =
    "Set the clock; on a machine without a battery, wait for network time before the server starts.";
  return {
    name,
    result: "fail",
    detail: `${detail} lies before ${new Date(known).toISOString()}, which has been`,
    fix,
  };
}

const firstRelease = Date.UTC(2026, 0, 1);

function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
