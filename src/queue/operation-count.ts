// How many jobs a bulk operation would touch, before it does: from the tallies where they tell, else by looking at what a
// search finds, for as long as a person waits.

import type { JobStatus } from "./job.ts";
import type { JobFilter, JobStore, ListedStatus } from "./job-store.ts";
import { type Countable, legalFrom, type OperationAction, whyNot } from "./operation-actions.ts";
import { turn } from "./operation-jobs.ts";

export interface OperationCount {
  matched: number;
  byStatus: Partial<Record<JobStatus, number>>;
  byQueue: Record<string, number>;
  /** For how many the action is legal now. */
  legal: number;
  /** Counting took too long: there are at least so many. */
  isLeast: boolean;
}

const jobsAtOnce = 500;

/** `budgetMs` is for each search. */
export async function countFor(
  store: JobStore,
  filters: JobFilter[],
  action: OperationAction,
  budgetMs = 300,
): Promise<OperationCount> {
  const sum: OperationCount = { matched: 0, byStatus: {}, byQueue: {}, legal: 0, isLeast: false };
  for (const filter of filters) {
    if (isSearch(filter)) await countFound(sum, store, filter, action, budgetMs);
    else {
      sum.matched += (await store.list(filter, "newest", 0, 0)).total;
      await countStates(sum, store, filter, action);
      await countQueues(sum, store, filter);
    }
  }
  return sum;
}

/** What the tallies cannot tell. */
function isSearch(f: JobFilter): boolean {
  const { status: _, queue, kind, category, group, hideGroups, exceptIds, ...rest } = f;
  const { ids, terms, ...more } = rest;
  return ids !== undefined || Boolean(terms?.length) || Object.values(more).some((v) => v !== undefined);
}

async function countFound(
  sum: OperationCount,
  store: JobStore,
  filter: JobFilter,
  action: OperationAction,
  budgetMs: number,
): Promise<void> {
  const until = performance.now() + budgetMs;
  const except = new Set(filter.exceptIds?.map((e) => e.id));
  for await (const found of store.idBatches(filter, jobsAtOnce)) {
    const ids = found.filter((id) => !except.has(id));
    for (const job of (await store.list({ ids }, "newest", 0, ids.length)).jobs) {
      sum.matched++;
      add(sum.byStatus, job.status, 1);
      add(sum.byQueue, job.queue, 1);
      if (whyNot(action, job) === undefined) sum.legal++;
    }
    if (performance.now() > until) {
      sum.isLeast = true;
      return;
    }
    await turn();
  }
}

async function countStates(
  sum: OperationCount,
  store: JobStore,
  filter: JobFilter,
  action: OperationAction,
): Promise<void> {
  const count = async (status: ListedStatus) =>
    (await store.list({ ...filter, status: [status] }, "newest", 0, 0)).total;
  const has = (...names: ListedStatus[]) =>
    !filter.status?.length || names.some((s) => filter.status!.includes(s));
  const counts: Partial<Record<Countable, number>> = {};
  if (has("pending", "waiting")) counts.waiting = await count("waiting");
  if (has("pending", "delayed")) counts.delayed = await count("delayed");
  for (const status of ["running", "paused", "completed", "cancelled"] as const)
    if (has(status)) counts[status] = await count(status);
  if (has("failed", "unacknowledged")) counts.unacknowledged = await count("unacknowledged");
  if (has("failed")) counts.cleared = (await count("failed")) - counts.unacknowledged!;
  for (const [state, n] of Object.entries(counts) as [Countable, number][]) {
    add(sum.byStatus, statusOf[state], n);
    if (legalFrom[action].includes(state)) sum.legal += n;
  }
}

async function countQueues(sum: OperationCount, store: JobStore, filter: JobFilter): Promise<void> {
  const named = new Set((await store.lanes()).map((lane) => lane.queue));
  for (const queue of named)
    if (!filter.queue?.length || filter.queue.includes(queue))
      add(sum.byQueue, queue, (await store.list({ ...filter, queue: [queue] }, "newest", 0, 0)).total);
}

const statusOf: Record<Countable, JobStatus> = {
  waiting: "pending",
  delayed: "pending",
  paused: "paused",
  running: "running",
  completed: "completed",
  unacknowledged: "failed",
  cleared: "failed",
  cancelled: "cancelled",
};

function add<K extends string>(counts: Partial<Record<K, number>>, key: K, n: number): void {
  if (n > 0) counts[key] = (counts[key] ?? 0) + n;
}
