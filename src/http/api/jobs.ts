// The media jobs API: /api/media/jobs and what hangs on it.

import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type Category, categories, jobStatuses, type Move } from "../../queue/job.ts";
import type { JobFilter, JobOrder, JobPage, ListedStatus } from "../../queue/job-store.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { answers, apiRoutes, idParam, problems } from "./describe.ts";
import { jobDetailSchema, jobSchema, jobStatsSchema } from "./job-schema.ts";
import { attemptLog, fullLog, heldJobs, jobView, jobViews } from "./job-view.ts";
import { pageQuery, pagination, paginationOf } from "./paging.ts";

const listed = [...jobStatuses, "delayed"] as const;
const orders = ["newest", "oldest", "position", "finished", "longest"] as const satisfies JobOrder[];

/** `a,b` and `key=a&key=b` alike. */
const several = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((v) =>
    v === undefined
      ? []
      : [v]
          .flat()
          .flatMap((s) => s.split(","))
          .filter((s) => s !== ""),
  );

const listQuery = pageQuery.extend({
  status: several.pipe(z.array(z.enum(listed))),
  type: several,
  queue: several,
  resourceCategory: several.pipe(z.array(z.enum(categories))),
  file: idParam.optional(),
  q: z.string().max(200).optional(),
  sort: z.enum(orders).default("newest"),
});

const oneJob = z.object({ id: idParam });
const tags = ["Jobs"];

export function jobsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/media/jobs",
      tags,
      summary: "List jobs",
      request: { query: listQuery },
      responses: {
        200: answers(
          z.object({ data: z.array(jobSchema), pagination, hiddenNsfw: z.number().int() }),
          "One page of jobs",
        ),
      },
    }),
    async (c) => {
      const { page, limit, sort, ...query } = c.req.valid("query");
      const { jobs, total, hiddenNsfw } = await listJobs(app, query, sort, (page - 1) * limit, limit);
      const data = await jobViews(app, jobs);
      return c.json({ data, pagination: paginationOf(page, limit, total), hiddenNsfw }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/media/jobs/stats",
      tags,
      summary: "Counts over all queues",
      responses: { 200: answers(jobStatsSchema, "Counts, GPU memory and averages") },
    }),
    async (c) => c.json(await jobStats(app), 200),
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/media/jobs/{id}",
      tags,
      summary: "One job with its log and attempts",
      request: { params: oneJob },
      responses: { 200: answers(jobDetailSchema, "The job"), ...problems(404) },
    }),
    async (c) => c.json(await jobDetail(app, c.req.valid("param").id), 200),
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/media/jobs",
      tags,
      summary: "Create a job",
      request: {
        body: {
          required: true,
          content: {
            "application/json": {
              schema: z.object({
                type: z.string(),
                params: z.record(z.string(), z.unknown()).default({}),
                priority: z.number().int().min(1).max(10).optional(),
                runAt: z.iso.datetime({ offset: true }).optional(),
                vramRequired: z.number().int().min(0).optional(),
              }),
            },
          },
        },
      },
      responses: {
        200: answers(
          jobSchema.extend({ deduplicated: z.boolean() }),
          "The same work was already open: that job",
        ),
        201: answers(jobSchema, "The new job"),
        ...problems(422),
      },
    }),
    async (c) => {
      const { type, params, priority, runAt, vramRequired } = c.req.valid("json");
      const { id, deduplicated } = await app.queue.enqueue(type, params, {
        priority,
        runAt: runAt ? new Date(runAt) : undefined,
        vramMb: vramRequired,
        origin: c.var.identity!.user.id,
      });
      const view = await jobView(app, await app.queue.get(id));
      return deduplicated ? c.json({ ...view, deduplicated: true }, 200) : c.json(view, 201);
    },
  );

  for (const verb of ["retry", "cancel", "pause", "resume"] as const satisfies Move[])
    api.openapi(
      createRoute({
        method: "post",
        path: `/api/media/jobs/{id}/${verb}`,
        tags,
        summary: `${verb[0]!.toUpperCase()}${verb.slice(1)} a job`,
        request: { params: oneJob },
        responses: { 200: answers(jobDetailSchema, "The job afterwards"), ...problems(404, 409) },
      }),
      async (c) => {
        const id = c.req.valid("param").id;
        await app.queue.move(id, verb, c.var.identity!.user.name);
        await audit(app, c.var.identity!.user.id, `job.${verb}`, `job:${id}`);
        return c.json(await jobDetail(app, id), 200);
      },
    );

  api.openapi(
    createRoute({
      method: "patch",
      path: "/api/media/jobs/{id}",
      tags,
      summary: "Change a job's priority",
      request: {
        params: oneJob,
        body: {
          content: {
            "application/json": { schema: z.object({ priority: z.number().int().min(1).max(10) }) },
          },
        },
      },
      responses: { 200: answers(jobDetailSchema, "The job afterwards") },
    }),
    async (c) => {
      const id = c.req.valid("param").id;
      const { status } = await app.queue.get(id);
      if (status !== "pending" && status !== "paused")
        throw new Refused(
          409,
          "job.state",
          `Job ${id} is ${status}; only waiting jobs have a priority to change.`,
        );
      await app.store.setPriority(id, c.req.valid("json").priority);
      app.events.publish({ topic: "job", id, queue: "", what: "moved" });
      await audit(app, c.var.identity!.user.id, "job.priority", `job:${id}`, c.req.valid("json"));
      return c.json(await jobDetail(app, id), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "delete",
      path: "/api/media/jobs/{id}",
      tags,
      summary: "Remove a job that is not running",
      request: { params: oneJob },
      responses: { 204: { description: "Removed" }, ...problems(404, 409) },
    }),
    async (c) => {
      const id = c.req.valid("param").id;
      await app.queue.move(id, "remove", c.var.identity!.user.name);
      await audit(app, c.var.identity!.user.id, "job.remove", `job:${id}`);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/media/jobs/{id}/log",
      tags,
      summary: "A job's log, or what was added after a byte offset",
      request: { params: oneJob, query: z.object({ after: z.coerce.number().int().min(0).default(0) }) },
      responses: {
        200: answers(
          z.object({ log: z.string(), next: z.number(), running: z.boolean() }),
          "Text and where to go on",
        ),
      },
    }),
    async (c) => {
      const job = await app.queue.get(c.req.valid("param").id);
      const log = await fullLog(app, job);
      return c.json(
        { log: log.slice(c.req.valid("query").after), next: log.length, running: job.status === "running" },
        200,
      );
    },
  );

  return api;
}

