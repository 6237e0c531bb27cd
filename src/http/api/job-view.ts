// A job as the API shows it: alias, reasons, estimates and hints added to what the store knows.

import { inArray } from "drizzle-orm";
import { file, library } from "../../db/tables/library.ts";
import { inQuarantine } from "../../healing/explain-job.ts";
import { stuckThresholdS } from "../../healing/stuck-jobs.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { type Attempt, type Category, type Job, type JobStatus, pauseEndsAt } from "../../queue/job.ts";
import { readJobLog } from "../../queue/job-logs.ts";
import { pauseOf } from "../../queue/pause.ts";
import { frozenMs, middleS, runEstimate, workedS } from "../../queue/run-estimate.ts";
import type { SecondsRange } from "../../queue/start-estimate.ts";
import { stuckFor } from "../../queue/stuck.ts";
import type { ReasonPart, WaitingCode } from "../../queue/waiting-reason.ts";
import { type LiveFacts, type Why, whysOf } from "../../queue/whys.ts";
import type { App } from "../context.ts";
import { runTimes, timeAhead } from "./job-timing.ts";

export interface JobView {
  id: string;
  type: string;
  kind: string;
  label: string;
  queue: string;
  status: JobStatus;
  progress: number | null;
  etaS: number | null;
  /** Of a running job, from its own pace and from how long its kind takes; wide while it is early. */
  etaRange: SecondsRange | null;
  priority: number;
  queuePosition: number | null;
  /** Nobody counts further: it stands there or behind. */
  queuePositionIsLeast: boolean;
  waitingReason: string | null;
  waitingCode: WaitingCode | null;
  /** All that keeps it from starting, in the order in which it must pass. */
  waitingReasons: ReasonPart[];
  /** Seconds from now; null when nobody can say. */
  startsIn: SecondsRange | null;
  /** Where only the clock keeps it. */
  startsAt: string | null;
  frozen: boolean;
  /** How long it has stood frozen in this run, or did. */
  frozenS: number;
  pausedBy: string | null;
  pausedSince: string | null;
  pausedUntil: string | null;
  pausedUntilPlaybackEnds: boolean;
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
  /** Without the time it stood frozen. */
  durationS: number | null;
  worker: string | null;
  stuck: boolean;
  outcomeNote: string | null;
  acknowledgedAt: string | null;
  fingerprint: string | null;
  failure: { code: string; message: string; hint: string | null } | null;
}

export { stuckThresholdS } from "../../healing/stuck-jobs.ts";

export async function jobView(app: App, job: Job): Promise<JobView> {
  return (await jobViews(app, [job]))[0]!;
}

/** Many at once: what they share is read once. */
export async function jobViews(app: App, jobs: Job[]): Promise<JobView[]> {
  const fresh = await withClaimed(app, jobs);
  const targets = await targetsOf(app, fresh);
  const whys = await whysOfJobs(app, fresh, targets);
  const now = app.clock.now();
  return fresh.map((job) => view(app, job, whys.get(job.id)!, targets, now));
}

/** Why each of them waits and when it should start. */
export async function whysOfJobs(
  app: App,
  jobs: Job[],
  targets?: ReadonlyMap<number, Target>,
): Promise<Map<number, Why>> {
  const known = targets ?? (await targetsOf(app, jobs));
  const barred = new Map<number, string>();
  for (const job of jobs) {
    const target = job.subject.type === "file" ? known.get(job.subject.id ?? -1) : undefined;
    if (target?.barred) barred.set(job.id, target.barred);
  }
  return await whysOf(
    {
      store: app.store,
      catalogue: app.queue.catalogue,
      live: liveFacts(app),
      now: app.clock.now(),
      timeAhead: timeAhead(app),
      barred,
    },
    jobs,
  );
}

/** What the worker of this process knows. */
export function liveFacts({ worker, queue }: Pick<App, "worker" | "queue">): LiveFacts {
  return {
    blocked: (lane) => worker.blocked(lane),
    holds: () => worker.yieldsTo(),
    waitsForSlot: (id) => worker.waitsForSlot(id),
    queueLimit: (name) => {
      const spec = queue.catalogue.queueByName.get(name);
      return spec ? worker.queueLimit(spec) : 1;
    },
    isServed: true,
  };
}

