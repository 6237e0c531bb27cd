// A job explained: what it is about, where it stands and why, how it went so far. The same for the API and the command line.

import { eq, inArray } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { user } from "../db/tables/accounts.ts";
import { file } from "../db/tables/library.ts";
import type { Tools } from "../jobs/tools.ts";
import type { Attempt, Job, JobStatus } from "../queue/job.ts";
import { readJobLog } from "../queue/job-logs.ts";
import type { JobStore } from "../queue/job-store.ts";
import type { Catalogue } from "../queue/kind.ts";
import type { SecondsRange } from "../queue/start-estimate.ts";
import type { ReasonPart } from "../queue/waiting-reason.ts";
import { type LiveFacts, type Why, type WhySources, whysOf } from "../queue/whys.ts";
import type { Settings } from "../settings/settings.ts";
import { type ExplainedFailure, explainFailure, stateInWords, withoutStop } from "./explain-words.ts";
import { stuckThresholdS } from "./stuck-jobs.ts";

export interface ExplainParts {
  db: Db;
  store: JobStore;
  catalogue: Catalogue<Tools>;
  settings: Settings;
  live: LiveFacts;
  logsFolder: string;
  now: number;
  timeAhead?: WhySources["timeAhead"];
}

export interface JobExplanation {
  subject: "job";
  id: string;
  kind: string;
  label: string;
  queue: string;
  target: { type: string; id: string | null; label: string };
  status: JobStatus;
  /** One sentence: why it is where it is. */
  text: string;
  /** Of a job that waits: all that keeps it, in the order in which it must pass. */
  reasons: ReasonPart[];
  position: number | null;
  positionIsLeast: boolean;
  startsIn: SecondsRange | null;
  startsAt: string | null;
  progress: number | null;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  retryCount: number;
  maxRetries: number;
  origin: string | null;
  /** The name of whoever asked for it, or of what enqueues by itself. */
  askedBy: string | null;
  failure: ExplainedFailure | null;
  attempts: ExplainedAttempt[];
  /** The last lines of the newest attempt. */
  logTail: string;
}

export type ExplainedAttempt = Omit<Attempt, "startedAt" | "finishedAt"> & {
  startedAt: string;
  finishedAt: string | null;
  durationS: number | null;
};

const tailLines = 20;

export async function explainJob(parts: ExplainParts, job: Job): Promise<JobExplanation> {
  const { store, catalogue, now } = parts;
  const why = (await whysAbout(parts, [job])).get(job.id)!;
  const attempts = await store.attempts(job.id);
  const newest = attempts.at(-1);
  const log = newest ? await logOf(parts, job.id, newest.number) : "";
  const failure = job.failure ?? why.lastFailure;
  return {
    subject: "job",
    id: String(job.id),
    kind: job.kind,
    label: catalogue.find(job.kind)?.label ?? job.kind,
    queue: job.queue,
    target: {
      type: job.subject.type,
      id: job.subject.id === null ? null : String(job.subject.id),
      label: job.subject.label,
    },
    status: why.reason?.held ? "queued" : job.status,
    text: textOf(parts, job, why),
    reasons: why.reason?.parts ?? [],
    position: why.position?.position ?? null,
    positionIsLeast: why.position?.isLeast ?? false,
    startsIn: why.startsIn,
    startsAt: why.startsAt?.toISOString() ?? null,
    progress: job.progress,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    completedAt: job.finishedAt?.toISOString() ?? null,
    retryCount: job.retryCount,
    maxRetries: job.maxRetries,
    origin: job.origin,
    askedBy: job.origin && ((await nameOf(parts.db, job.origin)) ?? job.origin),
    failure: failure && explainFailure(failure),
    attempts: attempts.map((attempt) => explainAttempt(attempt, now)),
    logTail: lastLines(log, tailLines),
  };
}

async function nameOf(db: Db, userId: string): Promise<string | undefined> {
  const [row] = await db.select({ name: user.name }).from(user).where(eq(user.id, userId));
  return row?.name;
}

/** Why each of these jobs waits, quarantined files included. */
export async function whysAbout(parts: ExplainParts, jobs: Job[]): Promise<Map<number, Why>> {
  return await whysOf({ ...parts, barred: await barredBy(parts.db, jobs) }, jobs);
}

/** Why it is where it is: of one that waits, what keeps it; else how it goes or went. */
export function textOf({ settings, catalogue, now }: ExplainParts, job: Job, { reason }: Why): string {
  const threshold = stuckThresholdS({ settings, queue: { catalogue } }, job.kind);
  return reason?.text ?? stateInWords(job, now, threshold) ?? job.status;
}

export function explainAttempt({ startedAt, finishedAt, ...rest }: Attempt, now: number): ExplainedAttempt {
  return {
    ...rest,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    durationS: ((finishedAt?.getTime() ?? now) - startedAt.getTime()) / 1000,
  };
}

export function lastLines(text: string, lines: number): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

/** The sentence for a job about a file that is held back. */
export function inQuarantine(reason: string | null): string {
  const why = reason ? ` (${withoutStop(reason)})` : "";
  return `Its file is in quarantine${why}; it runs when somebody releases the file, or its content changes`;
}

async function barredBy(db: Db, jobs: Job[]): Promise<Map<number, string>> {
  const waiting = jobs.filter((job) => job.subject.type === "file" && job.status === "pending");
  const ids = [...new Set(waiting.flatMap((job) => job.subject.id ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: file.id, state: file.state, reason: file.reason })
    .from(file)
    .where(inArray(file.id, ids));
  const held = new Map(rows.filter((row) => row.state === "quarantined").map((row) => [row.id, row.reason]));
  return new Map(
    waiting
      .filter((job) => held.has(job.subject.id!))
      .map((job) => [job.id, inQuarantine(held.get(job.subject.id!)!)]),
  );
}

async function logOf({ store, logsFolder }: ExplainParts, id: number, attempt: number): Promise<string> {
  // The row keeps the end; the file, where there is one, begins at the beginning.
  const tail = await store.log(id, attempt);
  return tail !== "" ? tail : ((await readJobLog(logsFolder, id, attempt)) ?? "");
}
