// Jobs as the pages show them: one line each, and everything about one.

import { number } from "../../../views/format.ts";
import type { JobFacts } from "../../../views/parts/job-detail.tsx";
import { type JobLine, versionOf } from "../../../views/parts/job-table.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import type { RunningLine } from "../../../views/parts/running-list.tsx";
import type { ShownStatus } from "../../../views/parts/status.tsx";
import { failureCodes } from "../../jobs/failures.ts";
import { type Job, mayMove } from "../../queue/job.ts";
import type { QueueState } from "../../queue/job-store.ts";
import { type WaitingReason, waitingReason } from "../../queue/waiting-reason.ts";
import { fullLog } from "../api/job-view.ts";
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
  const states = new Map((await app.store.queueStates()).map((s) => [s.queue, s]));
  return {
    jobs: await Promise.all(jobs.map((job) => jobLine(app, job, states, queues))),
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

export async function jobLine(
  app: App,
  job: Job,
  states: Map<string, QueueState>,
  queues: QueueFigures[],
): Promise<JobLine> {
  const reason = await waitsFor(app, job, states, queues);
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
    ...(reason ? waits(reason, job, states.get(job.queue)) : { ...ended(job, status), runAt: null }),
    moves: movesOf(job),
  };
}

export async function jobFacts(app: App, job: Job, queues: QueueFigures[]): Promise<JobFacts> {
  const states = new Map((await app.store.queueStates()).map((s) => [s.queue, s]));
  const [attempts, log, users, line] = await Promise.all([
    app.store.attempts(job.id),
    fullLog(app, job),
    app.accounts.listUsers(),
    jobLine(app, job, states, queues),
  ]);
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
  state: QueueState | undefined,
): Pick<JobLine, "why" | "whyTone" | "runAt"> {
  if (reason.code === "delayed")
    return { why: `${reason.text.split(", in ")[0]} `, whyTone: "muted", runAt: job.runAt };
  if (reason.code !== "queue-paused") return { why: reason.text, whyTone: "muted", runAt: null };
  const by = state?.pausedBy ? ` by ${state.pausedBy}` : "";
  const until = state?.pausedUntil ?? null;
  return {
    why: `Queue ${job.queue} is paused${by}${until ? ", resumes " : ""}`,
    whyTone: "warn",
    runAt: until,
  };
}

function ended(job: Job, status: ShownStatus): Pick<JobLine, "why" | "whyTone"> {
  if (job.status === "failed" && job.failure)
    return {
      why: `${job.failure.code}: ${job.failure.message}`,
      whyTone: status === "cleared" ? "muted" : "bad",
    };
  return { why: job.outcomeNote?.replace(/^not_needed:\s*/, "") ?? null, whyTone: "muted" };
}

/** Finding a job's place costs a count; in a long queue the place would be out of date before it is read. */
const countedUpTo = 2000;

async function waitsFor(app: App, job: Job, states: Map<string, QueueState>, queues: QueueFigures[]) {
  if (job.status !== "pending" && job.status !== "paused") return undefined;
  const waiting = queues.find((q) => q.name === job.queue)?.waiting ?? 0;
  const now = app.clock.now();
  const blocked = job.status === "pending" ? app.worker.blocked(job) : undefined;
  const facts = { job, state: states.get(job.queue), kindKnown: app.queue.knows(job.kind), blocked, now };
  if (waiting <= countedUpTo) return waitingReason({ ...facts, position: await app.store.position(job.id) });
  const reason = waitingReason({ ...facts, position: 2 });
  return reason?.code === "behind"
    ? { ...reason, text: `One of ${number(waiting)} that wait in ${job.queue}` }
    : reason;
}

function movesOf(job: Job): JobLine["moves"] {
  if (job.status === "completed") return [];
  // What waits is cancelled first: one slip of the finger must not lose it.
  const isOpen = ["pending", "queued", "paused"].includes(job.status);
  return (["retry", "resume", "cancel", "remove"] as const).filter(
    (move) => mayMove(move, job.status) && !(move === "remove" && isOpen),
  );
}
