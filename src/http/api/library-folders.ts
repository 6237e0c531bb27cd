// The folders of a library, and a new one in it.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { listFolder } from "../../library/folders.ts";
import { getLibrary } from "../../library/libraries.ts";
import { makeFolder } from "../../library/make-folder.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes, idParam, problems, takes, z } from "./describe.ts";
import { pageOf, pagination, shortListQuery } from "./paging.ts";

const params = z.object({ id: idParam });
const folderSchema = z.object({ path: z.string(), name: z.string(), files: z.int() });
const tags = ["Libraries"];

export function libraryFoldersApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/libraries/{id}/folders",
      tags,
      summary: "Folders of a library that hold files, in them or below",
      request: {
        params,
        query: shortListQuery.extend({
          parent: z.string().max(4096).default("").openapi({ description: "Empty for the root" }),
        }),
      },
      responses: {
        200: answers(z.object({ data: z.array(folderSchema), pagination }), "By name"),
        ...problems(404, 422),
      },
    }),
    async (c) => {
      const { id } = await getLibrary(app.db, c.req.valid("param").id);
      const { parent, ...paging } = c.req.valid("query");
      const { subfolders } = await listFolder(app.db, id, parent);
      return c.json(
        pageOf(
          subfolders.map(({ path, name, files }) => ({ path, name, files })),
          paging,
        ),
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/libraries/{id}/folders",
      tags,
      summary: "Make a folder in a library that may be written to",
      request: { params, body: takes(z.strictObject({ path: z.string().min(1).max(2000) })) },
      responses: { 201: answers(folderSchema, "The folder"), ...problems(403, 404, 409, 422) },
    }),
    async (c) => {
      const library = await getLibrary(app.db, c.req.valid("param").id);
      const path = await makeFolder(app, library, c.req.valid("json").path);
      await audit(app, c.var.identity?.user, "library.folder", library.id, { path });
      app.events.publish({ topic: "library", id: library.id });
      return c.json({ path, name: path.slice(path.lastIndexOf("/") + 1), files: 0 }, 201);
    },
  );
  return api;
}
