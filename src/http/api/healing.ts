// Stuck jobs: /clear-stuck and /clear-all-stuck; and what is known of the file that a job is about.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { clearStuck } from "../../healing/stuck-jobs.ts";
import { NotFound } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes, idParam, problems, z } from "./describe.ts";
import { jobFile, jobFileSchema } from "./job-file.ts";

const count = z.int();
const again = z.strictObject({
  retry: z
    .boolean()
    .optional()
    .openapi({ description: "Back to waiting instead of failed, while retries are left" }),
});
const optional = <S extends z.ZodType>(schema: S) => ({
  required: false,
  content: { "application/json": { schema: schema.optional() } },
});
const tags = ["Healing"];

export function healingApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/queues/{name}/clear-stuck",
      tags,
      summary: "End the queue's stuck jobs",
      request: { params: z.object({ name: z.string() }), body: optional(again) },
      responses: {
        200: answers(z.object({ cleared: count, jobIds: z.array(z.string()) }), "Which were ended"),
        ...problems(404),
      },
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const { cleared, jobIds } = await clearStuckJobs(
        app,
        c.var.identity!.user,
        name,
        retryOf(c.req.valid("json")),
      );
      return c.json({ cleared, jobIds: jobIds.map(String) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/actions/clear-all-stuck",
      tags,
      summary: "End every stuck job",
      request: { body: optional(again) },
      responses: {
        200: answers(z.object({ cleared: count, queues: count }), "How many, in how many queues"),
      },
    }),
    async (c) => {
      const user = c.var.identity!.user;
      const { cleared, queues } = await clearStuckJobs(app, user, undefined, retryOf(c.req.valid("json")));
      return c.json({ cleared, queues }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/media/jobs/{id}/file",
      tags: ["Jobs"],
      summary: "The file that a job is about: path, picture, link, size, format, metadata",
      request: { params: z.object({ id: idParam }) },
      responses: { 200: answers(jobFileSchema, "The file"), ...problems(404) },
    }),
    async (c) => c.json(await jobFile(app, c.req.valid("param").id), 200),
  );

  return api;
}

/** Of one queue, or of all. */
export async function clearStuckJobs(
  app: App,
  user: { id: string; name: string },
  queue: string | undefined,
  retry: boolean,
) {
  if (queue !== undefined && !app.queue.catalogue.queueByName.has(queue)) throw new NotFound("queue", queue);
  const did = await clearStuck(app, queue, user.name, retry);
  await audit(app, user.id, "jobs.clear-stuck", queue === undefined ? null : `queue:${queue}`, {
    ...did,
    retry,
  });
  return did;
}

function retryOf(body: z.infer<typeof again> | undefined): boolean {
  return body?.retry ?? false;
}
