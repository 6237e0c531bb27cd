// What routes outside the API's groups, and those that answer no JSON, say of themselves: health, the stream of jobs,
// and the description itself.

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "../context.ts";
import { answers, z } from "./describe.ts";

const healthSchema = z.object({ status: z.literal("ok") });
const readinessSchema = z.object({
  status: z.enum(["ready", "degraded", "not ready"]),
  checks: z.record(
    z.string(),
    z.object({ result: z.enum(["ok", "warn", "fail"]), fix: z.string().optional() }),
  ),
});

export function describeTheRest({ openAPIRegistry: document }: OpenAPIHono<Env>): void {
  document.registerPath({
    method: "get",
    path: "/healthz",
    tags: ["Health"],
    security: [],
    summary: "Whether the process is up",
    responses: { 200: answers(healthSchema, "It is") },
  });
  document.registerPath({
    method: "get",
    path: "/readyz",
    tags: ["Health"],
    security: [],
    summary: "Whether it can do its work, check by check",
    responses: {
      200: answers(readinessSchema, "It can, if not everything"),
      503: answers(readinessSchema, "It can't"),
    },
  });
  document.registerPath({
    method: "get",
    path: "/api/jobs/stream",
    tags: ["Jobs"],
    summary: "Jobs, queues and counts as they change",
    description:
      "Server-sent events: `job` (a Job, or `id` and `removed`), `queue` (a Queue) and `stats` (JobStats), each with an id. Sends what `Last-Event-ID` missed, or the present state.",
    request: { headers: z.object({ "Last-Event-ID": z.string().optional() }) },
    responses: {
      200: {
        description: "Goes on until one side ends it",
        content: { "text/event-stream": { schema: z.string() } },
      },
    },
  });
  document.registerPath({
    method: "get",
    path: "/api/openapi.json",
    tags: ["About"],
    summary: "This description",
    responses: { 200: answers(z.looseObject({ openapi: z.string() }), "OpenAPI 3.1") },
  });
  document.registerPath({
    method: "get",
    path: "/api/docs",
    tags: ["About"],
    summary: "This description, to read",
    responses: { 200: { description: "A page", content: { "text/html": { schema: z.string() } } } },
  });
}
