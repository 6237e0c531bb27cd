// Exports: what jobs made for somebody, to download and to remove.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { findExport, type ListedExport, listExports, removeExport } from "../../library/exports.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { answers, apiRoutes, idParam, pageQuery, pagination, problems, z } from "./describe.ts";
import { sendExport } from "./export-bytes.ts";
import { pagination as paginationSchema } from "./paging.ts";

const exportSchema = z
  .object({
    id: z.string(),
    jobId: z.string(),
    kind: z.string(),
    title: z.string(),
    mimeType: z.string(),
    sizeBytes: z.int(),
    durationMs: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    momentId: z.string().nullable(),
    fileId: z.string().nullable().openapi({ description: "Of the file that it is, in a library" }),
    sources: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .openapi({ description: "The first of the files whose material it holds" }),
    sourceCount: z.int(),
    url: z.string(),
    createdAt: z.string(),
  })
  .openapi("Export");

const params = z.object({ id: idParam });
const tags = ["Exports"];

export function exportsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/exports",
      tags,
      summary: "Everything that was exported, newest first",
      request: { query: pageQuery },
      responses: {
        200: answers(
          z.object({ data: z.array(exportSchema), pagination: paginationSchema }),
          "One page of exports",
        ),
      },
    }),
    async (c) => {
      const { page, limit } = c.req.valid("query");
      const { exports, total } = await listExports(app.db, { page, limit, hidden: await hiddenGroups(app) });
      const data = exports.map((one) => exportView(one, app.config.basePath));
      return c.json({ data, pagination: pagination(page, limit, total) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/exports/{id}/download",
      tags,
      summary: "An export itself; takes ranges",
      request: { params, query: z.object({ inline: z.string().optional() }) },
      responses: {
        200: { description: "The whole file" },
        206: { description: "A range of it" },
        ...problems(404),
      },
    }),
    async (c) => await sendExport(c, app, await findExport(app.db, c.req.valid("param").id)),
  );

  api.openapi(
    createRoute({
      method: "delete",
      path: "/api/exports/{id}",
      tags,
      summary: "Remove an export",
      description: "One that went into a library stays there; it only leaves this list.",
      request: { params },
      responses: { 204: { description: "It is gone" }, ...problems(404) },
    }),
    async (c) => {
      const row = await findExport(app.db, c.req.valid("param").id);
      await removeExport(app, row);
      await audit(app, c.var.identity?.user, "export.remove", row.id, { name: row.title });
      return c.body(null, 204);
    },
  );

  return api;
}

function exportView(row: ListedExport, basePath: string): z.infer<typeof exportSchema> {
  const { kind, title, mimeType, sizeBytes, durationMs, width, height, sourceCount } = row;
  return {
    id: String(row.id),
    jobId: String(row.jobId),
    ...{ kind, title, mimeType, sizeBytes, durationMs, width, height },
    momentId: row.momentId === null ? null : String(row.momentId),
    fileId: row.fileId === null ? null : String(row.fileId),
    sources: row.sources.map(({ id, name }) => ({ id: String(id), name })),
    sourceCount,
    url: `${basePath}/api/exports/${row.id}/download`,
    createdAt: row.createdAt.toISOString(),
  };
}
