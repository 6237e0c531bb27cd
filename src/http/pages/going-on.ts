// What is being done for the libraries now, from the queue's counts.

import type { Work } from "../../../views/parts/going-on.tsx";
import type { LibraryCounts } from "../../library/file-stats.ts";
import type { App } from "../context.ts";

const scanKinds = ["library-scan", "gallery-scan", "audio-scan", "public-scan"];
const made: Record<string, Work["toGo"][number]["what"]> = {
  "video-poster": "picture",
  "image-thumbnail": "picture",
  "file-metadata": "fact",
  "file-hash": "hash",
  "audio-waveform": "waveform",
};
/** In these libraries. */
export async function workNow(
  app: App,
  libraryIds: number[],
  counts: Map<number, LibraryCounts>,
): Promise<Work> {
  const open = await openByKind(app, libraryIds);
  let scans = 0;
  const toGo = new Map<Work["toGo"][number]["what"], number>();
  for (const [kind, jobs] of open) {
    if (scanKinds.includes(kind)) scans += jobs;
    else toGo.set(made[kind] ?? "other", (toGo.get(made[kind] ?? "other") ?? 0) + jobs);
  }
  const pictures = libraryIds.reduce((sum, id) => sum + picturesIn(counts.get(id)), 0);
  const order = ["picture", "fact", "hash", "waveform", "other"] as const;
  return {
    scans,
    toGo: order.flatMap((what) => (toGo.get(what) ? [{ what, jobs: toGo.get(what)! }] : [])),
    pictures,
  };
}

/** Libraries with a scan that runs or waits. */
export async function scanningLibraries(app: App): Promise<Set<number>> {
  const open = await openByKind(app);
  if (!scanKinds.some((kind) => open.get(kind))) return new Set();
  const { jobs } = await app.store.list(
    { kind: scanKinds, status: ["waiting", "running"] },
    "newest",
    0,
    200,
  );
  return new Set(
    jobs.flatMap((j) => (j.subject.type === "library" && j.subject.id !== null ? [j.subject.id] : [])),
  );
}

/** By library: files still to be looked into, and thumbnails still to be made of those that were. */
export async function toGoByLibrary(app: App): Promise<Map<number, { looks: number; pictures: number }>> {
  const toGo = new Map<number, { looks: number; pictures: number }>();
  for (const { lane, waiting, running, delayed } of await app.store.tallies()) {
    const sum = toGo.get(lane.group) ?? { looks: 0, pictures: 0 };
    const open = waiting + running + delayed;
    if (made[lane.kind] === "fact") sum.looks += open;
    if (made[lane.kind] === "picture") sum.pictures += open;
    toGo.set(lane.group, sum);
  }
  return toGo;
}

function picturesIn(counts: LibraryCounts | undefined): number {
  return counts ? counts.image + counts.video : 0;
}

async function openByKind(app: App, libraryIds?: number[]): Promise<Map<string, number>> {
  const open = new Map<string, number>();
  for (const { lane, waiting, running, delayed } of await app.store.tallies())
    if (!libraryIds || libraryIds.includes(lane.group))
      open.set(lane.kind, (open.get(lane.kind) ?? 0) + waiting + running + delayed);
  return open;
}
