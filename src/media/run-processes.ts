// The live tools of each run, by the run's abort signal: frozen and thawed together, and the CPU time of all in one sum.
// The queue hears no more of processes than this.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { RunProcesses } from "../runtime/run-processes.ts";

export interface LiveTool {
  /** Also of its process group. */
  pid: number;
  freeze(): void;
  thaw(): void;
}

export function processesOf(signal: AbortSignal): RunProcesses {
  const run = runOf(signal);
  return {
    freeze() {
      run.frozen = true;
      for (const tool of run.live.keys()) tool.freeze();
    },
    thaw() {
      run.frozen = false;
      for (const tool of run.live.keys()) tool.thaw();
      for (const goOn of run.waiting.splice(0)) goOn();
    },
    cpuMs() {
      if (!hasProc) return undefined;
      let sum = run.endedMs;
      if (run.live.size === 0) return sum;
      const groups = cpuByGroup();
      for (const [tool, before] of run.live) {
        // What a child of a tool used is lost when nobody waited for it.
        const seen = Math.max(before, groups.get(tool.pid) ?? 0);
        run.live.set(tool, seen);
        sum += seen;
      }
      return sum;
    },
  };
}

/** Makes a tool that has just been started part of the run. Answers what to call when it has ended. */
export function joinRun(signal: AbortSignal, tool: LiveTool): (usedMs: number) => void {
  const run = runOf(signal);
  run.live.set(tool, 0);
  if (run.frozen) tool.freeze();
  return (usedMs) => {
    run.endedMs += Math.max(run.live.get(tool) ?? 0, usedMs);
    run.live.delete(tool);
  };
}

export function isFrozen(signal: AbortSignal): boolean {
  return runOf(signal).frozen;
}

/** Resolves when the run goes on; rejects when it is over. */
export async function thawed(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  runOf(signal).waiting.push(resolve);
  await promise;
  signal.throwIfAborted();
}

interface Books {
  frozen: boolean;
  /** Tools that are to start when it goes on. */
  waiting: (() => void)[];
  /** And the most CPU time that each was seen to have used. */
  live: Map<LiveTool, number>;
  endedMs: number;
}

const runs = new WeakMap<AbortSignal, Books>();

function runOf(signal: AbortSignal): Books {
  let run = runs.get(signal);
  if (!run) {
    run = { frozen: false, waiting: [], live: new Map(), endedMs: 0 };
    runs.set(signal, run);
  }
  return run;
}

const hasProc = existsSync("/proc/self/stat");
/** What Linux calls USER_HZ: 100 a second on every machine that Bun runs on. */
const tickMs = 10;
/** Several runs are asked about at the same moment; one look serves them all. */
const looksLastMs = 100;
let lastLook = { at: Number.NEGATIVE_INFINITY, byGroup: new Map<number, number>() };

/** CPU time of every process group, with that of children that were waited for. About 12 µs for each process there is. */
function cpuByGroup(): Map<number, number> {
  const now = performance.now();
  if (now - lastLook.at < looksLastMs) return lastLook.byGroup;
  const byGroup = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      // The name before it may hold anything, spaces and brackets too.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const group = Number(fields[2]);
      const ticks = Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
      byGroup.set(group, (byGroup.get(group) ?? 0) + ticks * tickMs);
    } catch {
      // It ended while we looked.
    }
  }
  lastLook = { at: now, byGroup };
  return byGroup;
}
