// What is being done for the libraries now, from the queue's counts.

import type { Work } from "../../../views/parts/going-on.tsx";
import { countByLibrary } from "../../library/file-grid.ts";
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
/** Beyond this many open jobs nobody counts them per library. */
const mostTold = 1000;

/** Over all libraries. */
export async function workNow(app: App, counts: Map<number, LibraryCounts>): Promise<Work> {
  const open = await openByKind(app);
  let scans = 0;
  const toGo = new Map<Work["toGo"][number]["what"], number>();
  for (const [kind, jobs] of open) {
    if (scanKinds.includes(kind)) scans += jobs;
    else toGo.set(made[kind] ?? "other", (toGo.get(made[kind] ?? "other") ?? 0) + jobs);
  }
  const pictures = [...counts.values()].reduce((sum, c) => sum + c.image + c.video, 0);
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

/** Thumbnails still to make, by library; null when there are too many to tell apart. */
export async function picturesToGo(app: App): Promise<Map<number, number> | null> {
  const open = await openByKind(app);
  const kinds = Object.keys(made).filter((kind) => made[kind] === "picture");
  const total = kinds.reduce((sum, kind) => sum + (open.get(kind) ?? 0), 0);
  if (total === 0) return new Map();
  if (total > mostTold) return null;
  const { jobs } = await app.store.list(
    { kind: kinds, status: ["waiting", "running"] },
    "newest",
    0,
    mostTold,
  );
  return countByLibrary(
    app.db,
    jobs.flatMap((j) => j.subject.id ?? []),
  );
}

async function openByKind(app: App): Promise<Map<string, number>> {
  const open = new Map<string, number>();
  for (const { lane, waiting, running, delayed } of await app.store.tallies())
    open.set(lane.kind, (open.get(lane.kind) ?? 0) + waiting + running + delayed);
  return open;
}
