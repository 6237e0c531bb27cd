// Moments of files, and the exports of them.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { MomentRow } from "../../db/tables/media.ts";
import { newestOfMoment } from "../../library/exports.ts";
import { getFile } from "../../library/files.ts";
import { getMoment, listMoments } from "../../library/moments.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { changeMoment, dropMoment, markMoment } from "../moment-acts.ts";
import { answers, apiRoutes, idParam, problems, takes, z } from "./describe.ts";
import { sendExport } from "./export-bytes.ts";
import { jobSchema } from "./job-schema.ts";
import { jobView } from "./job-view.ts";

const ms = z.int().min(0).max(1_000_000_000);
const title = z.string().trim().max(200);
const newMoment = z.strictObject({ startMs: ms, endMs: ms, title: title.optional() });
const changes = newMoment.partial();

const momentSchema = z
  .object({
    id: z.string(),
    fileId: z.string(),
    startMs: z.int(),
    endMs: z.int(),
    title: z.string(),
    source: z.enum(["user", "digest"]),
    createdAt: z.string(),
    updatedAt: z.string(),
    export: z
      .object({ id: z.string(), url: z.string(), sizeBytes: z.int(), createdAt: z.string() })
      .nullable()
      .openapi({ description: "The newest; null while there is none" }),
  })
  .openapi("Moment");

const params = z.object({ id: idParam });
const tags = ["Moments"];

export function momentsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/moments",
      tags,
      summary: "The moments of a file, in its order",
      request: { params },
      responses: { 200: answers(z.object({ data: z.array(momentSchema) }), "All of them"), ...problems(404) },
    }),
    async (c) => {
      const { id } = await getFile(app.db, c.req.valid("param").id);
      const rows = await listMoments(app.db, id);
      return c.json({ data: await Promise.all(rows.map((row) => momentView(app, row))) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/files/{id}/moments",
      tags,
      summary: "Mark a moment",
      description: "Without a title it is called after its times.",
      request: { params, body: takes(newMoment) },
      responses: { 201: answers(momentSchema, "The moment"), ...problems(404, 422) },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { row } = await markMoment(app, c.var.identity?.user, id, c.req.valid("json"));
      return c.json(await momentView(app, row), 201);
    },
  );

  api.openapi(
    createRoute({
      method: "patch",
      path: "/api/moments/{id}",
      tags,
      summary: "Change a moment",
      description: "With other ends, what was exported of it is not its export any more.",
      request: { params, body: takes(changes) },
      responses: { 200: answers(momentSchema, "The moment"), ...problems(404, 422) },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { row } = await changeMoment(app, c.var.identity?.user, id, c.req.valid("json"));
      return c.json(await momentView(app, row), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "delete",
      path: "/api/moments/{id}",
      tags,
      summary: "Remove a moment",
      description: "What was exported of it stays among the exports.",
      request: { params },
      responses: { 204: { description: "It is gone" }, ...problems(404) },
    }),
    async (c) => {
      await dropMoment(app, c.var.identity?.user, c.req.valid("param").id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/moments/{id}/export",
      tags,
      summary: "Cut a moment out into a file of its own",
      request: { params },
      responses: {
        202: answers(jobSchema.extend({ deduplicated: z.boolean() }), "The job"),
        ...problems(404, 409),
      },
    }),
    async (c) => {
      const { id: momentId } = await getMoment(app.db, c.req.valid("param").id);
      const origin = c.var.identity?.user.id;
      const { id, deduplicated } = await app.queue.enqueue("moment-export", { momentId }, { origin });
      return c.json({ ...(await jobView(app, await app.queue.get(id))), deduplicated }, 202);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/moments/{id}/download",
      tags,
      summary: "The newest export of a moment; takes ranges",
      request: { params },
      responses: {
        200: { description: "The whole file" },
        206: { description: "A range of it" },
        ...problems(404),
      },
    }),
    async (c) => {
      const { id } = await getMoment(app.db, c.req.valid("param").id);
      const row = await newestOfMoment(app.db, id);
      if (!row) throw new NotFound("export yet of moment", id);
      return await sendExport(c, app, row);
    },
  );

  return api;
}

async function momentView(app: App, row: MomentRow): Promise<z.infer<typeof momentSchema>> {
  const made = await newestOfMoment(app.db, row.id);
  return {
    id: String(row.id),
    fileId: String(row.fileId),
    startMs: row.startMs,
    endMs: row.endMs,
    title: row.title,
    source: row.source,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    export: made
      ? {
          id: String(made.id),
          url: `${app.config.basePath}/api/moments/${row.id}/download`,
          sizeBytes: made.sizeBytes,
          createdAt: made.createdAt.toISOString(),
        }
      : null,
  };
}
