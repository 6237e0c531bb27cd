// Pictures and videos by when they were taken: counts by month, and a page of the files.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { fileViews } from "../../library/file-view.ts";
import { countTimeline, timelineMonths, timelinePage } from "../../library/timeline.ts";
import type { App, Env } from "../context.ts";
import { timelineFilter } from "../timeline-query.ts";
import { answers, apiRoutes, idParam, pageQuery, problems, z } from "./describe.ts";
import { fileSchema } from "./file-schema.ts";
import { pagination, paginationOf } from "./paging.ts";

const date = z.string().max(40).optional();
const query = pageQuery.extend({
  library: idParam.optional(),
  type: z.enum(["image", "video"]).optional(),
  from: date.openapi({ description: "`2024`, `2024-07` or `2024-07-14`, in the server's time zone" }),
  to: date.openapi({ description: "The same; it is included" }),
});
const schema = z.object({
  months: z.array(z.object({ month: z.string().openapi({ example: "2024-07" }), files: z.int() })),
  data: z.array(fileSchema),
  pagination,
});

export function timelineApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();
  api.openapi(
    createRoute({
      method: "get",
      path: "/api/timeline",
      tags: ["Files"],
      summary: "Pictures and videos by when they were taken, newest first",
      request: { query },
      responses: { 200: answers(schema, "Counts by month, and one page of files"), ...problems(404, 422) },
    }),
    async (c) => {
      const { page, limit, ...asked } = c.req.valid("query");
      const filter = await timelineFilter(app, asked);
      const rows = await timelinePage(app.db, filter, null, limit, (page - 1) * limit);
      return c.json(
        {
          months: await timelineMonths(app.db, filter),
          data: await fileViews(app.db, rows, app.config.basePath),
          pagination: paginationOf(page, limit, await countTimeline(app.db, filter)),
        },
        200,
      );
    },
  );
  return api;
}
