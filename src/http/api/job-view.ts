// A job as the API shows it: alias, reasons, estimates and hints added to what the store knows.

import { inArray } from "drizzle-orm";
import { file, library } from "../../db/tables/library.ts";
import { failureCodes } from "../../jobs/failures.ts";
import type { Attempt, Category, Failure, Job, JobStatus } from "../../queue/job.ts";
import { readJobLog } from "../../queue/job-logs.ts";
import type { QueueState } from "../../queue/job-store.ts";
import { waitingReason } from "../../queue/waiting-reason.ts";
import type { App } from "../context.ts";

export interface JobView {
  id: string;
  type: string;
  kind: string;
  label: string;
  queue: string;
  status: JobStatus;
  progress: number | null;
  etaS: number | null;
  priority: number;
  queuePosition: number | null;
  waitingReason: string | null;
  resourceCategory: Category;
  vramRequired: number;
  params: Record<string, unknown>;
  target: { type: string; id: string | null; label: string; path: string | null };
  retryCount: number;
  maxRetries: number;
  retryAfter: string | null;
  runAt: string | null;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  durationS: number | null;
  worker: string | null;
  stuck: boolean;
  outcomeNote: string | null;
  acknowledgedAt: string | null;
  failure: { code: string; message: string; hint: string | null } | null;
}

export async function jobView(app: App, job: Job): Promise<JobView> {
  return (await jobViews(app, [job]))[0]!;
}

/** Many at once: what they share is read once. */
export async function jobViews(app: App, jobs: Job[]): Promise<JobView[]> {
  const states = new Map((await app.store.queueStates()).map((s) => [s.queue, s]));
  const paths = await targetPaths(app, jobs);
  const now = app.clock.now();
  return Promise.all(jobs.map((job) => view(app, job, states.get(job.queue), paths, now)));
}

/** Jobs at the head of their queue that a resource holds back: what the API calls `queued`. */
export async function heldJobs(app: App): Promise<{ id: number; lane: number }[]> {
  const states = new Map((await app.store.queueStates()).map((s) => [s.queue, s]));
  const now = app.clock.now();
  const held: { id: number; lane: number }[] = [];
  for (const { lane, waiting } of await app.store.tallies()) {
    if (waiting === 0 || isPaused(states.get(lane.queue), now) || !app.queue.catalogue.find(lane.kind))
      continue;
    if (!app.worker.blocked(lane)) continue;
    const id = await app.store.head(lane.id);
    if (id !== undefined && (await app.store.position(id)) === 1) held.push({ id, lane: lane.id });
  }
  return held;
}

export function isPaused(state: QueueState | undefined, now: number): boolean {
  return Boolean(state?.pausedAt && (!state.pausedUntil || state.pausedUntil.getTime() > now));
}

/** The logs of all attempts as one text, with a marker line where a retry began. */
export async function fullLog(app: App, job: Job): Promise<string> {
  const attempts = await app.store.attempts(job.id);
  const parts: string[] = [];
  let retries = 0;
  for (const [i, attempt] of attempts.entries()) {
    if (i > 0 && attempts[i - 1]!.outcome !== "handed_back")
      parts.push(`--- RETRY ATTEMPT ${++retries} ---\n`);
    parts.push(await attemptLog(app, job.id, attempt));
  }
  while (retries < job.retryCount) parts.push(`--- RETRY ATTEMPT ${++retries} ---\n`);
  if (job.status === "cancelled")
    parts.push(`--- ${job.failure?.message.toUpperCase() ?? "CANCELLED."} ---\n`);
  return parts.join("");
}

export async function attemptLog(app: App, jobId: number, attempt: Attempt): Promise<string> {
  const whole = await readJobLog(app.paths.logs, jobId, attempt.number);
  const live = attempt.finishedAt === null ? app.worker.liveLog(jobId) : undefined;
  return whole ?? live ?? (await app.store.log(jobId, attempt.number));
}

