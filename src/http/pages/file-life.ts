// A file's life as its page shows it, a page at a time: the jobs about it with their attempts and what came of them; for
// owners also how their logs end, what people did and what happened to it.

import type { Happening, HistoryEntry, HistoryView } from "../../../views/parts/file-history.tsx";
import type { DerivativeRow, FileRow } from "../../db/tables/library.ts";
import { lastLines } from "../../healing/explain-job.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { type ContentLife, lifeOf } from "../../library/content-life.ts";
import type { Attempt, Job } from "../../queue/job.ts";
import type { JobFilter } from "../../queue/job-store.ts";
import { workedS } from "../../queue/run-estimate.ts";
import { actsOn, eventsOf, outputsOf, type PersonsAct } from "../api/file-history.ts";
import { attemptLog, type JobView, jobViews } from "../api/job-view.ts";
import type { App } from "../context.ts";
import { personOf } from "./event-lines.ts";
import { bulkActsOn } from "./file-acts.ts";

const perPage = 25;
const tailLines = 14;

export interface FileLife {
  entries: HistoryEntry[];
  happenings: Happening[];
  pages: number;
  /** Jobs that failed. */
  failures: number;
}

/** What the page's address says of its history; whatever it says, one that exists. */
export function readHistoryView(query: Record<string, string>): HistoryView {
  const page = Number(query.page ?? 1);
  return {
    page: Number.isInteger(page) && page > 0 ? Math.min(page, 100_000) : 1,
    failures: query.history === "failures",
  };
}

export async function historyOf(
  app: App,
  file: FileRow,
  derivatives: DerivativeRow[],
  isOwner: boolean,
  view: HistoryView = { page: 1, failures: false },
): Promise<FileLife> {
  const life = await lifeOf(app.db, file);
  const { jobs, newer, total } = await jobsOn(app, life, view);
  const views = await jobViews(app, jobs);
  const acts = isOwner ? await actsOf(app, life, jobs) : new Map<string, PersonsAct[]>();
  const entries = await Promise.all(
    jobs.map(async (job, i) => {
      const attempts = await app.store.attempts(job.id);
      const outputs = outputsOf(app, job, attempts, derivatives, file.id);
      return {
        ...entryOf(app, job, views[i]!, attempts),
        log: isOwner ? await logTail(app, job, attempts.at(-1)) : "",
        outputs,
        acts: acts.get(`job:${job.id}`) ?? [],
        formerId: job.subject.id === file.id ? null : job.subject.id,
      };
    }),
  );
  const pages = Math.max(1, Math.ceil(total / perPage));
  const all = isOwner && !view.failures ? await withNames(app, await happeningsOf(app, life, acts)) : [];
  const until = newer?.createdAt ?? null;
  const from = view.page < pages ? (jobs.at(-1)?.createdAt ?? null) : null;
  return {
    entries: entries.map((entry, i) => ({ ...entry, isOpen: isLatestFailure(entries, i, view) })),
    happenings: all.filter(({ at }) => (!until || at < until) && (!from || at >= from)),
    pages,
    failures: view.failures ? total : await countJobs(app, life, { status: ["failed"] }),
  };
}

/** One page, and the job before it: between the two, things happened that belong to this page. */
async function jobsOn(app: App, { ids }: ContentLife, { page, failures }: HistoryView) {
  const offset = (page - 1) * perPage;
  const jobs: Job[] = [];
  let total = 0;
  for (const id of ids) {
    const filter: JobFilter = { subject: { type: "file", id }, ...(failures && { status: ["failed"] }) };
    const found = await app.store.list(filter, "newest", 0, offset + perPage);
    jobs.push(...found.jobs);
    total += found.total;
  }
  jobs.sort((a, b) => b.id - a.id);
  return { jobs: jobs.slice(offset, offset + perPage), newer: jobs[offset - 1], total };
}

async function countJobs(app: App, { ids }: ContentLife, filter: JobFilter): Promise<number> {
  let total = 0;
  for (const id of ids)
    total += (await app.store.list({ ...filter, subject: { type: "file", id } }, "newest", 0, 0)).total;
  return total;
}

function entryOf(app: App, job: Job, view: JobView, attempts: Attempt[]) {
  const known = job.failure ? failureCodes[job.failure.code] : undefined;
  return {
    job: { ...job, status: view.status },
    kindLabel: view.label,
    attempts,
    tookS: job.startedAt && job.finishedAt ? workedS(job, app.clock.now()) : null,
    why: view.waitingReason,
    meaning: known?.meaning ?? null,
    hint: known?.nextStep ?? null,
  };
}

/** What stands in somebody's way today is open already: the newest job of its kind, and it failed. */
function isLatestFailure(entries: Pick<HistoryEntry, "job">[], i: number, { page }: HistoryView): boolean {
  const { job } = entries[i]!;
  if (page > 1 || job.status !== "failed" || job.acknowledgedAt) return false;
  return entries.findIndex((other) => other.job.kind === job.kind) === i;
}

/** What an attempt that is over has logged stays as it is. */
const tails = new Map<string, string>();
const mostTails = 500;

async function logTail(app: App, job: Job, attempt: Attempt | undefined): Promise<string> {
  if (!attempt) return "";
  const key = `${app.paths.logs} ${job.id} ${attempt.number}`;
  const known = tails.get(key);
  if (known !== undefined) return known;
  const tail = lastLines(await attemptLog(app, job.id, attempt), tailLines);
  if (attempt.finishedAt) {
    if (tails.size >= mostTails) tails.delete(tails.keys().next().value!);
    tails.set(key, tail);
  }
  return tail;
}

async function actsOf(
  app: App,
  { ids }: ContentLife,
  jobs: { id: number }[],
): Promise<Map<string, PersonsAct[]>> {
  const targets = [...jobs.map(({ id }) => `job:${id}`), ...ids.flatMap((id) => [String(id), `file:${id}`])];
  const acts = new Map<string, PersonsAct[]>();
  for (const [target, done] of await actsOn(app, targets)) acts.set(target, await withNames(app, done));
  return acts;
}

/** What was written down holds the addresses of people, or their names. */
async function withNames<T extends { actor: string | null }>(app: App, told: T[]): Promise<T[]> {
  const people = await app.accounts.listUsers();
  return told.map((one) => ({ ...one, actor: personOf(one.actor, people)?.name ?? null }));
}

/** The quarantine's acts are events as well, which say more. */
async function happeningsOf(
  app: App,
  life: ContentLife,
  acts: Map<string, PersonsAct[]>,
): Promise<Happening[]> {
  const events = await eventsOf(app, life.ids);
  const byPeople = life.ids
    .flatMap((id) => [...(acts.get(String(id)) ?? []), ...(acts.get(`file:${id}`) ?? [])])
    .filter(({ action }) => action.startsWith("file."));
  const inBulk = await bulkActsOn(app, life.ids);
  return [
    ...events.map(({ at, event, actor, detail }) => ({ at: new Date(at), what: event, actor, detail })),
    ...byPeople.map(({ at, action, actor }) => ({ at: new Date(at), what: action, actor, detail: null })),
    ...inBulk.map(({ at, action, actor, files }) => ({
      at,
      what: action,
      actor,
      detail: `one of ${files} files`,
    })),
    ...life.formerPlaces.map((place) => ({
      at: place.lastSeen,
      what: "place",
      actor: null,
      detail: `${place.library}: ${place.path}`,
    })),
  ];
}
