// One batch of a bulk operation: done, or taken back. What is needed to go back is written down before the jobs are moved,
// so that a batch which a crash cut off neither counts twice nor loses its undo.

import type { Failure, Job } from "./job.ts";
import type { JobStore } from "./job-store.ts";
import { act, isAsLeft, isReversible, takeBack, type Was, wasOf, whyNot } from "./operation-actions.ts";
import type { Batch, Operation, OperationRows } from "./operation-rows.ts";

export interface BatchParts {
  store: JobStore;
  rows: OperationRows;
  /** Why what a job is about must not be worked on; undefined when it may. */
  heldBack?: (id: number) => Promise<Failure | undefined>;
}

export interface BatchDone {
  moved: Job[];
  done: number;
  failed: number;
  skipped: Record<string, number>;
}

export async function doBatch(
  parts: BatchParts,
  op: Operation,
  batch: Batch,
  now: number,
): Promise<BatchDone> {
  const { store, rows } = parts;
  const skipped: Record<string, number> = {};
  const skip = (reason: string) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1;
  };
  const jobs = await jobsOf(store, batch.ids);
  const was: Record<string, Was> = {};
  const doable: Job[] = [];
  for (const id of batch.ids) {
    const job = jobs.get(id);
    const reason = job ? (whyNot(op.action, job) ?? (await heldBack(parts, op, job))) : "is gone";
    if (job && wasMoved(op, batch, job)) was[id] = batch.was![id];
    else if (reason) skip(reason);
    else doable.push(job!);
  }
  const recovered = Object.keys(was).length;
  const at = recovered > 0 ? batch.movedAt! : now;
  for (const job of doable) was[job.id] = wasOf(op.action, job);
  await rows.updateBatch(batch.id, { movedAt: at, was: isReversible(op.action) ? was : null });

  const results = await Promise.allSettled(doable.map((job) => act(store, op, job.id, at)));
  const moved: Job[] = [];
  let failed = 0;
  for (const [i, result] of results.entries()) {
    const job = doable[i]!;
    if (result.status === "fulfilled" && result.value === undefined) {
      moved.push(job);
      continue;
    }
    delete was[job.id];
    if (result.status === "rejected") failed++;
    else skip(result.value!);
  }
  throwIfAllRefused(results);
  const kept = isReversible(op.action) && Object.keys(was).length > 0 ? was : null;
  await rows.updateBatch(batch.id, { isDone: true, ids: [], was: kept });
  return { moved, done: moved.length + recovered, failed, skipped };
}

/** A retry would only end as not needed, and take the failure off the list. */
async function heldBack(parts: BatchParts, op: Operation, job: Job): Promise<string | undefined> {
  const held = op.action === "retry" && (await parts.heldBack?.(job.id));
  return held ? `is held back (${held.code})` : undefined;
}

/** Answers the jobs that went back; the rest of the batch is not as the operation left it. */
export async function undoBatch(
  { store, rows }: BatchParts,
  op: Operation,
  batch: Batch,
  now: number,
): Promise<{ back: Job[]; left: number }> {
  const all = Object.entries(batch.was!);
  const jobs = await jobsOf(
    store,
    all.map(([id]) => Number(id)),
  );
  const untouched = all.flatMap(([id, was]) => {
    const job = jobs.get(Number(id));
    return job && isAsLeft(op, job, was, batch.movedAt!) ? [{ job, was }] : [];
  });
  const results = await Promise.allSettled(
    untouched.map(({ job, was }) => takeBack(store, op, job, was, now)),
  );
  throwIfAllRefused(results);
  const back = untouched.filter((_, i) => {
    const result = results[i]!;
    return result.status === "fulfilled" && result.value;
  });
  await rows.removeBatch(batch.id);
  return { back: back.map(({ job }) => job), left: all.length - back.length };
}

/** In a batch that was cut off. Of a place in line nothing tells; it is taken again. */
function wasMoved(op: Operation, { was, movedAt }: Batch, job: Job): boolean {
  const before = was?.[job.id];
  return before !== undefined && op.action !== "position" && isAsLeft(op, job, before, movedAt!);
}

async function jobsOf(store: JobStore, ids: number[]): Promise<Map<number, Job>> {
  if (ids.length === 0) return new Map();
  const { jobs } = await store.list({ ids }, "oldest", 0, ids.length);
  return new Map(jobs.map((job) => [job.id, job]));
}

/** A store that takes nothing is not the fault of single jobs. */
function throwIfAllRefused(results: PromiseSettledResult<unknown>[]): void {
  const refused = results.filter((r) => r.status === "rejected");
  if (refused.length > 0 && refused.length === results.length) throw refused[0]!.reason;
}
