// What a process may open to reach a GPU, and what stands in its way: render devices, NVIDIA's own, and cards that are in the
// machine but were not passed into the container.

import { constants } from "node:fs";
import { access, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export type Vendor = "nvidia" | "intel" | "amd";

export interface RenderDevice {
  path: string;
  vendor: Vendor | null;
  mayUse: boolean;
  /** Of the group that owns it. */
  gid: number;
  group: string | null;
}

export interface GpuDevices {
  render: RenderDevice[];
  /** `/dev/nvidia0` or its like is there. */
  nvidia: boolean;
  /** Of graphics cards in the machine, whether or not they can be reached from here. */
  inMachine: Set<Vendor>;
  isMac: boolean;
}

export interface DevicePlaces {
  dev: string;
  sys: string;
  etcGroup: string;
}

const here: DevicePlaces = { dev: "/dev", sys: "/sys", etcGroup: "/etc/group" };

export async function findGpuDevices(places: DevicePlaces = here): Promise<GpuDevices> {
  const { dev } = places;
  const nodes = (await readdir(join(dev, "dri")).catch(() => [])).filter((name) => /^renderD\d+$/.test(name));
  const render = await Promise.all(nodes.sort().map((name) => renderDevice(places, name)));
  const names: string[] = await readdir(dev).catch(() => []);
  return {
    render,
    // WSL passes NVIDIA's cards in by a device of its own.
    nvidia: names.some((name) => /^nvidia\d+$/.test(name)) || names.includes("dxg"),
    inMachine: await cardsInMachine(places),
    isMac: process.platform === "darwin",
  };
}

async function renderDevice({ dev, sys, etcGroup }: DevicePlaces, name: string): Promise<RenderDevice> {
  const path = join(dev, "dri", name);
  const { gid } = await stat(path);
  const mayUse = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const vendor = vendors[await textOf(join(sys, "class/drm", name, "device/vendor"))] ?? null;
  return { path, vendor, mayUse, gid, group: await groupName(etcGroup, gid) };
}

async function cardsInMachine({ sys }: DevicePlaces): Promise<Set<Vendor>> {
  const folder = join(sys, "bus/pci/devices");
  const found = new Set<Vendor>();
  for (const name of await readdir(folder).catch(() => [])) {
    // Class 03 is everything that draws; NVIDIA's cards for computing count as such too.
    if (!(await textOf(join(folder, name, "class"))).startsWith("0x03")) continue;
    const vendor = vendors[await textOf(join(folder, name, "vendor"))];
    if (vendor) found.add(vendor);
  }
  return found;
}

const vendors: Record<string, Vendor> = { "0x10de": "nvidia", "0x8086": "intel", "0x1002": "amd" };

async function groupName(etcGroup: string, gid: number): Promise<string | null> {
  const lines = (await textOf(etcGroup)).split("\n").map((line) => line.split(":"));
  return lines.find(([, , id]) => id === String(gid))?.[0] ?? null;
}

async function textOf(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}
