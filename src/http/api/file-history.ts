// A file's whole life: every job about its content with every attempt, what it made and what people did, newest first; also
// from before a move, and from before its row went and came again.

import { desc, inArray } from "drizzle-orm";
import { event } from "../../db/tables/history.ts";
import type { DerivativeRow } from "../../db/tables/library.ts";
import { audit } from "../../db/tables/settings.ts";
import { type ExplainedAttempt, explainAttempt, lastLines } from "../../healing/explain-job.ts";
import { type ContentLife, lifeOf } from "../../library/content-life.ts";
import { listDerivatives } from "../../library/derivatives.ts";
import { getFile } from "../../library/files.ts";
import type { Attempt, Job } from "../../queue/job.ts";
import type { App } from "../context.ts";
import { attemptLog, type JobView, jobViews } from "./job-view.ts";

export interface FileHistory {
  data: PastJob[];
  total: number;
  /** What people did to the file itself. */
  actions: PersonsAct[];
  /** What happened to it: quarantined, released, stuck. */
  events: { at: string; event: string; jobId: string | null; actor: string | null; detail: string | null }[];
  formerPlaces: { library: string; path: string; firstSeen: string; lastSeen: string }[];
  /** Other files with the same content, which have lives of their own. */
  copies: { id: string; library: string; path: string; trashed: boolean; url: string }[];
}

export type PastJob = JobView & {
  attempts: AttemptView[];
  outputs: { kind: string; variant: string; sizeBytes: number; createdAt: string; url: string }[];
  actions: PersonsAct[];
};

export type AttemptView = ExplainedAttempt & {
  /** The last lines of its log. */
  logTail: string;
};

export interface PersonsAct {
  at: string;
  /** An e-mail address; null for the server itself. */
  actor: string | null;
  /** `job.retry`, `file.trash`. */
  action: string;
  detail: unknown;
}

const tailLines = 12;
const mostActs = 200;

export async function fileHistory(
  app: App,
  fileId: number,
  offset: number,
  limit: number,
): Promise<FileHistory> {
  const row = await getFile(app.db, fileId);
  const life = await lifeOf(app.db, row);
  const { jobs, total } = await jobsOfLife(app, life, offset, limit);
  const views = await jobViews(app, jobs);
  const derivatives = await listDerivatives(app.db, row.id);
  const acts = await actsOn(app, [
    ...jobs.map((job) => `job:${job.id}`),
    ...life.ids.flatMap((id) => [String(id), `file:${id}`]),
  ]);
  const data = await Promise.all(
    jobs.map(async (job, i): Promise<PastJob> => {
      const attempts = await app.store.attempts(job.id);
      return {
        ...views[i]!,
        attempts: await Promise.all(attempts.map((one) => attemptView(app, job, one)).reverse()),
        outputs: outputsOf(app, job, attempts, derivatives, row.id),
        actions: acts.get(`job:${job.id}`) ?? [],
      };
    }),
  );
  return {
    data,
    total,
    actions: life.ids
      .flatMap((id) => [...(acts.get(String(id)) ?? []), ...(acts.get(`file:${id}`) ?? [])])
      .filter((act) => aboutFiles.some((prefix) => act.action.startsWith(prefix)))
      .sort((a, b) => b.at.localeCompare(a.at)),
    events: await eventsOf(app, life.ids),
    formerPlaces: life.formerPlaces.map((place) => ({
      ...place,
      firstSeen: place.firstSeen.toISOString(),
      lastSeen: place.lastSeen.toISOString(),
    })),
    copies: life.copies.map((copy) => ({
      ...copy,
      id: String(copy.id),
      url: `${app.config.basePath}/files/${copy.id}`,
    })),
  };
}

/** Of all ids that the content has had. They are few, so each may be read up to the page's end. */
export async function jobsOfLife(
  app: Pick<App, "store">,
  { ids }: Pick<ContentLife, "ids">,
  offset: number,
  limit: number,
): Promise<{ jobs: Job[]; total: number }> {
  const jobs: Job[] = [];
  let total = 0;
  for (const id of ids) {
    const page = await app.store.list({ subject: { type: "file", id } }, "newest", 0, offset + limit);
    jobs.push(...page.jobs);
    total += page.total;
  }
  return { jobs: jobs.sort((a, b) => b.id - a.id).slice(offset, offset + limit), total };
}

async function attemptView(app: App, job: Job, attempt: Attempt): Promise<AttemptView> {
  const log = await attemptLog(app, job.id, attempt);
  return { ...explainAttempt(attempt, app.clock.now()), logTail: lastLines(log, tailLines) };
}

/** What its kind makes, made while it ran, and not replaced since. */
export function outputsOf(
  app: App,
  job: Job,
  attempts: Attempt[],
  derivatives: DerivativeRow[],
  fileId: number,
): PastJob["outputs"] {
  const makes = app.queue.catalogue.find(job.kind)?.makes ?? [];
  const duringIt = (at: Date) =>
    attempts.some((a) => at >= a.startedAt && (a.finishedAt === null || at <= a.finishedAt));
  return derivatives
    .filter((one) => makes.includes(one.kind) && duringIt(one.createdAt))
    .map((one) => ({
      kind: one.kind,
      variant: one.variant,
      sizeBytes: one.sizeBytes,
      createdAt: one.createdAt.toISOString(),
      url: `${app.config.basePath}/api/files/${fileId}/derivatives/${one.id}`,
    }));
}

export async function actsOn({ db }: Pick<App, "db">, targets: string[]): Promise<Map<string, PersonsAct[]>> {
  if (targets.length === 0) return new Map();
  const rows = await db
    .select()
    .from(audit)
    .where(inArray(audit.target, targets))
    .orderBy(desc(audit.id))
    .limit(mostActs);
  return Map.groupBy(
    rows.map(({ at, actor, action, target, detail }) => ({
      at: at.toISOString(),
      actor,
      action,
      target: target!,
      detail,
    })),
    (row) => row.target,
  );
}

export async function eventsOf({ db }: Pick<App, "db">, fileIds: number[]): Promise<FileHistory["events"]> {
  const rows = await db
    .select()
    .from(event)
    .where(inArray(event.fileId, fileIds))
    .orderBy(desc(event.id))
    .limit(mostActs);
  return rows.map((row) => ({
    at: row.at.toISOString(),
    event: row.event,
    jobId: row.jobId === null ? null : String(row.jobId),
    actor: row.actor,
    detail: row.detail,
  }));
}

/** Ids of libraries and of invitations are numbers too. */
const aboutFiles = ["file.", "quarantine."];
