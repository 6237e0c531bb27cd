// Jobs as the pages show them: one line each, and everything about one.

import { number } from "../../../views/format.ts";
import type { JobFacts } from "../../../views/parts/job-detail.tsx";
import { type JobLine, versionOf } from "../../../views/parts/job-table.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import type { RunningLine } from "../../../views/parts/running-list.tsx";
import type { ShownStatus } from "../../../views/parts/status.tsx";
import { failureCodes } from "../../jobs/failures.ts";
import { type Job, mayMove } from "../../queue/job.ts";
import type { WaitingReason } from "../../queue/waiting-reason.ts";
import type { Why } from "../../queue/whys.ts";
import { fullLog, whysOfJobs } from "../api/job-view.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { type JobsQuery, jobFilterOf, jobOrderOf } from "./jobs-query.ts";

export interface JobList {
  jobs: JobLine[];
  total: number;
  page: number;
  pages: number;
}

export async function jobList(app: App, query: JobsQuery, queues: QueueFigures[]): Promise<JobList> {
  const filter = jobFilterOf(query, await hiddenGroups(app));
  const order = jobOrderOf(query);
  const read = (page: number) => app.store.list(filter, order, (page - 1) * query.perPage, query.perPage);
  let { jobs, total } = await read(query.page);
  const pages = Math.max(1, Math.ceil(total / query.perPage));
  const page = Math.min(query.page, pages);
  // The list got shorter under the reader's feet: its last page instead of an empty one.
  if (page !== query.page) ({ jobs, total } = await read(page));
  const whys = await whysOfJobs(app, jobs);
  return {
    jobs: jobs.map((job) => jobLine(app, job, whys.get(job.id)!, queues)),
    total,
    page,
    pages,
  };
}

export async function runningLines(app: App): Promise<RunningLine[]> {
  const hideGroups = await hiddenGroups(app);
  const { jobs } = await app.store.list(
    { status: ["running"], ...(hideGroups.length > 0 && { hideGroups }) },
    "newest",
    0,
    100,
  );
  const mine = new Map(app.worker.running().map((r) => [r.id, r.progress]));
  return jobs
    .map((job) => ({
      id: job.id,
      kindLabel: kindLabel(app, job),
      target: job.subject.label,
      targetHref: targetHref(job),
      // Fresher than the row: reports reach the database in batches.
      progress: mine.get(job.id) ?? job.progress,
      startedAt: job.startedAt ?? job.createdAt,
    }))
    .sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime() || a.id - b.id);
}

export function jobLine(app: App, job: Job, { reason }: Why, queues: QueueFigures[]): JobLine {
  const status = shownStatus(job, reason?.held ?? false, app.clock.now());
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
    ...(reason ? waits(reason, job, queues) : { ...ended(job, status), runAt: null }),
    moves: movesOf(job),
  };
}

export async function jobFacts(app: App, job: Job, queues: QueueFigures[]): Promise<JobFacts> {
  const [attempts, log, users, whys] = await Promise.all([
    app.store.attempts(job.id),
    fullLog(app, job),
    app.accounts.listUsers(),
    whysOfJobs(app, [job]),
  ]);
  const line = jobLine(app, job, whys.get(job.id)!, queues);
  const code = job.failure ? failureCodes[job.failure.code] : undefined;
  return {
    job,
    version: versionOf(line),
    kindLabel: line.kindLabel,
    askedBy: users.find((u) => u.id === job.origin)?.name ?? job.origin,
    targetHref: line.targetHref,
    attempts,
    log,
    why: job.status === "pending" || job.status === "paused" ? line.why : null,
    whyUntil: line.runAt,
    meaning: code?.meaning ?? null,
    hint: code?.nextStep ?? null,
  };
}

function kindLabel({ queue }: Pick<App, "queue">, job: Job): string {
  return queue.catalogue.find(job.kind)?.label ?? job.kind;
}

function targetHref(job: Job): string | null {
  if (job.subject.id === null) return null;
  if (job.subject.type === "file") return `/files/${job.subject.id}`;
  return job.subject.type === "library" ? `/libraries/${job.subject.id}` : null;
}

function shownStatus(job: Job, held: boolean, now: number): ShownStatus {
  if (job.status === "pending" && job.runAt && job.runAt.getTime() > now) return "delayed";
  if (job.status === "pending") return held ? "queued" : "waiting";
  if (job.status === "failed" && job.acknowledgedAt) return "cleared";
  if (job.status === "completed" && job.outcomeNote?.startsWith("not_needed")) return "not needed";
  return job.status;
}

/** Without figures that change with the clock: the browser counts the time to `runAt` by itself. */
function waits(
  reason: WaitingReason,
  job: Job,
  queues: QueueFigures[],
): Pick<JobLine, "why" | "whyTone" | "runAt"> {
  const { code, steady, until } = reason;
  const waiting = queues.find((q) => q.name === job.queue)?.waiting ?? 0;
  if (code === "behind" && waiting > countedUpTo)
    return { why: `One of ${number(waiting)} that wait in ${job.queue}`, whyTone: "muted", runAt: null };
  const isPause = code === "queue-paused" || code === "all-paused";
  const resumes = isPause || code === "paused" || code === "frozen";
  const lead = code === "delayed" ? " " : resumes ? ", resumes " : ", until ";
  return { why: until ? `${steady}${lead}` : steady, whyTone: isPause ? "warn" : "muted", runAt: until };
}

/** In a long queue a place would be out of date before it is read. */
const countedUpTo = 2000;

function ended(job: Job, status: ShownStatus): Pick<JobLine, "why" | "whyTone"> {
  if (job.status === "failed" && job.failure)
    return {
      why: `${job.failure.code}: ${job.failure.message}`,
      whyTone: status === "cleared" ? "muted" : "bad",
    };
  return { why: job.outcomeNote?.replace(/^not_needed:\s*/, "") ?? null, whyTone: "muted" };
}

function movesOf(job: Job): JobLine["moves"] {
  if (job.status === "completed") return [];
  // What waits is cancelled first: one slip of the finger must not lose it.
  const isOpen = ["pending", "queued", "paused"].includes(job.status);
  return (["retry", "resume", "cancel", "remove"] as const).filter(
    (move) => mayMove(move, job.status) && !(move === "remove" && isOpen),
  );
}
