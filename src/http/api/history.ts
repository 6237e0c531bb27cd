// What happened, for people and for spreadsheets: the queue's events, and every failure with its message. A page at a time,
// or with `format` and without `page` everything that matches, as a download.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import {
  type EventFilter,
  historyEvents,
  mostSearched,
  type RecordedEvent,
} from "../../history/event-log.ts";
import type { FailedFilter, FailedJob } from "../../history/failed-log.sqlite.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { actorsOf } from "../actors.ts";
import type { App, Env } from "../context.ts";
import { type Cell, csvLines, csvResponse, download, jsonArray } from "../csv.ts";
import { hiddenGroups } from "../nsfw.ts";
import { apiRoutes, problems, z } from "./describe.ts";
import { timeSpan, timeSpanQuery } from "./time-span.ts";

const tags = ["History"];
const paged = {
  format: z.enum(["json", "csv"]).optional(),
  page: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
};

const eventSchema = z
  .object({
    id: z.string(),
    timestamp: z.string(),
    event: z.string(),
    queue: z.string().nullable(),
    jobId: z.string().nullable(),
    assetId: z.string().nullable(),
    assetPath: z.string().nullable(),
    ageSeconds: z.number().nullable(),
    actor: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .openapi("HistoryEvent");

const failureSchema = z
  .object({
    timestamp: z.string(),
    jobId: z.string(),
    queue: z.string(),
    kind: z.string(),
    assetId: z.string().nullable(),
    assetPath: z.string(),
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    attempts: z.int(),
    acknowledgedAt: z.string().nullable(),
  })
  .openapi("FailedJob");

const rows = <S extends z.ZodType>(schema: S, description: string) => ({
  200: {
    description,
    content: { "application/json": { schema: z.array(schema) }, "text/csv": { schema: z.string() } },
  },
  ...problems(422),
});

const eventsQuery = z.object({
  event: z
    .string()
    .optional()
    .openapi({ description: `One or several, with commas: ${historyEvents.join(", ")}` }),
  queue: z.string().optional(),
  actor: z
    .string()
    .optional()
    .openapi({ description: "A name or an e-mail address; `server` for the server by itself" }),
  q: z
    .string()
    .max(200)
    .optional()
    .openapi({ description: "Words in the detail, the queue or the file's path" }),
  ...timeSpanQuery,
  ...paged,
});

const failuresQuery = z.object({
  queue: z.string().optional(),
  kind: z.string().optional(),
  code: z.string().optional(),
  ...timeSpanQuery,
  ...paged,
});

export function historyApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/history",
      tags,
      summary: "What happened, newest first",
      description: `With \`format\` and neither \`page\` nor \`limit\`, everything that matches, as a download. Names and words are looked for among the newest ${mostSearched} events of the time.`,
      request: { query: eventsQuery },
      responses: rows(eventSchema, "Events"),
    }),
    async (c) => {
      const query = c.req.valid("query");
      const filter: EventFilter = {
        event: query.event ? query.event.split(",").map((name) => name.trim()) : undefined,
        queue: query.queue || undefined,
        actors: query.actor ? actorsOf(query.actor, await app.accounts.listUsers()) : undefined,
        text: query.q || undefined,
        ...timeSpan(query),
        hideLibraries: await hiddenGroups(app),
      };
      const batches = isWhole(query)
        ? app.history.eventBatches(filter)
        : [await app.history.events(filter, ...pageOf(query))];
      return answer(query, "history", batches, eventView, eventColumns) as never;
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/history/failures",
      tags,
      summary: "Every job that failed, cleared or not, newest first",
      description: "With `format` and neither `page` nor `limit`, everything that matches, as a download.",
      request: { query: failuresQuery },
      responses: rows(failureSchema, "Failed jobs with their messages"),
    }),
    async (c) => {
      const query = c.req.valid("query");
      const hideGroups = await hiddenGroups(app);
      const filter: FailedFilter = {
        queue: query.queue || undefined,
        kind: query.kind || undefined,
        code: query.code || undefined,
        ...timeSpan(query),
        hideGroups,
      };
      const batches = isWhole(query)
        ? app.history.failed.batches(filter)
        : [app.history.failed.list(filter, ...pageOf(query))];
      return answer(query, "failures", batches, failureView, failureColumns) as never;
    },
  );

  return api;
}

interface Paged {
  format?: "json" | "csv";
  page?: number;
  limit?: number;
}

function isWhole({ format, page, limit }: Paged): boolean {
  return format !== undefined && page === undefined && limit === undefined;
}

function pageOf({ page = 1, limit = 20 }: Paged): [limit: number, offset: number] {
  return [limit, (page - 1) * limit];
}

async function answer<T, V extends { [K in keyof V]: Cell }>(
  query: Paged,
  name: string,
  batches: AsyncIterable<T[]> | T[][] | Iterable<T[]>,
  view: (record: T) => V,
  columns: readonly (keyof V & string)[],
): Promise<Response> {
  if (query.format === "csv") {
    const cells = (record: T) => {
      const shown = view(record);
      return columns.map((column) => shown[column]);
    };
    return csvResponse(`sprocket-${name}.csv`, csvLines(columns, batches, cells));
  }
  if (isWhole(query)) return download(`sprocket-${name}.json`, "application/json", jsonArray(batches, view));
  return Response.json((batches as T[][])[0]!.map(view));
}

type EventView = z.infer<typeof eventSchema>;
const eventColumns: (keyof EventView)[] = [
  "timestamp",
  "event",
  "queue",
  "jobId",
  "assetId",
  "assetPath",
  "ageSeconds",
  "actor",
  "detail",
];

function eventView(e: RecordedEvent): EventView {
  return {
    id: String(e.id),
    timestamp: e.at.toISOString(),
    event: e.event,
    queue: e.queue,
    jobId: idText(e.jobId),
    assetId: idText(e.fileId),
    assetPath: e.filePath,
    ageSeconds: e.ageS,
    actor: e.actor,
    detail: e.detail,
  };
}

type FailureView = z.infer<typeof failureSchema>;
const failureColumns: (keyof FailureView)[] = [
  "timestamp",
  "jobId",
  "queue",
  "kind",
  "assetId",
  "assetPath",
  "code",
  "message",
  "hint",
  "attempts",
  "acknowledgedAt",
];

function failureView(f: FailedJob): FailureView {
  return {
    timestamp: f.finishedAt.toISOString(),
    jobId: String(f.id),
    queue: f.queue,
    kind: f.kind,
    assetId: idText(f.fileId),
    assetPath: f.label,
    code: f.code,
    message: f.message,
    hint: failureCodes[f.code]?.nextStep ?? null,
    attempts: f.attempts,
    acknowledgedAt: f.acknowledgedAt?.toISOString() ?? null,
  };
}

function idText(id: number | null): string | null {
  return id === null ? null : String(id);
}
