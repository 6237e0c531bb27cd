// Jobs as the lists show them: one line each.

import { number } from "../../../views/format.ts";
import type { JobLine } from "../../../views/parts/job-table.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import type { ShownStatus } from "../../../views/parts/status.tsx";
import { type Job, mayMove } from "../../queue/job.ts";
import { whyNot } from "../../queue/operation-actions.ts";
import { workedS } from "../../queue/run-estimate.ts";
import type { WaitingReason } from "../../queue/waiting-reason.ts";
import type { Why } from "../../queue/whys.ts";
import { Refused } from "../../runtime/errors.ts";
import { listJobs } from "../api/job-query.ts";
import { isStuck, whysOfJobs } from "../api/job-view.ts";
import type { App } from "../context.ts";
import { apiQuery, type JobsQuery, jobOrderOf } from "./jobs-query.ts";

export interface JobList {
  jobs: JobLine[];
  total: number;
  /** There are more: a search stopped counting. */
  isLeast: boolean;
  page: number;
  pages: number;
  /** So many match too, and are about libraries that are hidden now. */
  hidden: number;
  /** What is wrong with the search; then nothing is found. */
  faults: SearchFault[];
}

export interface SearchFault {
  message: string;
  /** Which characters of the search. */
  from?: number;
  to?: number;
  suggestion?: string;
}

export async function jobList(app: App, query: JobsQuery, queues: QueueFigures[]): Promise<JobList> {
  const order = jobOrderOf(query);
  const read = (page: number) =>
    listJobs(app, apiQuery(query), order, (page - 1) * query.perPage, query.perPage);
  try {
    let found = await read(query.page);
    const pages = Math.max(1, Math.ceil(found.total / query.perPage));
    const isLeast = found.totalIsCapped === true || found.complete === false;
    const page = isLeast ? query.page : Math.min(query.page, pages);
    // The list got shorter under the reader's feet: its last page instead of an empty one.
    if (page !== query.page) found = await read(page);
    const whys = await whysOfJobs(app, found.jobs);
    const jobs = found.jobs.map((job) => jobLine(app, job, whys.get(job.id)!, queues));
    tellWorkers(found.jobs, jobs);
    const hasMore = isLeast && jobs.length === query.perPage;
    return {
      jobs,
      total: found.total,
      isLeast,
      page,
      pages: hasMore ? page + 1 : pages,
      hidden: found.hiddenNsfw,
      faults: [],
    };
  } catch (error) {
    return { jobs: [], total: 0, isLeast: false, page: 1, pages: 1, hidden: 0, faults: faultsOf(error) };
  }
}

/** Who runs it is worth telling only where several do. */
function tellWorkers(jobs: Job[], lines: JobLine[]): void {
  const workers = jobs.map((job) => (job.status === "running" ? job.worker : null));
  if (new Set(workers.filter(Boolean)).size < 2) return;
  for (const [i, worker] of workers.entries()) if (worker) lines[i]!.notes.push(worker);
}

/** A search that cannot be read is shown with what is wrong; anything else is thrown on. */
export function faultsOf(error: unknown): SearchFault[] {
  if (!(error instanceof Refused) || error.status !== 422) throw error;
  return error.more.errors?.length ? error.more.errors : [{ message: error.message }];
}

export function jobLine(app: App, job: Job, why: Why, queues: QueueFigures[]): JobLine {
  const { reason } = why;
  const now = app.clock.now();
  const status = shownStatus(job, reason, now);
  return {
    id: job.id,
    kindLabel: kindLabel(app, job),
    queue: job.queue,
    status,
    target: job.subject.label,
    targetHref: targetHref(job),
    progress: job.progress,
    startedAt: job.startedAt,
    createdAt: job.createdAt,
    finishedAt: job.finishedAt,
    tookS: job.startedAt && job.finishedAt ? workedS(job, now) : null,
    ...(reason ? waits(reason, job, queues) : { ...ended(job, status), runAt: null }),
    starts: reason?.until ? null : why.startsIn,
    isStuck: isStuck(app, job, now),
    notes: notesOf(job),
    moves: movesOf(job),
    can: bulkVerbs.filter((verb) => whyNot(verb, job) === undefined),
  };
}

