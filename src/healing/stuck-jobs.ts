// Running jobs that have shown no sign of life for longer than their kind may, and how they are ended. The worker kills
// the tools and frees the slot when it hears that the job was moved.

import { recordEvent } from "../history/event-log.ts";
import type { Failure, Job } from "../queue/job.ts";
import { type Stuck, stuckFor } from "../queue/stuck.ts";
import type { HealingParts } from "./parts.ts";

type StuckParts = Pick<HealingParts, "store" | "queue" | "settings" | "clock">;

/** The longest silence first. */
export async function stuckJobs(parts: StuckParts, queue?: string): Promise<Stuck[]> {
  const now = parts.clock.now();
  const filter = { status: ["running" as const], ...(queue === undefined ? {} : { queue: [queue] }) };
  const { jobs } = await parts.store.list(filter, "oldest", 0, mostRunning);
  return jobs
    .flatMap((job) => stuckFor(job, stuckThresholdS(parts, job.kind), now) ?? [])
    .sort((a, b) => b.silentS - a.silentS);
}

/** Seconds; for ever for a kind that this build does not know. */
export function stuckThresholdS(
  { settings, queue }: Pick<StuckParts, "settings"> & { queue: Pick<StuckParts["queue"], "catalogue"> },
  kind: string,
): number {
  return (
    settings.get("stuckAfterS")[kind] ?? queue.catalogue.find(kind)?.stuckAfterS ?? Number.POSITIVE_INFINITY
  );
}

export interface ClearedStuck {
  cleared: number;
  jobIds: number[];
  /** How many queues had any. */
  queues: number;
}

/** Ends every stuck job, of one queue or of all: as failed, or with `again` back to waiting while it has retries left. */
export async function clearStuck(
  parts: HealingParts,
  queue: string | undefined,
  by: string | null,
  again = false,
): Promise<ClearedStuck> {
  const cleared: Job[] = [];
  for (const one of await stuckJobs(parts, queue)) {
    if (!(await endStuck(parts, one, again))) continue;
    cleared.push(one.job);
    await tellCleared(parts, one, by, again);
  }
  return {
    cleared: cleared.length,
    jobIds: cleared.map((job) => job.id),
    queues: new Set(cleared.map((job) => job.queue)).size,
  };
}

/** One of them; answers what becomes of it, undefined when it is not stuck. */
export async function clearStuckJob(
  parts: HealingParts,
  jobId: number,
  by: string,
  again: boolean,
): Promise<string | undefined> {
  const one = (await stuckJobs(parts)).find(({ job }) => job.id === jobId);
  if (!one || !(await endStuck(parts, one, again))) return undefined;
  await tellCleared(parts, one, by, again);
  return whatBecomes(one.job, again);
}

/** False when it has ended or moved on in the meantime. */
export async function endStuck(
  { store, events, clock, history }: Pick<HealingParts, "store" | "events" | "clock" | "history">,
  one: Stuck,
  again: boolean,
): Promise<boolean> {
  const { id, queue, progressAt } = one.job;
  const now = await store.get(id);
  if (now?.status !== "running" || now.progressAt?.getTime() !== progressAt?.getTime()) return false;
  if (!(await store.evict(id, stuckFailure(one), again, clock.now()))) return false;
  if ((await store.get(id))?.status === "failed") history?.addFailure(queue, one.job.kind);
  events.publish({ topic: "job", id, queue, what: "moved" });
  return true;
}

/** `no sign of life for 31 min (limit 30 min) at 43 %`. */
export function stuckFailure({ job, silentS, thresholdS }: Stuck): Failure {
  const at = job.progress === null ? "" : ` at ${Math.round(job.progress)} %`;
  return {
    code: "job.stuck",
    message: `no sign of life for ${inWords(silentS)} (limit ${inWords(thresholdS)})${at}`,
  };
}

/** The same words wherever a stuck job is written down. */
export function whatBecomes(job: Pick<Job, "retryCount" | "maxRetries">, again: boolean): string {
  if (!again) return "ended as failed";
  if (job.retryCount >= job.maxRetries) return "ended as failed, its retries are used up";
  return `back to waiting, retry ${job.retryCount + 1} of ${job.maxRetries}`;
}

/** What the history keeps of it, whatever happens to it. */
export function aboutStuck({ job, silentS }: Stuck) {
  const fileId = job.subject.type === "file" ? job.subject.id : null;
  return { queue: job.queue, jobId: job.id, fileId, ageS: silentS };
}

async function tellCleared(
  parts: HealingParts,
  one: Stuck,
  by: string | null,
  again: boolean,
): Promise<void> {
  await recordEvent(parts, {
    event: "cleared",
    ...aboutStuck(one),
    actor: by,
    detail: `${stuckFailure(one).message}; ${whatBecomes(one.job, again)}`,
  });
}

/** More than any machine runs at once. */
const mostRunning = 2000;

function inWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}
