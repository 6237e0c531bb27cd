// A copy of the database into <data>/backups, read from end to end before it counts. Films and pictures are not in it, nor
// what was made of them; what people said, sorted and marked is. By night it removes nightly copies that are too many.

import { readdir, rename, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { backupName, lastHour, listBackups, pruneBackups } from "../library/backups.ts";
import { createNative } from "../media/native.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { JobFailure } from "../runtime/errors.ts";
import { megabytes } from "./input-file.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  byHand: z.boolean().default(true).meta({
    title: "Keep until somebody removes it",
    description: "Nightly ones go when there are enough newer ones",
  }),
});
type Params = z.output<typeof params>;

export const backup: JobKind<Params, Tools> = {
  name: "backup",
  label: "Backup",
  description: "A copy of the database, verified by opening and reading it",
  queue: "maintenance",
  category: "cpu",
  params,
  stuckAfterS: 300,
  about: () => ({ type: "none", id: null, label: "Database" }),
  dedupKey: (p) => (p.byHand ? "by hand" : "nightly"),
  async *pending(tools) {
    if (await isBackupDue(tools)) yield { byHand: false };
  },
  async run(job) {
    const { tools, params } = job;
    const { clock, paths } = tools;
    const startedAt = clock.now();
    const name = backupName(params.byHand ? "by hand" : "nightly", startedAt);
    const size = await sizeOfDatabase(tools);
    await refuseFullDisk(tools, size);
    const made = await withScratchFolder(tools, async (folder) => {
      const aside = join(folder, name);
      const copy = await copyAside(job, aside, size);
      job.signal.throwIfAborted();
      await rename(aside, join(paths.backups, name));
      return copy;
    });
    const tookS = (clock.now() - startedAt) / 1000;
    job.log(`${name}: ${megabytes(made.sizeBytes)}, whole, schema ${made.schema}, in ${tookS.toFixed(1)} s.`);
    if (params.byHand) return;
    const { keep } = tools.settings.get("backup");
    const removed = await pruneBackups(paths, keep);
    if (removed.length > 0) job.log(`Removed ${removed.join(", ")}: ${keep} nightly ones are kept.`);
  },
};

/** No nightly copy has been begun since the hour last struck. */
export async function isBackupDue({
  settings,
  paths,
  clock,
}: Pick<Tools, "settings" | "paths" | "clock">): Promise<boolean> {
  const { enabled, hour } = settings.get("backup");
  if (!enabled) return false;
  const since = lastHour(hour, clock.now());
  const nightly = (await listBackups(paths)).filter(({ origin }) => origin === "nightly");
  return !nightly.some(({ at }) => at >= since);
}

/** In a process of its own: copying and reading a large database takes a while in which it does nothing else. */
async function copyAside({ tools, signal, progress }: Run<Params, Tools>, to: string, expectedBytes: number) {
  const { paths, log, clock } = tools;
  const native = createNative({ cacheFolder: paths.cache, log, clock });
  const done = new AbortController();
  const watching = watchGrowth(dirname(to), expectedBytes, progress, AbortSignal.any([signal, done.signal]));
  try {
    const asked = { from: paths.database, to };
    return await native.call("database.copy", asked, { signal, timeoutMs: 60 * 60_000 });
  } finally {
    done.abort();
    await watching;
    await native.stop();
  }
}

/** Copying shows by what it has written; reading the copy takes about two fifths as long again. */
async function watchGrowth(
  folder: string,
  expectedBytes: number,
  progress: (percent: number) => void,
  signal: AbortSignal,
) {
  const startedAt = performance.now();
  let copiedAt: number | undefined;
  while (!signal.aborted) {
    await setTimeout(500, undefined, { signal }).catch(() => undefined);
    const copied = Math.min(1, (await largestIn(folder)) / Math.max(1, expectedBytes));
    const now = performance.now();
    if (copied > 0.99) copiedAt ??= now;
    const read = copiedAt ? (now - copiedAt) / Math.max(1, (copiedAt - startedAt) * 0.4) : 0;
    progress(copiedAt ? 70 + 29 * Math.min(1, read) : copied * 70);
  }
}

async function largestIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return Math.max(0, ...sizes);
}

/** What it takes, and as much again while the copy is tidied. */
async function refuseFullDisk({ paths }: Tools, size: number): Promise<void> {
  const disk = await statfs(paths.tmp);
  const free = disk.bavail * disk.bsize;
  const needed = size * 2 + 64e6;
  if (free < needed)
    throw new JobFailure(
      "disk.full",
      `A copy needs ${megabytes(needed)} for a moment, and ${megabytes(free)} are free.`,
    );
}

async function sizeOfDatabase({ paths }: Tools): Promise<number> {
  return (await stat(paths.database)).size;
}
