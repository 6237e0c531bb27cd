// The worker and the machine below it: alive, enough memory, enough watches for the folders.

import { readFileSync } from "node:fs";
import { bytes, counted, duration, number } from "../../../views/format.ts";
import type { Db } from "../../db/open.sqlite.ts";
import { fileStats } from "../../library/file-stats.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { Worker } from "../../queue/worker.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Version } from "../../runtime/version.ts";
import type { Check } from "../readiness.ts";

const leastMemory = 150_000_000;

export function checkWorker(worker: Pick<Worker<never>, "running" | "hasMissedBeats">): Check {
  const name = "worker";
  if (worker.hasMissedBeats())
    return {
      name,
      result: "fail",
      detail: "gives no sign of life",
      fix: "Restart the workers on the Jobs page. If it stays so, the machine is overloaded: lower the concurrency in the settings.",
    };
  const running = worker.running().length;
  return {
    name,
    result: "ok",
    // How much it runs is told live elsewhere; this stays for a while.
    brief: "alive",
    detail: running === 0 ? "alive, and idle" : `alive, and runs ${counted(running, "job")}`,
  };
}

export function checkMemory(): Check {
  const available = memoryFigure("/proc/meminfo", /^MemAvailable:\s+(\d+) kB/m, 1024);
  const limit = memoryFigure("/sys/fs/cgroup/memory.max", /^(\d+)/, 1);
  const own = process.memoryUsage.rss();
  const detail = [
    `the server uses ${bytes(own)}`,
    available === null ? null : `${bytes(available)} available on the machine`,
    limit === null ? null : `limited to ${bytes(limit)}`,
  ]
    .filter(Boolean)
    .join(", ");
  if (available !== null && available < leastMemory)
    return {
      name: "memory",
      result: "warn",
      detail,
      fix: "Lower the concurrency in the settings, or give the machine more memory: tools that find none fail.",
    };
  return { name: "memory", result: "ok", detail };
}

/** One watch per folder; without enough of them changes are only found by scans. */
export async function checkWatches(db: Db): Promise<Check> {
  const name = "file watches";
  const watched = (await listLibraries(db)).filter((library) => library.watch).length;
  if (watched === 0)
    return { name, result: "note", detail: "no library is watched; scans find what changed" };
  const { folders } = await fileStats(db, new Map());
  const allowed = memoryFigure("/proc/sys/fs/inotify/max_user_watches", /^(\d+)/, 1);
  const detail = `${counted(watched, "library", "libraries")} with about ${counted(folders, "folder")}${allowed === null ? "" : `, the system allows ${number(allowed)}`}`;
  if (allowed === null || folders < allowed) return { name, result: "ok", detail };
  return {
    name,
    result: "warn",
    detail,
    fix: `Raise it with: sysctl fs.inotify.max_user_watches=${2 ** Math.ceil(Math.log2(folders * 2))}. Until then the auto-scan finds what changed.`,
  };
}

export function checkVersion(version: Version, startedAt: Date, clock: Clock): Check {
  const build = version.commit
    ? `commit ${version.commit.slice(0, 12)}${version.dirty ? " with uncommitted changes" : ""}`
    : "run from source";
  const up = duration((clock.now() - startedAt.getTime()) / 1000);
  return { name: "version", result: "ok", detail: `Sprocket ${version.version}, ${build}, up for ${up}` };
}

function memoryFigure(path: string, pattern: RegExp, unit: number): number | null {
  try {
    const found = pattern.exec(readFileSync(path, "utf8"))?.[1];
    return found === undefined ? null : Number(found) * unit;
  } catch {
    return null;
  }
}
