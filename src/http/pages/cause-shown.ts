// Open causes of failure as the page shows them: with names instead of ids, pictures, when they came, and what became of a
// retry. What shows nothing new is the very same thing, so that streams need not render it again.

import { type Problem, problemOf } from "../../healing/problems.ts";
import { thumbnailsOf } from "../../library/file-grid.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { FailureGroup } from "../../queue/job-store.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import type { RetriedCause } from "./retried-causes.ts";

export interface CauseTimes {
  /** Of the first bar. */
  from: Date;
  stepMs: number;
  counts: number[];
}

export interface ShownCause extends Problem {
  kindLabels: string[];
  libraryNames: { id: number; name: string }[];
  /** Addresses of the samples' pictures, below the base path, by file id. */
  pictures: Record<number, string>;
  /** Null when there are too many to tell. */
  times: CauseTimes | null;
  /** How many came in the last day, and whether the first of all did. */
  lastDay: number;
  isNew: boolean;
  /** Nothing fails of it now: all that did is tried again. */
  isRetrying: boolean;
  retried: Omit<RetriedCause, "problem"> | null;
}

const kept = new WeakMap<object, Map<string, { key: string; cause: ShownCause }>>();

export async function shownCauses(
  app: App,
  causes: { group?: FailureGroup; retried?: RetriedCause }[],
): Promise<ShownCause[]> {
  const hidden = await hiddenGroups(app);
  const known = kept.get(app.store) ?? new Map();
  const libraries = (await listLibraries(app.db)).map(({ id, name }) => ({ id, name }));
  const shown: ShownCause[] = [];
  const still = new Map<string, { key: string; cause: ShownCause }>();
  for (const one of causes) {
    const { fingerprint } = one.group ?? one.retried!.problem;
    const key = JSON.stringify([keyOf(one), hidden, libraries, Math.floor(app.clock.now() / freshForMs)]);
    const before = known.get(fingerprint);
    const cause = before?.key === key ? before.cause : await shownCause(app, one, libraries, hidden);
    still.set(fingerprint, { key, cause });
    shown.push(cause);
  }
  kept.set(app.store, still.size > 0 ? new Map([...known, ...still].slice(-mostKept)) : still);
  return shown;
}

const mostKept = 200;
/** Pictures may be made meanwhile, and days end. */
const freshForMs = 60_000;

function keyOf({ group, retried }: { group?: FailureGroup; retried?: RetriedCause }) {
  return [
    group && [group.count, group.firstAt, group.lastAt, group.jobIds],
    retried && [retried.at, retried.open, retried.succeeded, retried.cameBack],
  ];
}

async function shownCause(
  app: App,
  { group, retried }: { group?: FailureGroup; retried?: RetriedCause },
  libraries: { id: number; name: string }[],
  hidden: number[],
): Promise<ShownCause> {
  const problem = group ? await problemOf(app.store, group, hidden) : retried!.problem;
  const now = app.clock.now();
  const times = await timesOf(app, problem, hidden, now);
  return {
    ...problem,
    kindLabels: problem.kinds.map((name) => app.queue.catalogue.find(name)?.label ?? name),
    libraryNames: libraries.filter(({ id }) => problem.libraries.includes(id)),
    pictures: await picturesOf(
      app,
      problem.samples.flatMap(({ fileId }) => (fileId === null ? [] : [fileId])),
    ),
    times,
    lastDay: await sinceThen(app, problem, hidden, now - dayMs),
    isNew: now - problem.firstAt.getTime() < dayMs,
    isRetrying: !group,
    retried: retried ? withoutProblem(retried) : null,
  };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const bars = 24;
/** Counting in the index takes about 10 ms for as many. */
const countedUpTo = 100_000;

/** A day by the hour while it is young, then days, then weeks. */
async function timesOf(
  { store }: App,
  { fingerprint, count, firstAt }: Problem,
  hidden: number[],
  now: number,
): Promise<CauseTimes | null> {
  if (count > countedUpTo) return null;
  const age = now - firstAt.getTime();
  const stepMs = [hourMs, dayMs, 7 * dayMs].find((ms) => age < ms * (bars - 1)) ?? 30 * dayMs;
  const from = (Math.floor(now / stepMs) - bars + 1) * stepMs;
  const found = await store.failureTimes(fingerprint, from, stepMs, hidden);
  return {
    from: new Date(from),
    stepMs,
    counts: Array.from({ length: bars }, (_, n) => found.get(n) ?? 0),
  };
}

async function sinceThen(
  { store }: App,
  { fingerprint, count, firstAt }: Problem,
  hidden: number[],
  from: number,
): Promise<number> {
  if (count > countedUpTo) return 0;
  if (firstAt.getTime() >= from) return count;
  return (await store.failureTimes(fingerprint, from, 10 * dayMs, hidden)).get(0) ?? 0;
}

/** Only those that were made: a picture of a damaged file would be a broken one. */
export async function picturesOf({ db }: Pick<App, "db">, ids: number[]): Promise<Record<number, string>> {
  const made = await thumbnailsOf(db, ids);
  return Object.fromEntries(
    [...made].map(([id, { createdAt }]) => [
      id,
      `/api/files/${id}/thumbnail?w=240&v=${createdAt.getTime().toString(36)}`,
    ]),
  );
}

function withoutProblem({ problem: _, ...rest }: RetriedCause) {
  return rest;
}