export interface JobQuery {
  status: (typeof listed)[number][];
  type: string[];
  queue: string[];
  resourceCategory: Category[];
  file?: number;
  q?: string;
}

/** `queued` jobs are few and known: they are listed by id, and left out of `pending`. */
export async function listJobs(app: App, query: JobQuery, order: JobOrder, offset: number, limit: number) {
  const hidden = await hiddenGroups(app);
  const filter: JobFilter = {
    kind: await knownKinds(app, query.type),
    queue: await knownQueues(app, query.queue),
    category: query.resourceCategory,
    ...(query.file ? { subject: { type: "file" as const, id: query.file } } : {}),
    ...(query.q ? { text: query.q } : {}),
  };
  const shown = await listStatuses(
    app,
    query.status,
    { ...filter, hideGroups: hidden },
    order,
    offset,
    limit,
  );
  const hiddenNsfw =
    hidden.length === 0
      ? 0
      : (await listStatuses(app, query.status, { ...filter, group: hidden }, order, 0, 0)).total;
  return { ...shown, hiddenNsfw };
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
  const status = statuses.filter((s): s is ListedStatus & (typeof listed)[number] => s !== "queued");
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
  return { jobs: [...queued.jobs, ...rest.jobs], total: queued.total + rest.total };
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

export async function jobDetail(app: App, id: number) {
  const job = await app.queue.get(id);
  const attempts = await app.store.attempts(id);
  return {
    ...(await jobView(app, job)),
    worker: attempts.at(-1)?.worker ?? null,
    log: await fullLog(app, job),
    attempts: await Promise.all(
      attempts.map(async (a) => ({
        number: a.number,
        startedAt: a.startedAt.toISOString(),
        finishedAt: a.finishedAt?.toISOString() ?? null,
        outcome: a.outcome,
        failure: a.failure,
        worker: a.worker,
        log: await attemptLog(app, id, a),
      })),
    ),
  };
}

export async function jobStats(app: App) {
  const tallies = await app.store.tallies();
  const sum = (pick: (t: (typeof tallies)[number]) => number) => tallies.reduce((n, t) => n + pick(t), 0);
  const queued = (await heldJobs(app)).length;
  const averages = [...(await app.store.averageRunMs()).values()];
  const runs = averages.reduce((n, a) => n + a.count, 0);
  const jobsByType: Record<string, number> = {};
  for (const t of tallies) {
    const type = app.queue.catalogue.find(t.lane.kind)?.alias ?? t.lane.kind;
    const all =
      t.waiting + t.delayed + t.paused + t.running + t.completed + t.failed + t.cleared + t.cancelled;
    jobsByType[type] = (jobsByType[type] ?? 0) + all;
  }
  return {
    pending: sum((t) => t.waiting + t.delayed) - queued,
    queued,
    running: sum((t) => t.running),
    completed: sum((t) => t.completed),
    failed: sum((t) => t.failed + t.cleared),
    unacknowledged: sum((t) => t.failed),
    cancelled: sum((t) => t.cancelled),
    paused: sum((t) => t.paused),
    delayed: sum((t) => t.delayed),
    totalVramUsed: app.worker.vramUsedMb,
    totalVramAvailable: app.worker.limits().vramBudgetMb,
    /** Seconds, over the newest completed runs. */
    averageProcessingTime: runs
      ? Math.round(averages.reduce((ms, a) => ms + a.averageMs * a.count, 0) / runs) / 1000
      : 0,
    jobsByType,
  };
}
