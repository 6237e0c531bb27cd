// Why a job or a file is where it is: what `sprocket explain` prints, from the server itself.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { explainFile } from "../../healing/explain-file.ts";
import { type ExplainParts, explainJob } from "../../healing/explain-job.ts";
import { getFile } from "../../library/files.ts";
import { jobStatuses } from "../../queue/job.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes, idParam, problems, z } from "./describe.ts";
import { timeAhead } from "./job-timing.ts";
import { liveFacts } from "./job-view.ts";

const failure = z
  .object({
    code: z.string(),
    message: z.string(),
    meaning: z.string().nullable(),
    nextStep: z.string().nullable(),
  })
  .nullable();
const reasons = z.array(z.object({ code: z.string(), text: z.string() }));
const secondsRange = z.object({ lowS: z.number(), highS: z.number() }).nullable();

const jobExplanation = z
  .object({
    subject: z.literal("job"),
    id: z.string(),
    kind: z.string(),
    label: z.string(),
    queue: z.string(),
    target: z.object({ type: z.string(), id: z.string().nullable(), label: z.string() }),
    status: z.enum(jobStatuses),
    text: z.string().openapi({ description: "One sentence: why it is where it is" }),
    reasons: reasons.openapi({ description: "All that keeps it, in the order in which it must pass" }),
    position: z.number().nullable(),
    positionIsLeast: z.boolean(),
    startsIn: secondsRange,
    startsAt: z.string().nullable(),
    progress: z.number().nullable(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    completedAt: z.string().nullable(),
    retryCount: z.number().int(),
    maxRetries: z.number().int(),
    origin: z.string().nullable(),
    askedBy: z.string().nullable().openapi({ description: "The name of whoever asked for it" }),
    failure,
    attempts: z.array(
      z.object({
        number: z.number().int(),
        startedAt: z.string(),
        finishedAt: z.string().nullable(),
        durationS: z.number().nullable(),
        outcome: z.string(),
        failure: z.object({ code: z.string(), message: z.string() }).nullable(),
        worker: z.string(),
      }),
    ),
    logTail: z.string(),
  })
  .openapi("JobExplanation");

const fileExplanation = z
  .object({
    subject: z.literal("file"),
    id: z.string(),
    path: z.string().openapi({ description: "Absolute" }),
    library: z.object({ id: z.string(), name: z.string() }),
    pathInLibrary: z.string(),
    type: z.enum(["video", "image", "audio"]),
    state: z.enum(["ok", "missing", "invalid", "quarantined"]),
    text: z.string(),
    failure,
    facts: z.object({
      sizeBytes: z.number(),
      width: z.number().nullable(),
      height: z.number().nullable(),
      durationS: z.number().nullable(),
      codecs: z.any().nullable(),
      capturedAt: z.string().nullable(),
      sha256: z.string().nullable(),
      modifiedAt: z.string(),
    }),
    seenAt: z.string().nullable(),
    missingSince: z.string().nullable(),
    trashedAt: z.string().nullable(),
    kinds: z
      .array(
        z.object({
          kind: z.string(),
          label: z.string(),
          queue: z.string(),
          state: z.string(),
          text: z.string(),
          reasons,
          jobId: z.string().nullable(),
          startsIn: secondsRange,
          startsAt: z.string().nullable(),
          failure,
        }),
      )
      .openapi({
        description: "Each kind of job for such a file: done, waiting, failed or never asked for, and why",
      }),
    formerPlaces: z.array(z.object({ library: z.string(), path: z.string(), lastSeen: z.string() })),
    copies: z.array(
      z.object({ id: z.string(), library: z.string(), path: z.string(), trashed: z.boolean() }),
    ),
  })
  .openapi("FileExplanation");

const params = z.object({ id: idParam });

export function explainApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/media/jobs/{id}/explain",
      tags: ["Jobs"],
      summary: "Why a job is where it is",
      request: { params },
      responses: { 200: answers(jobExplanation, "The job explained"), ...problems(404) },
    }),
    async (c) => {
      const job = await app.queue.get(c.req.valid("param").id);
      return c.json(await explainJob(partsOf(app), job), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/explain",
      tags: ["Files"],
      summary: "What was made of a file and what was not, and why",
      request: { params },
      responses: { 200: answers(fileExplanation, "The file explained"), ...problems(404) },
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      return c.json(await explainFile(partsOf(app), row), 200);
    },
  );

  return api;
}

export function partsOf(app: App): ExplainParts {
  return {
    db: app.db,
    store: app.store,
    catalogue: app.queue.catalogue,
    settings: app.settings,
    live: liveFacts(app),
    logsFolder: app.paths.logs,
    now: app.clock.now(),
    timeAhead: timeAhead(app),
  };
}