/** What the bar under the list offers for the ticked. */
const bulkVerbs = ["retry", "pause", "resume", "cancel", "remove", "acknowledge"] as const;

function notesOf({ priority, retryCount, maxRetries, backfill }: Job): string[] {
  const notes = [];
  if (priority !== 5) notes.push(`priority ${priority}`);
  if (retryCount > 0) notes.push(`attempt ${retryCount + 1} of ${Math.max(retryCount, maxRetries) + 1}`);
  if (backfill) notes.push("backfill");
  return notes;
}

export function kindLabel({ queue }: Pick<App, "queue">, job: Job): string {
  return queue.catalogue.find(job.kind)?.label ?? job.kind;
}

export function targetHref(job: Job): string | null {
  if (job.subject.id === null) return null;
  if (job.subject.type === "file") return `/files/${job.subject.id}`;
  return job.subject.type === "library" ? `/libraries/${job.subject.id}` : null;
}

function shownStatus(job: Job, reason: WaitingReason | undefined, now: number): ShownStatus {
  if (job.frozen || reason?.code === "resuming") return "frozen";
  if (job.status === "pending" && job.runAt && job.runAt.getTime() > now) return "delayed";
  if (job.status === "pending") return reason?.held ? "queued" : "waiting";
  if (job.status === "failed" && job.acknowledgedAt) return "cleared";
  if (job.status === "completed" && job.outcomeNote?.startsWith("not_needed")) return "not needed";
  return job.status;
}

/** Without figures that change with the clock: the browser counts the time to `runAt` by itself. */
export function waits(
  reason: WaitingReason,
  job: Job,
  queues: QueueFigures[],
): Pick<JobLine, "why" | "whyTone" | "runAt"> {
  const { code, until } = reason;
  const steady = steadily(reason, job);
  const waiting = queues.find((q) => q.name === job.queue)?.waiting ?? 0;
  if (code === "behind" && waiting > countedUpTo)
    return { why: `One of ${number(waiting)} that wait in ${job.queue}`, whyTone: "muted", runAt: null };
  const isPause = code === "queue-paused" || code === "all-paused";
  const resumes = isPause || code === "paused" || code === "frozen";
  const lead = code === "delayed" ? " " : resumes ? ", resumes " : ", ends ";
  return { why: until ? `${steady}${lead}` : steady, whyTone: isPause ? "warn" : "muted", runAt: until };
}

/** A run that stands still because its queue does says that, not only who paused the queue. */
function steadily({ code, steady, parts }: WaitingReason, job: Job): string {
  const pause = parts.find((part) => part.code === "queue-paused" || part.code === "all-paused");
  if (code !== "frozen" || !job.yields || !pause) return steady;
  const what = pause.code === "all-paused" ? "everything" : `queue ${job.queue}`;
  return `${steady.replace(/ to yield.*$/s, "")}: ${what} is paused${job.pausedBy ? ` by ${job.pausedBy}` : ""}`;
}

/** In a long queue a place would be out of date before it is read. */
const countedUpTo = 2000;

function ended(job: Job, status: ShownStatus): Pick<JobLine, "why" | "whyTone"> {
  if (job.status === "failed" && job.failure)
    return {
      why: `${job.failure.code}: ${firstLine(job.failure.message)}`,
      whyTone: status === "cleared" ? "muted" : "bad",
    };
  return { why: job.outcomeNote?.replace(/^not_needed:\s*/, "") ?? null, whyTone: "muted" };
}

/** All of it stands in the detail. */
function firstLine(message: string): string {
  const [line = ""] = message.split("\n");
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

function movesOf(job: Job): JobLine["moves"] {
  if (job.status === "completed") return [];
  // What waits is cancelled first: one slip of the finger must not lose it.
  const isOpen = ["pending", "queued", "paused"].includes(job.status);
  return (["retry", "pause", "resume", "cancel", "remove"] as const).filter(
    (move) => mayMove(move, job.status) && !(move === "remove" && isOpen),
  );
}
