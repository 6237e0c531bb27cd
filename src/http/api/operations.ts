// Bulk operations over jobs: /api/media/jobs/bulk and /api/operations. What they do is in queue/operations.ts.

import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { JobFilter } from "../../queue/job-store.ts";
import { type OperationParams, operationActions } from "../../queue/operation-actions.ts";
import { countFor } from "../../queue/operation-count.ts";
import { type Operation, operationStatuses } from "../../queue/operation-rows.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { startOperation } from "../operations.ts";
import { answers, apiRoutes, idParam, problems, takes } from "./describe.ts";
import { bulkFilter, jobFilters } from "./job-query.ts";
import { pageQuery, pagination, paginationOf } from "./paging.ts";
import { type PauseBody, pauseEndOf, pauseFields, refuse } from "./pause-body.ts";

const count = z.number().int();
const tags = ["Jobs"];

const operationSchema = z
  .object({
    id: z.string(),
    action: z.enum(operationActions),
    params: z.record(z.string(), z.unknown()),
    filter: z.string().openapi({ example: "status=failed&queue=thumbnails" }),
    by: z.string().nullable(),
    status: z.enum(operationStatuses),
    createdAt: z.string(),
    startsAt: z.string().openapi({ description: "Not before: removing many jobs leaves time to undo it" }),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    matched: count,
    done: count,
    failed: count,
    skipped: count,
    skippedBecause: z.record(z.string(), count).openapi({ example: { "is running": 2 } }),
    progress: z.number().openapi({ description: "Percent of what it is at: the doing, or the undoing" }),
    undoable: z.boolean(),
    undone: count,
    notUndone: count.openapi({ description: "Somebody or something has touched these jobs since" }),
    error: z.string().nullable(),
  })
  .openapi("Operation");

const { mode: _, ...pauseEnds } = pauseFields;
const bulkBody = z
  .strictObject({
    filter: bulkFilter
      .optional()
      .openapi({ description: "As the query of the jobs list; {} means every job" }),
    ids: z.array(idParam).min(1).max(10_000).optional(),
    action: z.enum(operationActions),
    params: z
      .strictObject({
        priority: z.number().int().min(1).max(10).optional(),
        position: z.enum(["first", "last"]).optional(),
        ...pauseEnds,
      })
      .default({}),
    dryRun: z.boolean().default(false).openapi({ description: "Only count" }),
  })
  .openapi("BulkOperation");
type BulkBody = z.output<typeof bulkBody>;

const countSchema = z
  .object({
    matched: count,
    byStatus: z.record(z.string(), count),
    byQueue: z.record(z.string(), count),
    legal: count.openapi({ description: "For how many the action is possible now" }),
    isLeast: z.boolean().openapi({ description: "A search over so many jobs that counting was cut short" }),
  })
  .openapi("BulkCount");

const bulkRoute = createRoute({
  method: "post",
  path: "/api/media/jobs/bulk",
  tags,
  summary: "Do one thing to many jobs, or count how many it would be",
  description:
    "In the background, one operation at a time. `retry`, `cancel`, `pause` (params: `forS`, `until` or " +
    "`untilPlaybackEnds`), `resume`, `remove`, `acknowledge`, `unacknowledge`, `priority` and `position` (params of the " +
    "same name). Everything but `remove` can be undone for seven days; `remove` of several begins after ten seconds.",
  request: { body: takes(bulkBody) },
  responses: {
    200: answers(countSchema, "With `dryRun`: what it would touch"),
    202: answers(z.object({ operationId: z.string(), matched: count }), "Begun"),
    ...problems(422),
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/api/operations",
  tags,
  summary: "Bulk operations, newest first",
  request: { query: pageQuery },
  responses: { 200: answers(z.object({ data: z.array(operationSchema), pagination }), "One page") },
});

const oneOperation = z.object({ id: idParam });
const oneRoute = createRoute({
  method: "get",
  path: "/api/operations/{id}",
  tags,
  summary: "How far a bulk operation is",
  request: { params: oneOperation },
  responses: { 200: answers(operationSchema, "The operation"), ...problems(404) },
});

const verbs = {
  abort: "End a bulk operation after the batch it is at; what it has done stays done",
  undo: "Put back every job that is still as the operation left it",
  resume: "Go on with an operation that was interrupted or aborted",
} as const;

export function operationsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(bulkRoute, async (c) => {
    const body = c.req.valid("json");
    const params = paramsOf(app, body);
    const filters = await filtersOf(app, body);
    if (body.dryRun) return c.json(await countFor(app.store, filters, body.action), 200);
    const ask = { action: body.action, params, filters, filterText: filterText(body) };
    const { id, matched } = await startOperation(app, ask, c.var.identity!.user);
    return c.json({ operationId: String(id), matched }, 202);
  });

  api.openapi(listRoute, async (c) => {
    const { page, limit } = c.req.valid("query");
    const { operations, total } = await app.operations.list((page - 1) * limit, limit);
    return c.json({ data: operations.map(operationView), pagination: paginationOf(page, limit, total) }, 200);
  });

  api.openapi(oneRoute, async (c) =>
    c.json(operationView(await app.operations.get(c.req.valid("param").id)), 200),
  );

  for (const [verb, summary] of Object.entries(verbs) as [keyof typeof verbs, string][])
    api.openapi(
      createRoute({
        method: "post",
        path: `/api/operations/{id}/${verb}`,
        tags,
        summary,
        request: { params: oneOperation },
        responses: { 202: answers(operationSchema, "The operation now"), ...problems(404, 409) },
      }),
      async (c) => {
        const { id } = c.req.valid("param");
        const { user } = c.var.identity!;
        const op = await app.operations[verb](id, user.email);
        // The ends of doing and undoing are written down with their figures.
        if (verb !== "undo") await audit(app, user, `operation.${verb}`, `operation:${id}`);
        return c.json(operationView(op), 202);
      },
    );

  return api;
}

