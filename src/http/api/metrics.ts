// The measured figures for charts: one series at a time, statistics, and the marks that explain their bends.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { seriesNames } from "../../history/series.ts";
import { stepsS } from "../../history/series-steps.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { answers, apiRoutes, problems, z } from "./describe.ts";
import { timeSpan, timeSpanQuery } from "./time-span.ts";

const tags = ["Metrics"];
const dayMs = 86_400_000;

const seriesSchema = z
  .object({
    name: z.enum(seriesNames),
    queue: z.string().nullable(),
    kind: z.string().nullable(),
    unit: z.enum(["jobs/min", "jobs", "share", "ms", "s"]),
    stepS: z.number(),
    from: z.string(),
    to: z.string(),
    points: z.array(
      z.object({
        at: z.string(),
        value: z.number().nullable().openapi({ description: "Null where nothing was measured" }),
        sample: z.number().openapi({ description: "How many jobs it rests on" }),
        partial: z.boolean().openapi({ description: "Has not ended yet" }),
      }),
    ),
  })
  .openapi("Series");

const done = z.object({ completed: z.int(), failed: z.int() });
const compared = done.extend({ before: done.nullable() });
const statisticsSchema = z
  .object({
    today: compared,
    thisWeek: compared,
    thisMonth: compared,
    since: z.string().nullable(),
    failureDays: z.array(z.object({ day: z.string(), share: z.number().nullable() })),
    kinds: z.array(
      z.object({
        kind: z.string(),
        label: z.string(),
        completed: z.int(),
        failed: z.int(),
        averageRunMs: z.number().nullable(),
        runP50Ms: z.number().nullable(),
        runP95Ms: z.number().nullable(),
        waitP50Ms: z.number().nullable(),
      }),
    ),
    failureRate: z.object({
      last7Days: z.number().nullable(),
      previous7Days: z.number().nullable(),
    }),
    peakHours: z.array(z.array(z.int())),
  })
  .openapi("Statistics");

const markSchema = z
  .object({
    at: z.string(),
    event: z.string(),
    queue: z.string().nullable(),
    actor: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .openapi("Mark");

export function metricsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/metrics/series",
      tags,
      summary: "One figure over time",
      description:
        "Without `from` the last day. Without `step` (seconds) the finest that gives 500 points at most. Minutes are kept for 48 hours, ten minutes for 30 days, hours for 400 days.",
      request: {
        query: z.object({
          name: z.enum(seriesNames),
          queue: z.string().optional(),
          kind: z.string().optional(),
          ...timeSpanQuery,
          step: z.coerce
            .number()
            .refine((s) => stepsS.includes(s), `This must be one of ${stepsS.join(", ")} seconds.`)
            .optional(),
        }),
      },
      responses: { 200: answers(seriesSchema, "Oldest first"), ...problems(404, 422) },
    }),
    async (c) => {
      const { name, step, ...span } = c.req.valid("query");
      const queue = span.queue || undefined;
      const kind = span.kind || undefined;
      await known(app, queue, kind);
      const { from, to } = withDefaults(app, timeSpan(span));
      const series = await app.history.series(name, { queue, kind, from, to, stepS: step });
      return c.json(
        {
          ...series,
          queue: queue ?? null,
          kind: kind ?? null,
          from: series.from.toISOString(),
          to: series.to.toISOString(),
          points: series.points.map((p) => ({ ...p, at: p.at.toISOString() })),
        },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/metrics/statistics",
      tags,
      summary: "What was done, how long it takes, what fails, when it is busy",
      responses: {
        200: answers(
          statisticsSchema,
          "Days are local. `before` is what had been done at the same point of the period before, null when nothing was measured then. `kinds` over 30 days, `peakHours` over 28: seven rows from Monday, 24 hours each",
        ),
      },
    }),
    (c) => {
      const { kinds, since, failureDays, ...rest } = app.history.statistics();
      const days = failureDays.map(({ day, share }) => ({ day: day.toISOString(), share }));
      const labelled = kinds.map((k) => ({ ...k, label: app.queue.catalogue.find(k.kind)?.label ?? k.kind }));
      return c.json(
        { ...rest, since: since?.toISOString() ?? null, failureDays: days, kinds: labelled },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/metrics/marks",
      tags,
      summary: "Upgrades, settings, scans and pauses, to explain a chart's bends",
      request: { query: z.object(timeSpanQuery) },
      responses: { 200: answers(z.array(markSchema), "Oldest first"), ...problems(422) },
    }),
    async (c) => {
      const { from, to } = withDefaults(app, timeSpan(c.req.valid("query")));
      const marks = await app.history.marks(from, to, await hiddenGroups(app));
      return c.json(
        marks.map((m) => ({ ...m, at: m.at.toISOString() })),
        200,
      );
    },
  );

  return api;
}

function withDefaults(app: App, { from, to }: { from?: Date; to?: Date }): { from: Date; to: Date } {
  const end = to ?? new Date(app.clock.now());
  return { from: from ?? new Date(end.getTime() - dayMs), to: end };
}

/** A name that nothing bears would be an empty chart, and a riddle. */
async function known(app: App, queue: string | undefined, kind: string | undefined): Promise<void> {
  if (queue !== undefined && !app.queue.catalogue.queueByName.has(queue)) {
    const lanes = await app.store.lanes();
    if (!lanes.some((lane) => lane.queue === queue)) throw new NotFound("queue", queue);
  }
  if (kind !== undefined && !app.queue.catalogue.find(kind)) throw new NotFound("job type", kind);
}
