// Which jobs a request means: the query of the jobs list, shared by the list, the stream's readers and bulk operations.

import { z } from "@hono/zod-openapi";
import { type Category, categories, jobStatuses } from "../../queue/job.ts";
import type { JobFilter, JobOrder, JobPage } from "../../queue/job-store.ts";
import { Refused } from "../../runtime/errors.ts";
import { listedStatuses, type SearchedStatus } from "../../search/job-fields.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { idParam } from "./describe.ts";
import { heldJobs } from "./job-view.ts";
import { pageQuery } from "./paging.ts";
import { searchedJobs, statusTest } from "./search-query.ts";

const listed = [...jobStatuses, "delayed"] as const;
const orders = ["newest", "oldest", "position", "finished", "longest"] as const satisfies JobOrder[];

const given = z.union([z.string(), z.array(z.string())]).optional();

/** `a,b` and `key=a&key=b` alike. */
function namesIn(v: z.infer<typeof given>): string[] {
  const texts = v === undefined ? [] : [v].flat();
  return texts.flatMap((s) => s.split(",")).filter((s) => s !== "");
}

const several = given.transform(namesIn);

const jobQuery = (list: typeof several) => ({
  status: list.pipe(z.array(z.enum(listed))),
  type: list,
  queue: list,
  resourceCategory: list.pipe(z.array(z.enum(categories))),
  file: idParam.optional(),
  library: idParam.optional(),
  fingerprint: z.string().max(100).optional(),
  q: z.string().max(1000).optional().openapi({
    description: 'A search: `queue:hash status:failed error:moov took:>5m "two words" -lib:Family`',
  }),
});
export const listQuery = pageQuery.extend({ ...jobQuery(several), sort: z.enum(orders).default("newest") });

const empty = { message: "Say which, or leave it out." };
const someOf = given.refine((v) => v === undefined || namesIn(v).length > 0, empty).transform(namesIn);
const inBulk = jobQuery(someOf);
/** Of bulk operations. An unknown key or an empty value is refused: left out, either would mean more jobs. */
export const bulkFilter = z.strictObject({
  ...inBulk,
  fingerprint: inBulk.fingerprint.refine((text) => text !== "", empty),
  q: inBulk.q.refine((text) => text === undefined || text.trim() !== "", empty),
});

export interface JobQuery {
  status: SearchedStatus[];
  type: string[];
  queue: string[];
  resourceCategory: Category[];
  file?: number;
  library?: number;
  fingerprint?: string;
  q?: string;
}

/** The jobs that show in a list by that query, as filters of which each job matches one. */
export async function jobFilters(app: App, query: JobQuery): Promise<JobFilter[]> {
  const meant = await meaningOf(app, query);
  const filter = { ...meant.filter, hideGroups: await hiddenGroups(app) };
  const wantsQueued = meant.statuses.includes("queued");
  const held = wantsQueued || meant.statuses.includes("pending") ? await heldJobs(app) : [];
  const status = listedStatuses(meant.statuses);
  const queued = wantsQueued ? [{ ...filter, ids: held.map((h) => h.id) }] : [];
  const isRest = status.length > 0 || !wantsQueued;
  return isRest ? [...queued, { ...filter, status, exceptIds: held }] : queued;
}

/** `queued` jobs are few and known: they are listed by id, and left out of `pending`. */
export async function listJobs(app: App, query: JobQuery, order: JobOrder, offset: number, limit: number) {
  const hidden = await hiddenGroups(app);
  const { filter, statuses } = await meaningOf(app, query);
  const shown = await listStatuses(app, statuses, { ...filter, hideGroups: hidden }, order, offset, limit);
  const hiddenNsfw =
    hidden.length === 0
      ? 0
      : (await listStatuses(app, statuses, { ...filter, group: among(filter.group, hidden) }, order, 0, 0))
          .total;
  return { ...shown, hiddenNsfw };
}

/** Of two lists of groups, those in both; a group that is none when there is none, as an empty list means all. */
function among(groups: number[] | undefined, hidden: number[]): number[] {
  const both = groups ? hidden.filter((id) => groups.includes(id)) : hidden;
  return both.length > 0 ? both : [-1];
}

/** The statuses a search names are the list's, so that it is counted and ordered as a list of them. */
async function meaningOf(
  app: App,
  query: JobQuery,
): Promise<{ filter: JobFilter; statuses: SearchedStatus[] }> {
  const filter = await filterOf(app, query);
  if (!query.q?.trim()) return { filter, statuses: query.status };
  const meaning = await searchedJobs(app, query.q);
  const terms = [...meaning.terms];
  let statuses = query.status;
  for (const named of meaning.statuses) {
    if (statuses.length === 0 && !named.not) statuses = named.in;
    else terms.push({ not: named.not, test: await statusTest(app, named.in) });
  }
  return { filter: { ...filter, terms }, statuses };
}

async function filterOf(app: App, query: JobQuery): Promise<JobFilter> {
  return {
    kind: await knownKinds(app, query.type),
    queue: await knownQueues(app, query.queue),
    category: query.resourceCategory,
    ...(query.file && { subject: { type: "file" as const, id: query.file } }),
    ...(query.library && { group: [query.library] }),
    ...(query.fingerprint && { fingerprint: query.fingerprint }),
  };
}

async function listStatuses(
  app: App,
  statuses: JobQuery["status"],
  filter: JobFilter,
  order: JobOrder,
  offset: number,
  limit: number,
): Promise<JobPage> {
  const wantsQueued = statuses.includes("queued");
  const held = wantsQueued || statuses.includes("pending") ? await heldJobs(app) : [];
  const status = listedStatuses(statuses);
  if (!wantsQueued) return app.store.list({ ...filter, status, exceptIds: held }, order, offset, limit);
  const queued = await app.store.list({ ...filter, ids: held.map((h) => h.id) }, order, offset, limit);
  if (status.length === 0) return queued;
  // The held ones come first, and are left out of the rest.
  const rest = await app.store.list(
    { ...filter, status, exceptIds: held },
    order,
    Math.max(0, offset - queued.total),
    limit - queued.jobs.length,
  );
  return { ...rest, jobs: [...queued.jobs, ...rest.jobs], total: queued.total + rest.total };
}

async function knownKinds(app: App, types: string[]): Promise<string[]> {
  const stored = new Set((await app.store.lanes()).map((l) => l.kind));
  return types.map((t) => {
    const kind = app.queue.catalogue.find(t)?.name ?? (stored.has(t) ? t : undefined);
    if (!kind) throw unknownFilter("type", t);
    return kind;
  });
}

async function knownQueues(app: App, names: string[]): Promise<string[]> {
  const stored = new Set((await app.store.lanes()).map((l) => l.queue));
  const unknown = names.find((n) => !app.queue.catalogue.queueByName.has(n) && !stored.has(n));
  if (unknown !== undefined) throw unknownFilter("queue", unknown);
  return names;
}

function unknownFilter(what: string, name: string): Refused {
  const message = `There is no ${what} ${name}.`;
  return new Refused(422, "input.invalid", message, { errors: [{ path: [what], message }] });
}
