// The data folder and its disk, and whether the clock can be believed: what is looked at whether or not a server runs.

import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../../runtime/config.ts";
import { dataPaths } from "../../runtime/data-folder.ts";
import { type Check, checkDisk } from "../readiness.ts";

type Where = Pick<Config, "dataFolder">;

export function checkFolder({ dataFolder }: Where): Check {
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

export function checkFreeSpace({ dataFolder }: Where): Promise<Check> {
  return checkDisk(nearestFolder(dataFolder));
}

/** A clock that runs behind makes sessions, leases and delays wrong. */
export function checkTime({ dataFolder }: Where): Check {
  const name = "clock";
  const { database } = dataPaths(dataFolder);
  const now = Date.now();
  const known = existsSync(database) ? Math.max(firstRelease, statSync(database).mtimeMs) : firstRelease;
  const detail = onTheWall(now);
  // A minute: clocks of disks and machines differ a little.
  if (now >= known - 60_000) return { name, result: "ok", detail };
  const fix =
    "Set the clock; on a machine without a battery, wait for network time before the server starts.";
  return {
    name,
    result: "fail",
    detail: `${detail} lies before ${onTheWall(known)}, which has been`,
    fix,
  };
}

/** With the time zone: quiet hours go by it. */
function onTheWall(at: number): string {
  // Sweden writes dates as ISO does.
  return `${new Date(at).toLocaleString("sv-SE")} (${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
}

const firstRelease = Date.UTC(2026, 0, 1);

function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