async function view(
  app: App,
  job: Job,
  state: QueueState | undefined,
  paths: Map<number, string>,
  now: number,
): Promise<JobView> {
  // Read as waiting, and claimed since.
  if (job.status === "pending" && app.worker.running().some((r) => r.id === job.id))
    job = (await app.store.get(job.id)) ?? job;
  const kind = app.queue.catalogue.find(job.kind);
  const position = job.status === "pending" ? await app.store.position(job.id) : undefined;
  const blocked = job.status === "pending" ? app.worker.blocked(job) : undefined;
  const why = waitingReason({ job, state, kindKnown: kind !== undefined, blocked, position, now });
  // A job that waits for its retry shows what it failed with.
  const failure =
    job.failure ?? (job.retryCount > 0 && job.status === "pending" ? await lastFailure(app, job.id) : null);
  const delayed = job.status === "pending" && job.runAt !== null && job.runAt.getTime() > now;
  return {
    id: String(job.id),
    type: kind?.alias ?? job.kind,
    kind: job.kind,
    label: kind?.label ?? job.kind,
    queue: job.queue,
    status: why?.held ? "queued" : job.status,
    progress: job.progress,
    etaS: etaS(job, now),
    priority: job.priority,
    queuePosition: position ?? null,
    waitingReason: why?.text ?? null,
    resourceCategory: job.category,
    vramRequired: job.vramMb,
    params: withStringIds(job.params),
    target: {
      type: job.subject.type,
      id: job.subject.id === null ? null : String(job.subject.id),
      label: job.subject.label,
      path: job.subject.type === "file" ? (paths.get(job.subject.id ?? -1) ?? null) : null,
    },
    retryCount: job.retryCount,
    maxRetries: job.maxRetries,
    retryAfter: delayed && job.retryCount > 0 ? iso(job.runAt) : null,
    runAt: iso(job.runAt),
    createdAt: job.createdAt.toISOString(),
    startedAt: iso(job.startedAt),
    completedAt: iso(job.finishedAt),
    durationS: job.startedAt ? ((job.finishedAt?.getTime() ?? now) - job.startedAt.getTime()) / 1000 : null,
    worker: job.worker,
    stuck: isStuck(app, job, now),
    outcomeNote: job.outcomeNote,
    acknowledgedAt: iso(job.acknowledgedAt),
    failure: failure && { ...failure, hint: failureCodes[failure.code]?.nextStep ?? null },
  };
}

async function lastFailure(app: App, id: number): Promise<Failure | null> {
  return (await app.store.attempts(id)).at(-1)?.failure ?? null;
}

/** Running without any progress for longer than its kind allows. */
export function isStuck(app: App, job: Job, now: number): boolean {
  const afterS = app.settings.get("stuckAfterS")[job.kind] ?? app.queue.catalogue.find(job.kind)?.stuckAfterS;
  return (
    job.status === "running" &&
    afterS !== undefined &&
    now - (job.progressAt?.getTime() ?? now) > afterS * 1000
  );
}

/** Needs some progress to go by; a guess from 1 % would be noise. */
function etaS(job: Job, now: number): number | null {
  if (job.status !== "running" || !job.startedAt || !job.progress || job.progress < 3) return null;
  const elapsedS = (now - job.startedAt.getTime()) / 1000;
  return Math.round((elapsedS * (100 - job.progress)) / job.progress);
}

async function targetPaths(app: App, jobs: Job[]): Promise<Map<number, string>> {
  const ids = [
    ...new Set(
      jobs.flatMap((j) => (j.subject.type === "file" && j.subject.id !== null ? [j.subject.id] : [])),
    ),
  ];
  if (ids.length === 0) return new Map();
  const files = await app.db
    .select({ id: file.id, path: file.path, libraryId: file.libraryId })
    .from(file)
    .where(inArray(file.id, ids));
  const roots = new Map(
    (await app.db.select({ id: library.id, path: library.path }).from(library)).map((l) => [l.id, l.path]),
  );
  return new Map(files.map((f) => [f.id, `${roots.get(f.libraryId)}/${f.path}`]));
}

/** Ids are opaque strings outside, whatever they are inside. */
export function withStringIds(params: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => {
      if (key.endsWith("Id") && typeof value === "number") return [key, String(value)];
      if (key.endsWith("Ids") && Array.isArray(value)) return [key, value.map(String)];
      return [key, value];
    }),
  );
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
