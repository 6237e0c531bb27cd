// The quarantine: files that nothing more is tried on until somebody releases them or their content changes. Work about
// them that waits is cancelled; new work is turned down where jobs say what they are about (`jobs/input-file.ts`).

import { eq, isNotNull } from "drizzle-orm";
import { quarantine } from "../db/tables/healing.ts";
import { recordEvent } from "../history/event-log.ts";
import { getFile, idsOf } from "../library/files.ts";
import { excludedByHand } from "../library/held-files.ts";
import type { Job } from "../queue/job.ts";
import type { ListedStatus } from "../queue/job-store.ts";
import { NotFound } from "../runtime/errors.ts";
import type { HealingParts } from "./parts.ts";
import { type Hold, holdRow, releaseRow } from "./quarantine-rows.sqlite.ts";

/** False when it is held already. */
export async function holdFile(parts: HealingParts, fileId: number, hold: Hold): Promise<boolean> {
  if (!holdRow(parts.db, fileId, hold, parts.clock.now())) return false;
  const cancelled = await cancelOpen(parts, fileId, hold.code);
  const open = cancelled > 0 ? `; ${cancelled} waiting ${cancelled === 1 ? "job" : "jobs"} cancelled` : "";
  const times = hold.failures > 0 ? `${hold.kind} failed ${hold.failures} times: ` : "";
  await recordEvent(parts, {
    event: "quarantined",
    queue: hold.kind === null ? null : (parts.queue.catalogue.find(hold.kind)?.queue ?? null),
    fileId,
    actor: hold.by,
    detail: `${times}${hold.code}: ${hold.reason}${open}`,
  });
  parts.events.publish({ topic: "file", id: fileId });
  return true;
}

/** Takes files out of processing. `held` are those that were not held before; unknown ids are passed over. */
export async function excludeFiles(
  parts: HealingParts,
  fileIds: number[],
  reason: string,
  by: string,
): Promise<number[]> {
  const hold = { code: excludedByHand, reason, kind: null, failures: 0, by };
  const held: number[] = [];
  for await (const id of inTurns(fileIds)) {
    const known = await knownId(parts, id);
    if (known !== undefined && (await holdFile(parts, known, hold))) held.push(known);
  }
  return held;
}

export interface Released {
  fileIds: number[];
  /** Jobs that failed, or that the quarantine cancelled, and wait again. */
  retried: number;
}

/** Lets files go. With `retry`, what failed or was cancelled on them is tried again. */
export async function releaseFiles(
  parts: HealingParts,
  fileIds: number[],
  { by, retry = false }: { by: string; retry?: boolean },
): Promise<Released> {
  const released: Released = { fileIds: [], retried: 0 };
  for await (const asked of inTurns(fileIds)) {
    const id = await knownId(parts, asked);
    if (id === undefined || !releaseRow(parts.db, id, parts.clock.now())) continue;
    released.fileIds.push(id);
    const retried = retry ? await retryOn(parts, id, by) : 0;
    released.retried += retried;
    const again = retried > 0 ? `; ${retried} ${retried === 1 ? "job" : "jobs"} retried` : "";
    await recordEvent(parts, { event: "released", fileId: id, actor: by, detail: `by hand${again}` });
    parts.events.publish({ topic: "file", id });
  }
  return released;
}

/** Files that a scan has released since: the history is told. */
export async function noteChangedFiles(parts: HealingParts): Promise<void> {
  const rows = await parts.db.select().from(quarantine).where(isNotNull(quarantine.releasedAt));
  for (const { fileId } of rows) {
    await recordEvent(parts, { event: "released", fileId, detail: "its content has changed" });
    await parts.db.delete(quarantine).where(eq(quarantine.fileId, fileId));
  }
}

/** What waits. A run that is under way may still come to something. */
async function cancelOpen(parts: HealingParts, fileId: number, code: string): Promise<number> {
  let cancelled = 0;
  for (const job of await jobsAbout(parts, fileId, ["waiting", "delayed", "paused"])) {
    if (job.frozen) continue;
    const moved = await parts.store.move(job.id, "cancel", `${canceller} (${code})`, parts.clock.now());
    if (!moved?.moved) continue;
    cancelled++;
    parts.events.publish({ topic: "job", id: job.id, queue: job.queue, what: "moved" });
  }
  return cancelled;
}

/** The newest of each kind and params, if it failed or the quarantine cancelled it. */
async function retryOn(parts: HealingParts, fileId: number, by: string): Promise<number> {
  const seen = new Set<string>();
  let retried = 0;
  for (const job of await jobsAbout(parts, fileId, ["failed", "cancelled", "completed"])) {
    const work = `${job.kind} ${JSON.stringify(job.params)}`;
    if (seen.has(work)) continue;
    seen.add(work);
    const wasHeld = job.status === "cancelled" && job.failure?.message.includes(canceller);
    if (job.status !== "failed" && !wasHeld) continue;
    const moved = await parts.store.move(job.id, "retry", by, parts.clock.now());
    if (!moved?.moved) continue;
    retried++;
    parts.events.publish({ topic: "job", id: job.id, queue: job.queue, what: "moved" });
  }
  return retried;
}

const canceller = "the quarantine";

/** The newest first, those about ids that were merged into this one as well. */
async function jobsAbout(
  { db, store }: HealingParts,
  fileId: number,
  status: ListedStatus[],
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const id of await idsOf(db, fileId))
    jobs.push(...(await store.list({ status, subject: { type: "file", id } }, "newest", 0, 500)).jobs);
  return jobs;
}

async function knownId({ db }: HealingParts, id: number): Promise<number | undefined> {
  try {
    return (await getFile(db, id)).id;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** Statements on SQLite wait for nothing, so that a thousand files would let nobody else have a turn. */
export async function* inTurns(ids: number[]): AsyncGenerator<number> {
  for (const [n, id] of ids.entries()) {
    if (n % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
    yield id;
  }
}