export type OperationView = z.infer<typeof operationSchema>;

export function operationView(op: Operation): OperationView {
  const skipped = Object.values(op.skipped).reduce((n, m) => n + m, 0);
  const isOver = ["done", "aborted", "interrupted"].includes(op.status);
  const [at, of] = op.undoStartedAt
    ? [op.undone + op.notUndone, op.done]
    : [op.done + op.failed + skipped, op.matched];
  const { pauseEnds: ends, ...params } = op.params;
  return {
    id: String(op.id),
    action: op.action,
    params: {
      ...params,
      ...(ends && (ends === "playback" ? { untilPlaybackEnds: true } : { until: iso(ends.at) })),
    },
    filter: op.filter,
    by: op.byName,
    status: op.status,
    createdAt: op.createdAt.toISOString(),
    startsAt: op.startsAt.toISOString(),
    startedAt: op.startedAt?.toISOString() ?? null,
    finishedAt: op.finishedAt?.toISOString() ?? null,
    matched: op.matched,
    done: op.done,
    failed: op.failed,
    skipped,
    skippedBecause: op.skipped,
    progress: of === 0 ? 100 : Math.min(100, Math.floor((at / of) * 1000) / 10),
    undoable: op.status === "waiting" || (isOver && op.isUndoable && op.done > op.undone + op.notUndone),
    undone: op.undone,
    notUndone: op.notUndone,
    error: op.error,
  };
}

/** What an action needs must be there, and nothing else. */
function paramsOf(app: App, { action, params }: BulkBody): OperationParams {
  const { priority, position, ...pause } = params;
  if (action === "priority" && priority === undefined) refuse("params.priority", "Say which priority.");
  if (action === "position" && position === undefined) refuse("params.position", "Say where: first or last.");
  if (action !== "priority" && priority !== undefined) refuse("params.priority", `Not a param of ${action}.`);
  if (action !== "position" && position !== undefined) refuse("params.position", `Not a param of ${action}.`);
  const named = Object.keys(pause)[0];
  if (action !== "pause" && named !== undefined) refuse(`params.${named}`, `Not a param of ${action}.`);
  if (action === "priority") return { priority };
  if (action === "position") return { position };
  const ends = pauseEndOf(app, pause as PauseBody, "params.");
  return ends === null ? {} : { pauseEnds: ends };
}

/** As lists do, only jobs that show: with NSFW hidden, ids of such jobs match nothing. */
async function filtersOf(app: App, { filter, ids }: BulkBody): Promise<JobFilter[]> {
  if ((filter === undefined) === (ids === undefined)) refuse("filter", "Either filter or ids.");
  if (ids) return [{ ids, hideGroups: await hiddenGroups(app) }];
  try {
    return await jobFilters(app, filter!);
  } catch (error) {
    throw error instanceof Refused ? inFilter(error) : error;
  }
}

/** The jobs list names its query's fields; here they stand one level deeper. */
function inFilter({ status, code, message, more }: Refused): Refused {
  const errors = more.errors?.map((fault) => ({ ...fault, path: ["filter", ...fault.path] }));
  return new Refused(status, code, message, { ...more, ...(errors && { errors }) });
}

const mostIdsShown = 50;

function filterText({ filter, ids }: BulkBody): string {
  if (ids) return `ids=${ids.slice(0, mostIdsShown).join(",")}${ids.length > mostIdsShown ? ",…" : ""}`;
  const named = Object.entries(filter!).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return named
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value)).replaceAll("%2C", ",")}`)
    .join("&");
}

const iso = (ms: number) => new Date(ms).toISOString();
