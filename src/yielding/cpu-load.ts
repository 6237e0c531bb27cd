// Makes way for other programs: work waits while they use more than so much of the processors, and goes on when they use
// clearly less. Both need half a minute, so that neither a short peak nor a short pause moves anything.

import type { PauseMode } from "../queue/job-store.ts";
import { type CpuUse, othersPercent, readCpuUse } from "./cpu-use.ts";
import type { HeldLane, HoldSource } from "./source.ts";

/** What the last look said; pages show it. */
export interface LoadNow {
  percent: number;
  cores: number;
}

export interface LoadParts {
  setting(): { cpuLoad: number | null; mode: PauseMode };
  exempt(lane: HeldLane): boolean;
  now(): number;
  /** Whether jobs of ours use the processors now: matters where their share cannot be told. */
  isWorking(): boolean;
  read?: () => Promise<CpuUse>;
}

export interface LoadSource extends HoldSource {
  current(): LoadNow | undefined;
}

const everyMs = 5_000;
const settleMs = 30_000;

export function cpuLoadSource(parts: LoadParts): LoadSource {
  const { setting, now, read = readCpuUse } = parts;
  let before: CpuUse | undefined;
  let current: LoadNow | undefined;
  let gate = openGate;

  return {
    name: "watching the CPU load",
    everyMs,
    atStart: true,
    async step() {
      const { cpuLoad } = setting();
      if (cpuLoad === null) {
        before = current = undefined;
        gate = openGate;
        return;
      }
      const last = before;
      const use = await read();
      before = use;
      if (!last) return;
      const percent = othersPercent(last, use);
      // Our own work would be taken for others': only what is seen while it rests counts.
      if (percent === undefined || (use.own === null && gate.heldSince === null && parts.isWorking())) return;
      current = { percent, cores: use.cores };
      gate = nextGate(gate, percent, cpuLoad, now());
    },
    current: () => current,
    found() {
      const { cpuLoad, mode } = setting();
      if (cpuLoad === null || gate.heldSince === null || !current) return [];
      const { percent, cores } = current;
      const on = cores === 1 ? "the processor" : `${cores} cores`;
      return [
        {
          code: "load",
          text: `Other programs use ${Math.round(percent)} % of ${on}, jobs start again below ${goBelow(cpuLoad)} %`,
          since: new Date(gate.heldSince),
          until: null,
          mode,
          holds: (lane) => !parts.exempt(lane),
          substance: `load ${gate.heldSince} ${cpuLoad} ${mode}`,
        },
      ];
    },
  };
}

export interface LoadGate {
  heldSince: number | null;
  /** Since when the load has been past the mark that would change that. */
  changingSince: number | null;
}

export const openGate: LoadGate = { heldSince: null, changingSince: null };

/** Holds above `limit` percent, lets go below four fifths of it. */
export function nextGate(gate: LoadGate, percent: number, limit: number, now: number): LoadGate {
  const isPast = gate.heldSince === null ? percent > limit : percent < goBelow(limit);
  if (!isPast) return { ...gate, changingSince: null };
  // The clock may have been set back meanwhile.
  const changingSince = Math.min(gate.changingSince ?? now, now);
  if (now - changingSince < settleMs) return { ...gate, changingSince };
  return { heldSince: gate.heldSince === null ? now : null, changingSince: null };
}

function goBelow(limit: number): number {
  return Math.round(limit * 0.8);
}
