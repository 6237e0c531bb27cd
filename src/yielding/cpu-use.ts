// How busy the processors are, and how much of that is us: this process and every tool it has started. Linux says both in
// /proc, in the same unit. In a container /proc/stat is the whole machine's, which is what others are to be measured on.

import { readdir, readFile } from "node:fs/promises";
import { cpus } from "node:os";

/** Running totals since some moment in the past; any unit, the same for all three. */
export interface CpuUse {
  cores: number;
  total: number;
  busy: number;
  /** Of this process and its tools; null where the system does not tell what the tools use. */
  own: number | null;
}

export async function readCpuUse(): Promise<CpuUse> {
  return process.platform === "linux" ? await linuxUse() : portableUse();
}

/** What programs that are not ours used in between, in percent of all cores; undefined when nothing can be said. */
export function othersPercent(before: CpuUse, after: CpuUse): number | undefined {
  const total = after.total - before.total;
  // Waking from sleep, or a machine that was moved: counters may stand still or jump back.
  if (total <= 0 || after.busy < before.busy) return undefined;
  const own = Math.max(0, (after.own ?? 0) - (before.own ?? 0));
  return Math.min(100, (Math.max(0, after.busy - before.busy - own) / total) * 100);
}

/** The first lines of /proc/stat. Stolen time is not counted as use: on a hired machine our own work may cause it. */
export function parseStat(text: string): Omit<CpuUse, "own"> {
  const lines = text.split("\n");
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = lines[0]!
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const busy = user + nice + system + irq + softirq;
  return {
    cores: lines.filter((line) => /^cpu\d/.test(line)).length,
    busy,
    total: busy + idle + iowait + steal,
  };
}

export interface ProcessUse {
  pid: number;
  parent: number;
  own: number;
  /** Of its children that have ended. */
  ended: number;
}

/** /proc/PID/stat. The name in brackets may hold spaces and brackets. */
export function parseProcessStat(text: string): ProcessUse {
  const rest = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (n: number) => Number(rest[n - 3]);
  return {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    own: field(14) + field(15),
    ended: field(16) + field(17),
  };
}

/** What `root` and all its descendants have used. */
export function treeUse(processes: readonly ProcessUse[], root: number): number {
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const start = processes.find(({ pid }) => pid === root);
  let sum = 0;
  for (const todo = start ? [start] : []; todo.length > 0; ) {
    const { pid, own, ended } = todo.pop()!;
    sum += own + ended;
    todo.push(...(children.get(pid) ?? []));
  }
  return sum;
}

async function linuxUse(): Promise<CpuUse> {
  const machine = parseStat(await readFile("/proc/stat", "utf8"));
  return { ...machine, own: treeUse(await processes(), process.pid) };
}

async function processes(): Promise<ProcessUse[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = pids.map((pid) =>
    readFile(`/proc/${pid}/stat`, "utf8").then(parseProcessStat, () => undefined),
  );
  // Those that have ended since the folder was read are left out.
  return (await Promise.all(read)).filter((use) => use !== undefined);
}

function portableUse(): CpuUse {
  const all = cpus().map(({ times }) => times);
  const idle = all.reduce((sum, times) => sum + times.idle, 0);
  const total = all.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0);
  return { cores: all.length, total, busy: total - idle, own: null };
}
