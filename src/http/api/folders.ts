// The folder picker of "add a library": directories of the server, for owners.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { pickFolder } from "../../library/folder-picker.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes, problems, z } from "./describe.ts";

const pickedSchema = z
  .object({
    path: z.string(),
    parent: z.string().nullable(),
    readable: z.boolean(),
    writable: z.boolean(),
    entries: z.array(z.object({ name: z.string(), path: z.string() })),
    counts: z
      .object({ folders: z.int(), videos: z.int(), images: z.int(), audio: z.int() })
      .openapi({ description: "Directly inside" }),
    isCut: z.boolean(),
    offered: z.array(z.string()).openapi({ description: "Folders named by SPROCKET_MEDIA" }),
  })
  .openapi("PickedFolder");

export function foldersApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();
  api.openapi(
    createRoute({
      method: "get",
      path: "/api/admin/folders",
      tags: ["Libraries"],
      summary: "A folder of the server and its subfolders",
      request: { query: z.object({ path: z.string().max(4096).default("/") }) },
      responses: { 200: answers(pickedSchema, "The folder"), ...problems(422) },
    }),
    async (c) => c.json({ ...(await pickFolder(c.req.valid("query").path)), offered: app.config.media }, 200),
  );
  return api;
}
