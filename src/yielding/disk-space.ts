// Stops jobs that write while the data folder's disk runs low, and lets them go on by itself once there is room again:
// a tenth more than the threshold, so that the first job that writes does not stop the next.

import { statfs } from "node:fs/promises";
import type { PauseMode } from "../queue/job-store.ts";
import type { HeldLane, HoldSource } from "./source.ts";

export interface DiskSpace {
  freeBytes: number;
  totalBytes: number;
}

/** What the last look said; pages show it. */
export interface DiskNow extends DiskSpace {
  /** 0 looks at nothing. */
  neededBytes: number;
}

export interface DiskParts {
  dataFolder: string;
  diskFreeMb(): number;
  writes(lane: HeldLane): boolean;
  now(): number;
  read?: (folder: string) => Promise<DiskSpace>;
}

export interface DiskSource extends HoldSource {
  current(): DiskNow | undefined;
}

const everyMs = 10_000;
/** With so many times the space that is needed, a disk is looked at more rarely. */
const farAway = 4;
const rarelyMs = 30_000;

export function diskSource(parts: DiskParts): DiskSource {
  const { dataFolder, diskFreeMb, now, read = readSpace } = parts;
  let current: DiskNow | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let gate = openGate;

  return {
    name: "watching the disk",
    everyMs,
    atStart: true,
    async step() {
      const isFar = current !== undefined && current.freeBytes > farAway * current.neededBytes;
      if (
        isFar &&
        // The clock may have been set back meanwhile.
        Math.abs(now() - lookedAt) < rarelyMs &&
        current!.neededBytes === neededBytes(diskFreeMb(), current!)
      )
        return;
      const space = await read(dataFolder);
      lookedAt = now();
      current = { ...space, neededBytes: neededBytes(diskFreeMb(), space) };
      gate = nextGate(gate, current, now());
    },
    current: () => current,
    found() {
      if (gate.since === null || !current) return [];
      return [
        {
          code: "disk",
          text: inWords(current, diskFreeMb()),
          since: new Date(gate.since),
          until: null,
          mode: gate.mode,
          holds: parts.writes,
          substance: `disk ${gate.since} ${gate.mode}`,
        },
      ];
    },
  };
}

export interface DiskGate {
  since: number | null;
  mode: PauseMode;
}

export const openGate: DiskGate = { since: null, mode: "drain" };

/**
 * Below the threshold no job that writes begins; below half of it those that run stand still as well, and stay so until
 * there is room, for they would use up at once what came free.
 */
export function nextGate(gate: DiskGate, { freeBytes, neededBytes }: DiskNow, now: number): DiskGate {
  if (freeBytes >= neededBytes * (gate.since === null ? 1 : 1.1)) return openGate;
  const mode = gate.mode === "freeze" || freeBytes < neededBytes / 2 ? "freeze" : "drain";
  return { since: gate.since ?? now, mode };
}

/** On a disk of less than ten times what is asked for, 5 % of it: it would never have that much free. */
export function neededBytes(diskFreeMb: number, { totalBytes }: Pick<DiskSpace, "totalBytes">): number {
  const asked = diskFreeMb * 1e6;
  return totalBytes < 10 * asked ? Math.min(asked, totalBytes * 0.05) : asked;
}

function inWords({ freeBytes, totalBytes, neededBytes }: DiskNow, diskFreeMb: number): string {
  const isScaled = neededBytes < diskFreeMb * 1e6;
  const needed = `${size(neededBytes)}${isScaled ? `, 5 % of this disk of ${size(totalBytes)}` : ""}`;
  return `${size(freeBytes)} are free, jobs that write need ${needed}`;
}

/** `1.2 GB`: decimal, as disks are sold. */
function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

async function readSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