/** Jobs at the head of their queue that a resource holds back: what the API calls `queued`. */
export async function heldJobs(app: App): Promise<{ id: number; lane: number }[]> {
  const states = new Map((await app.store.queueStates()).map((s) => [s.queue, s]));
  const now = app.clock.now();
  const heads = new Map<number, number>();
  for (const { lane, waiting } of await app.store.tallies()) {
    if (waiting === 0 || pauseOf(states, lane.queue, now) || !app.queue.catalogue.find(lane.kind)) continue;
    if (!app.worker.blocked(lane)) continue;
    const id = await app.store.head(lane.id);
    if (id !== undefined) heads.set(id, lane.id);
  }
  const positions = await app.store.positions([...heads.keys()], 1);
  return [...heads].filter(([id]) => positions.get(id)?.position === 1).map(([id, lane]) => ({ id, lane }));
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

/** Those that were read as waiting, and claimed since. */
async function withClaimed(app: App, jobs: Job[]): Promise<Job[]> {
  const running = new Set(app.worker.running().map((r) => r.id));
  return await Promise.all(
    jobs.map(async (job) =>
      job.status === "pending" && running.has(job.id) ? ((await app.store.get(job.id)) ?? job) : job,
    ),
  );
}

function view(
  app: App,
  job: Job,
  { reason, position, startsIn, startsAt, lastFailure }: Why,
  targets: ReadonlyMap<number, Target>,
  now: number,
): JobView {
  const kind = app.queue.catalogue.find(job.kind);
  // A job that waits for its retry shows what it failed with.
  const failure = job.failure ?? (job.retryCount > 0 ? lastFailure : null);
  const delayed = job.status === "pending" && job.runAt !== null && job.runAt.getTime() > now;
  const waitsForSlot = reason?.code === "resuming";
  const eta =
    job.status === "running" && !waitsForSlot ? runEstimate(job, now, runTimes(app, job.kind)) : null;
  const pausedUntil = pauseEndsAt(job.pauseEnds);
  return {
    id: String(job.id),
    type: kind?.alias ?? job.kind,
    kind: job.kind,
    label: kind?.label ?? job.kind,
    queue: job.queue,
    status: reason?.held ? "queued" : job.status,
    progress: job.progress,
    etaS: middleS(eta),
    etaRange: eta,
    priority: job.priority,
    queuePosition: position?.position ?? null,
    queuePositionIsLeast: position?.isLeast ?? false,
    waitingReason: reason?.text ?? null,
    waitingCode: reason?.code ?? null,
    waitingReasons: reason?.parts ?? [],
    startsIn,
    startsAt: iso(startsAt),
    frozen: job.frozen || waitsForSlot,
    frozenS: Math.round(frozenMs(job, now) / 1000),
    pausedBy: job.pausedBy,
    pausedSince: iso(job.pausedAt),
    pausedUntil: pausedUntil === null ? null : new Date(pausedUntil).toISOString(),
    pausedUntilPlaybackEnds: job.pauseEnds === "playback",
    resourceCategory: job.category,
    vramRequired: job.vramMb,
    params: withStringIds(job.params),
    target: {
      type: job.subject.type,
      id: job.subject.id === null ? null : String(job.subject.id),
      label: job.subject.label,
      path: job.subject.type === "file" ? (targets.get(job.subject.id ?? -1)?.path ?? null) : null,
    },
    retryCount: job.retryCount,
    maxRetries: job.maxRetries,
    retryAfter: delayed && job.retryCount > 0 ? iso(job.runAt) : null,
    runAt: iso(job.runAt),
    createdAt: job.createdAt.toISOString(),
    startedAt: iso(job.startedAt),
    completedAt: iso(job.finishedAt),
    durationS: job.startedAt ? workedS(job, now) : null,
    worker: job.worker,
    stuck: isStuck(app, job, now),
    outcomeNote: job.outcomeNote,
    acknowledgedAt: iso(job.acknowledgedAt),
    fingerprint: job.fingerprint,
    failure: failure && { ...failure, hint: failureCodes[failure.code]?.nextStep ?? null },
  };
}

export function isStuck(app: Pick<App, "settings" | "queue">, job: Job, now: number): boolean {
  return stuckFor(job, stuckThresholdS(app, job.kind), now) !== undefined;
}

interface Target {
  path: string;
  /** Why nothing is to be done to it. */
  barred: string | undefined;
}

async function targetsOf(app: App, jobs: Job[]): Promise<Map<number, Target>> {
  const ids = [
    ...new Set(
      jobs.flatMap((j) => (j.subject.type === "file" && j.subject.id !== null ? [j.subject.id] : [])),
    ),
  ];
  if (ids.length === 0) return new Map();
  const { path, libraryId, state, reason } = file;
  const files = await app.db
    .select({ id: file.id, path, libraryId, state, reason })
    .from(file)
    .where(inArray(file.id, ids));
  const roots = new Map(
    (await app.db.select({ id: library.id, path: library.path }).from(library)).map((l) => [l.id, l.path]),
  );
  return new Map(
    files.map((f) => [
      f.id,
      {
        path: `${roots.get(f.libraryId)}/${f.path}`,
        barred: f.state === "quarantined" ? inQuarantine(f.reason) : undefined,
      },
    ]),
  );
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
