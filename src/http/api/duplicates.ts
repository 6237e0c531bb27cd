// Files that are there more than once, and saying that some are not the same: /api/duplicates.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { duplicatesOf, wholeGroup } from "../../library/duplicates.ts";
import { fileViews } from "../../library/file-view.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { dismiss } from "../pages/file-acts.ts";
import { answers, apiRoutes, idParam, pageQuery, pagination, takes, z } from "./describe.ts";
import { fileSchema } from "./file-schema.ts";
import { pagination as paginationSchema } from "./paging.ts";

const groupSchema = z
  .object({
    type: z.enum(["exact", "near"]),
    bestId: z.string().openapi({ description: "The one to keep" }),
    reason: z.string().openapi({ description: "Why that one", example: "the most pixels" }),
    distance: z.int().openapi({ description: "Between the two nearest, in bits of 64" }),
    reclaimableBytes: z.int().openapi({ description: "What goes when only the best stays" }),
    count: z.int().openapi({ description: "Files in the group; of very many, not all are listed" }),
    files: z.array(fileSchema).openapi({ description: "The best first" }),
  })
  .openapi("DuplicateGroup");

const listSchema = z.object({
  data: z.array(groupSchema),
  pagination: paginationSchema,
  files: z.int().openapi({ description: "In all groups" }),
  reclaimableBytes: z.int().openapi({ description: "Of all groups" }),
});

const tags = ["Files"];

export function duplicatesApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/duplicates",
      tags,
      summary: "Files that are there more than once, the biggest savings first",
      description: "`exact`: the same to the byte. `near`: they look or sound alike.",
      request: { query: pageQuery.extend({ type: z.enum(["exact", "near"]).default("exact") }) },
      responses: { 200: answers(listSchema, "One page of groups") },
    }),
    async (c) => {
      const { type, page, limit } = c.req.valid("query");
      const all = await duplicatesOf(app.db, type, await hiddenGroups(app));
      const data = [];
      for (const group of all.groups.slice((page - 1) * limit, page * limit)) {
        const { fileIds, bestId, files, ...facts } = await wholeGroup(app.db, group);
        const views = await fileViews(app.db, files, app.config.basePath);
        data.push({ ...facts, bestId: String(bestId), count: fileIds.length, files: views });
      }
      const { files, reclaimableBytes } = all;
      return c.json(
        { data, pagination: pagination(page, limit, all.groups.length), files, reclaimableBytes },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/duplicates/dismiss",
      tags,
      summary: "Say that no two of these files are the same",
      request: { body: takes(z.strictObject({ fileIds: z.array(idParam).min(2).max(200) })) },
      responses: { 200: answers(z.object({ dismissed: z.int() }), "Pairs that are left out from now on") },
    }),
    async (c) => {
      const { fileIds } = c.req.valid("json");
      const { pairs } = await dismiss(app, fileIds, c.var.identity!.user);
      return c.json({ dismissed: pairs }, 200);
    },
  );

  return api;
}
