// Row B3: failures that nobody has cleared, grouped by cause, each with what it means, what was done about it and what to do
// next. What one can do with a whole group is in `problem-acts.ts`.

import { failureCodes, failureTitle } from "../jobs/failures.ts";
import { causeOf, fingerprintOf } from "../queue/fingerprint.ts";
import type { Job } from "../queue/job.ts";
import type { FailureGroup, JobFilter } from "../queue/job-store.ts";
import type { HealingParts } from "./parts.ts";

export interface Problem {
  fingerprint: string;
  code: string;
  /** `Truncated files`. */
  name: string;
  /** `14 files: the file ends too early`. */
  title: string;
  /** It stops whatever needs the same thing. */
  isServerWide: boolean;
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
  queues: string[];
  /** Ids of the libraries that its files are of. */
  libraries: number[];
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

/** What stops the whole server first, then the most frequent. What a page does not show is not looked into. */
export async function problems(
  { store }: Pick<HealingParts, "store">,
  hideGroups: number[],
  offset = 0,
  limit = 20,
): Promise<{ problems: Problem[]; total: number }> {
  const groups = (await store.failureGroups(hideGroups)).sort(bySeverity);
  const shown = groups.slice(offset, offset + limit);
  return {
    problems: await Promise.all(shown.map((group) => problemOf(store, group, hideGroups))),
    total: groups.length,
  };
}

/** Leaves those alike as they come. */
export function bySeverity(a: Pick<FailureGroup, "code">, b: Pick<FailureGroup, "code">): number {
  return Number(isServerWide(b.code)) - Number(isServerWide(a.code));
}

/** Undefined when nothing fails of it any more. */
export async function findProblem(
  { store }: Pick<HealingParts, "store">,
  fingerprint: string,
  hideGroups: number[],
): Promise<Problem | undefined> {
  const group = (await store.failureGroups(hideGroups)).find((one) => one.fingerprint === fingerprint);
  return group && (await problemOf(store, group, hideGroups));
}

function isServerWide(code: string): boolean {
  return failureCodes[code]?.isServerWide ?? false;
}

export async function problemOf(
  store: HealingParts["store"],
  group: FailureGroup,
  hideGroups: number[],
): Promise<Problem> {
  const { fingerprint, code, message, count, kinds, queues, groups, lastAt } = group;
  const samples = (await Promise.all(group.jobIds.map((id) => store.get(id)))).filter(
    (job) => job !== undefined,
  );
  const files = await filesOf(store, group, samples, hideGroups);
  const known = failureCodes[code];
  const meaning = known?.meaning ?? "A failure this version knows no more about.";
  const what = files ? counted(files, "file") : counted(count, "job");
  return {
    fingerprint,
    code,
    name: failureTitle(code),
    title: `${what}: ${firstClause(meaning)}`,
    isServerWide: isServerWide(code),
    cause: causeOf(message, samples[0]?.subject.label),
    message,
    meaning,
    nextStep: known?.nextStep ?? "Look into the log of one of them, then retry.",
    done: whatWasDone(code, samples),
    count,
    files,
    kinds,
    queues,
    libraries: groups.filter((id) => id > 0),
    firstAt: await firstSeen(store, group, samples),
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

/** A retried job has failed anew; it is the first time of all that tells how old a cause is. */
async function firstSeen(
  store: HealingParts["store"],
  { fingerprint, firstAt }: FailureGroup,
  samples: Job[],
): Promise<Date> {
  let first = firstAt;
  for (const { id, subject } of samples)
    for (const { failure, finishedAt } of await store.attempts(id))
      if (
        failure &&
        finishedAt &&
        finishedAt < first &&
        fingerprintOf(failure, subject.label) === fingerprint
      )
        first = finishedAt;
  return first;
}

async function filesOf(
  store: HealingParts["store"],
  { fingerprint, count }: FailureGroup,
  samples: Job[],
  hideGroups: number[],
): Promise<number | null> {
  if (count > countedUpTo) return null;
  const jobs =
    count <= samples.length
      ? samples
      : (await store.list(allOf(fingerprint, hideGroups), "newest", 0, countedUpTo)).jobs;
  return new Set(jobs.flatMap(({ subject }) => (subject.type === "file" ? (subject.id ?? []) : []))).size;
}

/** Telling files apart costs a look at each job. */
const countedUpTo = 200;

function whatWasDone(code: string, samples: Job[]): string {
  if (code === "job.orphaned") return "Written down as failed. Nothing runs twice by itself.";
  if (code === "job.stuck") return "Ended, with the programs that it had started.";
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

/** The failures of a cause that are shown. */
export function allOf(fingerprint: string, hideGroups: number[]): JobFilter {
  return { fingerprint, status: ["unacknowledged"], hideGroups };
}
