// Copies of the database: which there are, and making one now.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { listBackups } from "../../library/backups.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes, problems, z } from "./describe.ts";
import { jobSchema } from "./job-schema.ts";
import { jobView } from "./job-view.ts";

const tags = ["Administration"];
const backupSchema = z
  .object({ name: z.string(), origin: z.string(), at: z.string(), sizeBytes: z.int() })
  .openapi("Backup");

export function backupsApi(app: App): OpenAPIHono<Env> {
  return apiRoutes()
    .openapi(
      createRoute({
        method: "post",
        path: "/api/admin/backup",
        tags,
        summary: "Back up the database now",
        description:
          "Into the data folder's `backups`. The copy is read from end to end before it counts; it stays until somebody removes it.",
        responses: {
          202: answers(jobSchema.extend({ deduplicated: z.boolean() }), "The job that makes it"),
          ...problems(401, 403),
        },
      }),
      async (c) => {
        const { user } = c.var.identity!;
        const { id, deduplicated } = await app.queue.enqueue(
          "backup",
          { byHand: true },
          { priority: 1, origin: user.id },
        );
        await audit(app, user, "backup.make", `job:${id}`);
        return c.json({ ...(await jobView(app, await app.queue.get(id))), deduplicated }, 202);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/api/admin/backups",
        tags,
        summary: "Copies of the database in the data folder",
        responses: {
          200: answers(z.object({ data: z.array(backupSchema) }), "Newest first"),
          ...problems(401, 403),
        },
      }),
      async (c) => {
        const data = (await listBackups(app.paths)).map((one) => ({ ...one, at: one.at.toISOString() }));
        return c.json({ data }, 200);
      },
    );
}
