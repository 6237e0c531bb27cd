import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findGpus, parseNvidiaSmi, vramBudgetOf } from "../../src/media/gpu.ts";

test("nvidia-smi's table is read, also where it does not say everything", () => {
  expect(parseNvidiaSmi("NVIDIA H100 80GB HBM3, 81559, 4\nNVIDIA GeForce GTX 1650, 4096, [N/A]\n")).toEqual([
    { vendor: "nvidia", name: "NVIDIA H100 80GB HBM3", memoryMb: 81559, usedMb: 4 },
    { vendor: "nvidia", name: "NVIDIA GeForce GTX 1650", memoryMb: 4096, usedMb: null },
  ]);
});

test("its complaints are no GPUs", () => {
  expect(parseNvidiaSmi("NVIDIA-SMI has failed because it couldn't communicate with the driver.\n")).toEqual(
    [],
  );
  expect(parseNvidiaSmi("NVIDIA Orin, [N/A], [N/A]\n")).toEqual([]);
});

test("AMD cards are found in /sys; connectors and GPUs without memory of their own are not cards", async () => {
  const drm = mkdtempSync(join(tmpdir(), "sprocket-drm-"));
  const card = (name: string, files: Record<string, string>) => {
    mkdirSync(join(drm, name, "device"), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(drm, name, "device", file), text);
  };
  card("card0", { mem_info_vram_total: "536870912\n", mem_info_vram_used: "1\n" });
  card("card1", { mem_info_vram_total: "17163091968\n", mem_info_vram_used: "1073741824\n" });
  card("card1-HDMI-A-1", { mem_info_vram_total: "17163091968\n" });
  card("card2", {});
  expect(await findGpus(drm, "no-such-nvidia-smi")).toEqual([
    { vendor: "amd", name: "AMD card1", memoryMb: 16368, usedMb: 1024 },
  ]);
});

test("the budget is that of the largest GPU: a job runs on one", () => {
  const gpu = { vendor: "nvidia" as const, name: "", usedMb: 0 };
  expect(
    vramBudgetOf([
      { ...gpu, memoryMb: 8192 },
      { ...gpu, memoryMb: 24576 },
    ]),
  ).toBe(24576);
  expect(vramBudgetOf([])).toBe(0);
});
