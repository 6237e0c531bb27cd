// Row B4: how often a file has failed in one way, counted when its jobs have failed for good. Enough of it and the file is
// held back. Listens to the queue; what ended while nobody listened is counted at the start.

import { and, eq, lt, sql } from "drizzle-orm";
import { failureCount, failureMark } from "../db/tables/healing.ts";
import { getFile } from "../library/files.ts";
import type { Failure, Job } from "../queue/job.ts";
import { NotFound } from "../runtime/errors.ts";
import type { Service } from "../runtime/service.ts";
import { clearIfIgnored } from "./ignored-causes.ts";
import { clearOutlived } from "./outlived-failures.ts";
import type { HealingParts } from "./parts.ts";
import { holdFile } from "./quarantine.ts";

export function failureCounts(parts: HealingParts): Service {
  let stop = () => {};
  // One after the other: which failure was the last one too many must not be a race.
  let noted: Promise<unknown> = Promise.resolve();
  return {
    name: "failure counts",
    async start() {
      await catchUp(parts);
      stop = parts.events.subscribe((e) => {
        if (e.topic !== "job" || e.what !== "settled") return;
        noted = noted
          .then(() => noteOutcome(parts, e.id))
          .catch((error) => parts.log.error("a failure was not counted", { job_id: e.id, error }));
      });
    },
    async stop() {
      stop();
      await noted;
    },
  };
}

/** How a job has ended, if it has. Noting it twice changes nothing. */
export async function noteOutcome(parts: HealingParts, jobId: number): Promise<void> {
  const job = await parts.store.get(jobId);
  if (job?.status === "completed") {
    await forget(parts, job);
    await clearOutlived(parts, job);
  }
  if (job?.status === "failed" && job.failure && job.finishedAt) await noteFailure(parts, job, job.failure);
}

/** Whether failures of this code say something about the file. A full disk, a missing tool or an unmounted one do not. */
export function countsAgainstFile(code: string): boolean {
  if (code.startsWith("input.")) return !elsewhere.includes(code);
  return ["tool.crashed", "tool.timeout", "job.stuck", "job.orphaned"].includes(code);
}

/** The mount, its permissions, a copy under way, or a wish that no files fit: the file itself may be sound. */
const elsewhere = ["input.missing", "input.unreadable", "input.changed", "input.few"];

async function noteFailure(parts: HealingParts, job: Job, failure: Failure): Promise<void> {
  const fileId = countsAgainstFile(failure.code) ? await fileOf(parts, job) : undefined;
  if (fileId !== undefined) {
    const failures = await count(parts, fileId, job, failure.code);
    const limit = parts.settings.get("quarantineAfter");
    const hold = { code: failure.code, reason: failure.message, kind: job.kind, by: null };
    if (failures !== undefined && limit > 0 && failures >= limit)
      await holdFile(parts, fileId, { ...hold, failures });
  }
  await clearIfIgnored(parts, job);
  await parts.db.update(failureMark).set({ at: job.finishedAt! }).where(lt(failureMark.at, job.finishedAt!));
}

/** Undefined when it was counted before. */
async function count(
  { db }: HealingParts,
  fileId: number,
  job: Job,
  code: string,
): Promise<number | undefined> {
  const [row] = await db
    .insert(failureCount)
    .values({ fileId, kind: job.kind, code, failures: 1, lastAt: job.finishedAt! })
    .onConflictDoUpdate({
      target: [failureCount.fileId, failureCount.kind, failureCount.code],
      set: { failures: sql`${failureCount.failures} + 1`, lastAt: sql`excluded.last_at` },
      setWhere: sql`excluded.last_at > ${failureCount.lastAt}`,
    })
    .returning({ failures: failureCount.failures });
  return row?.failures;
}

/** A kind that has worked starts anew. */
async function forget(parts: HealingParts, job: Job): Promise<void> {
  const fileId = await fileOf(parts, job);
  if (fileId === undefined) return;
  await parts.db
    .delete(failureCount)
    .where(and(eq(failureCount.fileId, fileId), eq(failureCount.kind, job.kind)));
}

/** The file that a job is about, under the id that it has by now. */
async function fileOf({ db }: HealingParts, { subject }: Job): Promise<number | undefined> {
  if (subject.type !== "file" || subject.id === null) return undefined;
  try {
    return (await getFile(db, subject.id)).id;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** What failed between the last one that was counted and now, the oldest first. */
async function catchUp(parts: HealingParts): Promise<void> {
  const [mark] = await parts.db.select().from(failureMark);
  const since = mark?.at.getTime() ?? 0;
  if (since > 0) {
    const missed: number[] = [];
    for (let offset = 0; ; offset += atOnce) {
      const { jobs } = await parts.store.list({ status: ["failed"] }, "finished", offset, atOnce);
      // The one at the mark itself was counted, and may have been released since.
      const later = jobs.filter((job) => job.finishedAt!.getTime() > since);
      missed.push(...later.map((job) => job.id));
      if (later.length < atOnce) break;
    }
    for (const id of missed.reverse()) await noteOutcome(parts, id);
  }
  await parts.db.update(failureMark).set({ at: new Date(parts.clock.now()) });
}

const atOnce = 200;
