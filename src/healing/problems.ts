// Row B3: failures that nobody has cleared, grouped by cause, each with what it means, what was done about it and what to do
// next, and the three things to do with a whole group.

import { recordEvent } from "../history/event-log.ts";
import { failureCodes } from "../jobs/failures.ts";
import { causeOf } from "../queue/fingerprint.ts";
import type { Job } from "../queue/job.ts";
import type { FailureGroup, JobFilter } from "../queue/job-store.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import { type Ignoring, ignoreCause } from "./ignored-causes.ts";
import type { HealingParts } from "./parts.ts";
import { holdFile, inTurns } from "./quarantine.ts";

export interface Problem {
  fingerprint: string;
  code: string;
  /** `14 files: the file ends too early`. */
  title: string;
  /** The newest message without what differs from file to file. */
  cause: string;
  /** The newest message, verbatim. */
  message: string;
  meaning: string;
  nextStep: string;
  /** What the server has done about it so far. */
  done: string;
  /** Failed jobs. */
  count: number;
  /** The files they are about; null when there are too many to tell, 0 when they are about none. */
  files: number | null;
  kinds: string[];
  firstAt: Date;
  lastAt: Date;
  /** The newest few. */
  samples: ProblemSample[];
}

export interface ProblemSample {
  jobId: number;
  kind: string;
  fileId: number | null;
  label: string;
  failedAt: Date | null;
}

/** The most frequent first. */
export async function problems(
  { store }: Pick<HealingParts, "store">,
  hideGroups: number[],
): Promise<Problem[]> {
  const groups = await store.failureGroups(hideGroups);
  return await Promise.all(groups.map((group) => problemOf(store, group, hideGroups)));
}

export async function retryProblem(
  parts: HealingParts,
  fingerprint: string,
  by: string,
  hideGroups: number[],
): Promise<number> {
  const group = await groupBy(parts, fingerprint, hideGroups);
  const retried = await parts.queue.moveAll(allOf(fingerprint, hideGroups), "retry", by);
  await tell(parts, by, `retried ${retried} of ${inShort(group)}`);
  return retried;
}

export async function ignoreProblem(
  parts: HealingParts,
  fingerprint: string,
  ignoring: Ignoring,
  hideGroups: number[],
): Promise<number> {
  return await ignoreCause(parts, await groupBy(parts, fingerprint, hideGroups), ignoring, hideGroups);
}

export interface QuarantinedProblem {
  quarantined: number;
  /** Their failures, which are dealt with by this. */
  cleared: number;
}

/** Holds every file of the group back. Failures that are about no file stay. */
export async function quarantineProblem(
  parts: HealingParts,
  fingerprint: string,
  by: string,
  hideGroups: number[],
): Promise<QuarantinedProblem> {
  const group = await groupBy(parts, fingerprint, hideGroups);
  const jobs: Pick<Job, "id" | "kind" | "subject">[] = [];
  for await (const ids of parts.store.idBatches(allOf(fingerprint, hideGroups), 500))
    for await (const id of inTurns(ids)) {
      const job = await parts.store.get(id);
      if (job?.subject.type === "file" && job.subject.id !== null) jobs.push(job);
    }
  if (jobs.length === 0)
    throw new Refused(
      409,
      "problem.no-files",
      "These failures are about no file, so there is none to hold back.",
    );
  const failuresOf = new Map<number, number>();
  for (const { subject } of jobs) failuresOf.set(subject.id!, (failuresOf.get(subject.id!) ?? 0) + 1);
  const kindOf = new Map(jobs.map((job) => [job.subject.id!, job.kind]));
  let quarantined = 0;
  for await (const fileId of inTurns([...failuresOf.keys()])) {
    const hold = {
      code: group.code,
      reason: group.message,
      kind: kindOf.get(fileId)!,
      failures: failuresOf.get(fileId)!,
      by,
    };
    if (await holdFile(parts, fileId, hold)) quarantined++;
  }
  const cleared = await parts.queue.moveAll(
    { ids: jobs.map((job) => job.id), status: ["unacknowledged"] },
    "acknowledge",
    by,
  );
  return { quarantined, cleared };
}

function allOf(fingerprint: string, hideGroups: number[]): JobFilter {
  return { fingerprint, status: ["unacknowledged"], hideGroups };
}

async function groupBy(
  { store }: HealingParts,
  fingerprint: string,
  hideGroups: number[],
): Promise<FailureGroup> {
  const group = (await store.failureGroups(hideGroups)).find((one) => one.fingerprint === fingerprint);
  if (!group) throw new NotFound("problem", fingerprint);
  return group;
}

async function tell(parts: HealingParts, actor: string, detail: string): Promise<void> {
  await recordEvent(parts, { event: "bulk", actor, detail });
}

function inShort({ code, message }: FailureGroup): string {
  return `${code}: ${message}`;
}

async function problemOf(
  store: HealingParts["store"],
  group: FailureGroup,
  hideGroups: number[],
): Promise<Problem> {
  const { fingerprint, code, message, count, kinds, firstAt, lastAt } = group;
  const samples = (await Promise.all(group.jobIds.map((id) => store.get(id)))).filter(
    (job) => job !== undefined,
  );
  const files = await filesOf(store, group, hideGroups);
  const known = failureCodes[code];
  const meaning = known?.meaning ?? "A failure this version knows no more about.";
  const what = files ? counted(files, "file") : counted(count, "job");
  return {
    fingerprint,
    code,
    title: `${what}: ${firstClause(meaning)}`,
    cause: causeOf(message),
    message,
    meaning,
    nextStep: known?.nextStep ?? "Look into the log of one of them, then retry.",
    done: whatWasDone(code, samples),
    count,
    files,
    kinds,
    firstAt,
    lastAt,
    samples: samples.map((job) => ({
      jobId: job.id,
      kind: job.kind,
      fileId: job.subject.type === "file" ? job.subject.id : null,
      label: job.subject.label,
      failedAt: job.finishedAt,
    })),
  };
}

async function filesOf(
  store: HealingParts["store"],
  { fingerprint, count }: FailureGroup,
  hideGroups: number[],
): Promise<number | null> {
  if (count > countedUpTo) return null;
  const { jobs } = await store.list(allOf(fingerprint, hideGroups), "newest", 0, countedUpTo);
  return new Set(jobs.flatMap(({ subject }) => (subject.type === "file" ? (subject.id ?? []) : []))).size;
}

/** Telling files apart costs a look at each job. */
const countedUpTo = 200;

function whatWasDone(code: string, samples: Job[]): string {
  const retries = Math.max(0, ...samples.map((job) => job.retryCount));
  if (retries > 0) return `Tried ${retries + 1} times before it was given up.`;
  if (failureCodes[code]?.retryable === false)
    return "Not tried again: it would end the same way until the cause is gone.";
  return "Tried once.";
}

/** `the file ends too early` of `The file ends too early: a copy was cut off.` */
function firstClause(meaning: string): string {
  const clause = meaning.split(/[:.](?:\s|$)/)[0]!;
  return /^[A-Z][a-z ]/.test(clause) ? clause[0]!.toLowerCase() + clause.slice(1) : clause;
}

function counted(n: number, what: string): string {
  return `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
}
