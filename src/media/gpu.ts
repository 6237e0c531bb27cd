// Which GPUs this machine has and how much memory each: NVIDIA by nvidia-smi, AMD by what the kernel says in /sys. GPUs
// that share the machine's memory (Intel's, most AMD APUs) have none of their own to budget.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "./process.ts";

export interface Gpu {
  vendor: "nvidia" | "amd";
  name: string;
  memoryMb: number;
  /** Used by anyone, when it was asked. */
  usedMb: number | null;
}

/** None found is no error: a machine without a GPU, or one whose driver is missing. */
export async function findGpus(drmFolder = "/sys/class/drm", nvidiaSmi = "nvidia-smi"): Promise<Gpu[]> {
  return [...(await nvidiaGpus(nvidiaSmi)), ...(await amdGpus(drmFolder))];
}

/** What jobs may reserve together: the memory of the largest one, since a job runs on one GPU. */
export function vramBudgetOf(gpus: readonly Gpu[]): number {
  return Math.max(0, ...gpus.map((g) => g.memoryMb));
}

async function nvidiaGpus(command: string): Promise<Gpu[]> {
  const query = ["--query-gpu=name,memory.total,memory.used", "--format=csv,noheader,nounits"];
  try {
    const { exitCode, stdout } = await runTool(command, query, { timeoutMs: 10_000 });
    return exitCode === 0 ? parseNvidiaSmi(new TextDecoder().decode(stdout)) : [];
  } catch {
    // Not installed, or it hangs as it does when the driver has lost the card.
    return [];
  }
}

/** `NVIDIA H100 80GB HBM3, 81559, 4`, one line a GPU; `[N/A]` where the driver does not say. */
export function parseNvidiaSmi(text: string): Gpu[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(",").map((f) => f.trim());
    const used = fields.pop();
    const total = Number(fields.pop());
    if (fields.length === 0 || !Number.isFinite(total) || total <= 0) return [];
    const usedMb = Number(used);
    return [
      {
        vendor: "nvidia" as const,
        name: fields.join(", "),
        memoryMb: total,
        usedMb: Number.isFinite(usedMb) ? usedMb : null,
      },
    ];
  });
}

async function amdGpus(folder: string): Promise<Gpu[]> {
  const cards = (await readdir(folder).catch(() => [])).filter((name) => /^card\d+$/.test(name)).sort();
  const found: Gpu[] = [];
  for (const card of cards) {
    const device = join(folder, card, "device");
    const total = await bytesIn(join(device, "mem_info_vram_total"));
    // An APU carves out half a gigabyte or less; what it works with is the machine's memory.
    if (total === null || total <= 1 << 30) continue;
    const used = await bytesIn(join(device, "mem_info_vram_used"));
    const name = (await readFile(join(device, "product_name"), "utf8").catch(() => "")).trim();
    found.push({
      vendor: "amd",
      name: name || `AMD ${card}`,
      memoryMb: Math.floor(total / 1_048_576),
      usedMb: used === null ? null : Math.round(used / 1_048_576),
    });
  }
  return found;
}

async function bytesIn(path: string): Promise<number | null> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}
