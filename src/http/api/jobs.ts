// The media jobs API: /api/media/jobs and what hangs on it.

import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Move } from "../../queue/job.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes, idParam, problems, takes } from "./describe.ts";
import { listJobs, listQuery } from "./job-query.ts";
import { jobDetailSchema, jobSchema, jobStatsSchema } from "./job-schema.ts";
import { attemptLog, fullLog, heldJobs, jobView, jobViews } from "./job-view.ts";
import { pagination, paginationOf } from "./paging.ts";
import { pauseEndOf, pauseFields } from "./pause-body.ts";

const oneJob = z.object({ id: idParam });
const verbs = {
  retry: "Retry a job that failed or was cancelled",
  cancel: "Cancel a job; one that runs is killed with all its processes",
  resume: "Resume a paused job",
  acknowledge: "Clear a failure: it stays in the list and leaves the count",
  unacknowledge: "Bring a cleared failure back into the count",
} as const satisfies Partial<Record<Move, string>>;
const { mode: _, ...pauseEnds } = pauseFields;
const pauseBody = z.strictObject(pauseEnds);
const orderBody = z
  .strictObject({
    priority: z.number().int().min(1).max(10).optional(),
    position: z
      .enum(["first", "last"])
      .optional()
      .openapi({ description: "Before or behind all that waits in its queue" }),
  })
  .refine(({ priority, position }) => priority !== undefined || position !== undefined, {
    message: "Say which priority, or where: first or last.",
  });
type Order = z.output<typeof orderBody>;
export const newJobBody = z.strictObject({
  type: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  priority: z.number().int().min(1).max(10).optional(),
  runAt: z.iso.datetime({ offset: true }).optional(),
  vramRequired: z.number().int().min(0).optional(),
});
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
      const { jobs, total, hiddenNsfw, ...counted } = await listJobs(
        app,
        query,
        sort,
        (page - 1) * limit,
        limit,
      );
      const data = await jobViews(app, jobs);
      return c.json({ data, pagination: paginationOf(page, limit, total, counted), hiddenNsfw }, 200);
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
        body: takes(newJobBody),
      },
      responses: {
        200: answers(
          jobSchema.extend({ deduplicated: z.boolean() }),
          "The same work was already open: that job",
        ),
        201: answers(jobSchema, "The new job"),
        ...problems(409, 422),
      },
    }),
    async (c) => {
      const { id, deduplicated } = await enqueueJob(app, c.var.identity!.user.id, c.req.valid("json"));
      const view = await jobView(app, await app.queue.get(id));
      return deduplicated ? c.json({ ...view, deduplicated: true }, 200) : c.json(view, 201);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/media/jobs/{id}/pause",
      tags,
      summary: "Pause a job, until it is resumed or for how long you say",
      description: "A job that waits is not started; one that runs is frozen where it is.",
      request: {
        params: oneJob,
        body: { required: false, content: { "application/json": { schema: pauseBody } } },
      },
      responses: { 200: answers(jobDetailSchema, "The job afterwards"), ...problems(404, 409, 422) },
    }),
    async (c) => {
      const id = c.req.valid("param").id;
      const body = (c.req.valid("json") as z.output<typeof pauseBody> | undefined) ?? {};
      const { user } = c.var.identity!;
      await app.queue.move(id, "pause", user.name, pauseEndOf(app, body));
      await audit(app, user, "job.pause", `job:${id}`, Object.keys(body).length > 0 ? body : undefined);
      return c.json(await jobDetail(app, id), 200);
    },
  );

  for (const [verb, summary] of Object.entries(verbs) as [keyof typeof verbs, string][])
    api.openapi(
      createRoute({
        method: "post",
        path: `/api/media/jobs/{id}/${verb}`,
        tags,
        summary,
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
      summary: "Change a waiting job's priority, or its place in its queue",
      request: { params: oneJob, body: takes(orderBody) },
      responses: { 200: answers(jobDetailSchema, "The job afterwards"), ...problems(404, 409, 422) },
    }),
    async (c) => {
      const id = c.req.valid("param").id;
      const order = c.req.valid("json");
      await reorder(app, id, order);
      const verb = order.priority === undefined ? "position" : "priority";
      await audit(app, c.var.identity!.user.id, `job.${verb}`, `job:${id}`, order);
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

/** Refuses what the kind's schema refuses; the same work that is open already is answered instead of done twice. */
export async function enqueueJob(
  app: App,
  userId: string,
  { type, params, priority, runAt, vramRequired }: z.output<typeof newJobBody>,
) {
  return await app.queue.enqueue(type, params, {
    priority,
    runAt: runAt ? new Date(runAt) : undefined,
    vramMb: vramRequired,
    origin: userId,
  });
}

/** A priority puts the job where its age belongs within it; a place is taken after that. */
export async function reorder(app: App, id: number, { priority, position }: Order): Promise<void> {
  const { status, frozen, queue } = await app.queue.get(id);
  if ((status !== "pending" && status !== "paused") || frozen)
    throw notWaiting(id, frozen ? "frozen" : status);
  if (priority !== undefined) await app.store.setPriority(id, priority);
  if (position !== undefined && !(await app.store.setPosition(id, position)))
    throw notWaiting(id, (await app.queue.get(id)).status);
  app.events.publish({ topic: "job", id, queue, what: "moved" });
}

function notWaiting(id: number, state: string): Refused {
  return new Refused(409, "job.state", `Job ${id} is ${state}; only waiting jobs have an order to change.`);
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
