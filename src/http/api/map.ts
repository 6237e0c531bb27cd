// Where files were taken: clusters for a zoom, and a page of the files of the area.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { thumbnailsOf } from "../../library/file-grid.ts";
import { fileViews } from "../../library/file-view.ts";
import { clustersOf, filesOfArea } from "../../library/map-places.ts";
import type { App, Env } from "../context.ts";
import { mapFilter } from "../map-query.ts";
import { answers, apiRoutes, idParam, pageQuery, problems, z } from "./describe.ts";
import { fileSchema } from "./file-schema.ts";
import { pagination, paginationOf } from "./paging.ts";

const query = pageQuery.extend({
  bbox: z.string().max(200).optional().openapi({ description: "`west,south,east,north` in degrees" }),
  zoom: z.coerce.number().min(0).max(22).default(2),
  library: idParam.optional(),
  type: z.enum(["image", "video", "audio"]).optional(),
  files: z.enum(["true", "false"]).default("true").openapi({ description: "`false`: clusters alone" }),
});
const area = z.object({ west: z.number(), south: z.number(), east: z.number(), north: z.number() });
const schema = z.object({
  clusters: z.array(
    z.object({
      lat: z.number(),
      lon: z.number(),
      files: z.int(),
      fileId: z.string(),
      picture: z.string().nullable(),
      area,
    }),
  ),
  data: z.array(fileSchema),
  pagination,
});

export function mapApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();
  api.openapi(
    createRoute({
      method: "get",
      path: "/api/map",
      tags: ["Files"],
      summary: "Where files were taken",
      request: { query },
      responses: { 200: answers(schema, "Clusters, and one page of files"), ...problems(404, 422) },
    }),
    async (c) => {
      const { page, limit, zoom, files, ...asked } = c.req.valid("query");
      const filter = await mapFilter(app, asked);
      const clusters = await clustersOf(app.db, filter, zoom);
      const total = clusters.reduce((sum, one) => sum + one.files, 0);
      const pictures = await thumbnailsOf(
        app.db,
        clusters.map((one) => one.fileId),
      );
      const rows = files === "true" ? await filesOfArea(app.db, filter, (page - 1) * limit, limit) : [];
      return c.json(
        {
          clusters: clusters.map((one) => ({
            ...one,
            fileId: String(one.fileId),
            picture: pictures.has(one.fileId)
              ? `${app.config.basePath}/api/files/${one.fileId}/thumbnail?w=240`
              : null,
          })),
          data: await fileViews(app.db, rows, app.config.basePath),
          pagination: paginationOf(page, limit, total),
        },
        200,
      );
    },
  );
  return api;
}
