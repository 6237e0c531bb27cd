// Failures grouped by cause, and what is done with all of one cause: /api/problems.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { ignoredCauses, stopIgnoring } from "../../healing/ignored-causes.ts";
import { ignoreProblem, quarantineProblem, retryProblem } from "../../healing/problem-acts.ts";
import { type Problem, problems as problemsOf } from "../../healing/problems.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { answers, apiRoutes, pageQuery, pagination, problems, z } from "./describe.ts";
import { pagination as paginationSchema } from "./paging.ts";

const problemSchema = z
  .object({
    fingerprint: z.string(),
    code: z.string(),
    name: z.string().openapi({ example: "Truncated files" }),
    isServerWide: z.boolean().openapi({ description: "It stops whatever needs the same thing" }),
    title: z.string().openapi({ example: "14 files: the file ends too early" }),
    cause: z.string().openapi({ description: "The message without what differs from file to file" }),
    message: z.string().openapi({ description: "Of the newest, verbatim" }),
    meaning: z.string(),
    nextStep: z.string(),
    done: z.string().openapi({ description: "What the server has done about it" }),
    count: z.int().openapi({ description: "Failed jobs" }),
    files: z.int().nullable().openapi({ description: "Files they are about; null when there are too many" }),
    kinds: z.array(z.string()),
    queues: z.array(z.string()),
    libraries: z.array(z.string()).openapi({ description: "Ids of those that its files are of" }),
    firstAt: z.string(),
    lastAt: z.string(),
    samples: z.array(
      z.object({
        jobId: z.string(),
        kind: z.string(),
        fileId: z.string().nullable(),
        label: z.string(),
        failedAt: z.string().nullable(),
      }),
    ),
  })
  .openapi("FailureCause");

const ignoredSchema = z
  .object({
    fingerprint: z.string(),
    code: z.string(),
    message: z.string(),
    ignoredAt: z.string(),
    ignoredBy: z.string().nullable(),
    until: z.string().nullable(),
    note: z.string().nullable(),
    cleared: z.int().openapi({ description: "Failures it has cleared by now" }),
  })
  .openapi("IgnoredCause");

const count = z.int();
const ignoring = z.strictObject({
  until: z.iso.datetime({ offset: true }).optional(),
  note: z.string().trim().max(500).optional(),
});
const cause = z.object({
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{12}$/)
    .openapi({ example: "9f86d081884c" }),
});
const tags = ["Healing"];

export function problemsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/problems",
      tags,
      summary: "Failures that nobody has cleared, grouped by cause",
      request: { query: pageQuery },
      responses: {
        200: answers(
          z.object({
            data: z.array(problemSchema),
            pagination: paginationSchema,
            ignored: z.array(ignoredSchema),
            hiddenNsfw: count.openapi({ description: "Failed jobs left out while NSFW is hidden" }),
          }),
          "What stops the whole server first, then the most frequent",
        ),
      },
    }),
    async (c) => c.json(await problemList(app, c.req.valid("query")), 200),
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/problems/{fingerprint}/retry",
      tags,
      summary: "Retry every failure of a cause",
      request: { params: cause },
      responses: { 200: answers(z.object({ retried: count }), "How many wait again"), ...problems(404) },
    }),
    async (c) => {
      const { fingerprint } = c.req.valid("param");
      const user = c.var.identity!.user;
      const retried = await retryProblem(app, fingerprint, user.name, await hiddenGroups(app));
      await audit(app, user, "problem.retry", fingerprint, { retried });
      return c.json({ retried }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/problems/{fingerprint}/ignore",
      tags,
      summary: "Clear every failure of a cause, and later ones as they come",
      request: {
        params: cause,
        body: { required: false, content: { "application/json": { schema: ignoring.optional() } } },
      },
      responses: {
        200: answers(z.object({ cleared: count }), "How many were cleared"),
        ...problems(404, 422),
      },
    }),
    async (c) => {
      const { fingerprint } = c.req.valid("param");
      const { until, note } = c.req.valid("json") ?? {};
      const user = c.var.identity!.user;
      const ends = until === undefined ? null : comingTime(app, until);
      const asked = { by: user.name, until: ends, note: note || null };
      const cleared = await ignoreProblem(app, fingerprint, asked, await hiddenGroups(app));
      await audit(app, user, "problem.ignore", fingerprint, { cleared, until, note });
      return c.json({ cleared }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "delete",
      path: "/api/problems/{fingerprint}/ignore",
      tags,
      summary: "Show failures of a cause again",
      request: { params: cause },
      responses: { 204: { description: "They are" }, ...problems(404) },
    }),
    async (c) => {
      const { fingerprint } = c.req.valid("param");
      await stopIgnoring(app, fingerprint);
      await audit(app, c.var.identity!.user, "problem.unignore", fingerprint);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/problems/{fingerprint}/quarantine",
      tags,
      summary: "Hold back every file that failed of a cause",
      request: { params: cause },
      responses: {
        200: answers(
          z.object({ quarantined: count, cleared: count }),
          "How many files, and how many failures",
        ),
        ...problems(404, 409),
      },
    }),
    async (c) => {
      const { fingerprint } = c.req.valid("param");
      const user = c.var.identity!.user;
      const did = await quarantineProblem(app, fingerprint, user.name, await hiddenGroups(app));
      await audit(app, user, "problem.quarantine", fingerprint, did);
      return c.json(did, 200);
    },
  );

  return api;
}

/** One page of causes, what is ignored, and how much is hidden. */
export async function problemList(app: App, { page, limit }: z.output<typeof pageQuery>) {
  const hidden = await hiddenGroups(app);
  const tallies = hidden.length === 0 ? [] : await app.store.tallies();
  const listed = await problemsOf(app, hidden, (page - 1) * limit, limit);
  return {
    data: listed.problems.map(problemView),
    pagination: pagination(page, limit, listed.total),
    ignored: (await ignoredCauses(app)).map(({ ignoredAt, until, ...rest }) => ({
      ...rest,
      ignoredAt: ignoredAt.toISOString(),
      until: until?.toISOString() ?? null,
    })),
    hiddenNsfw: tallies.reduce((n, t) => n + (hidden.includes(t.lane.group) ? t.failed : 0), 0),
  };
}

function problemView({
  firstAt,
  lastAt,
  samples,
  libraries,
  ...rest
}: Problem): z.infer<typeof problemSchema> {
  return {
    ...rest,
    libraries: libraries.map(String),
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
    samples: samples.map(({ jobId, fileId, failedAt, ...sample }) => ({
      ...sample,
      jobId: String(jobId),
      fileId: fileId === null ? null : String(fileId),
      failedAt: failedAt?.toISOString() ?? null,
    })),
  };
}

function comingTime(app: App, text: string): Date {
  const at = new Date(text);
  if (at.getTime() > app.clock.now()) return at;
  const message = "That time is past.";
  throw new Refused(422, "input.invalid", message, { errors: [{ path: ["until"], message }] });
}
