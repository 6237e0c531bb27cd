// What lies beside a film's picture and sound: its subtitles, and pictures of its scenes.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { derivativePath } from "../../library/derivatives.ts";
import { getFile } from "../../library/files.ts";
import { findScenePicture } from "../../library/scenes.ts";
import { findSubtitle, languageTag } from "../../library/subtitles.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { sendFile } from "../send-file.ts";
import { apiRoutes, idParam, problems, z } from "./describe.ts";

const tags = ["Files"];

export function fileScenes(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/subtitles/{track}",
      tags,
      summary: "Subtitles, as `2-eng.vtt` or `2-eng.ass`; the file lists them",
      request: {
        params: z.object({ id: idParam, track: z.string().max(100) }),
        query: z.object({ download: z.string().optional(), v: z.string().optional() }),
      },
      responses: { 200: { description: "WebVTT, or the script" }, ...problems(404) },
    }),
    async (c) => {
      const { id, track } = c.req.valid("param");
      const { download, v } = c.req.valid("query");
      const row = await getFile(app.db, id);
      const made = await findSubtitle(app.db, row.id, track);
      if (!made) throw new NotFound("subtitles", track);
      // As players look for it beside the film.
      const language = languageTag((made.facts?.language as string | null | undefined) ?? null);
      const name = `${row.name.replace(/\.[^.]+$/, "")}.${language}.${track.slice(track.lastIndexOf(".") + 1)}`;
      return await sendFile(c, {
        path: derivativePath(app.paths, made),
        mimeType: made.mimeType,
        name,
        asAttachment: download !== undefined,
        isImmutable: v !== undefined,
      });
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/scenes/{number}",
      tags,
      summary: "A picture of a scene, by its number from 1",
      request: {
        params: z.object({ id: idParam, number: z.coerce.number().int().min(1).max(999) }),
        query: z.object({ v: z.string().optional() }),
      },
      responses: { 200: { description: "The picture" }, ...problems(404) },
    }),
    async (c) => {
      const { id, number } = c.req.valid("param");
      const row = await getFile(app.db, id);
      const found = await findScenePicture(app, row.id, number);
      if (!found) throw new NotFound("scene", number);
      return await sendFile(c, {
        path: found.path,
        mimeType: "image/webp",
        name: `${row.name}.scene-${number}.webp`,
        isImmutable: c.req.valid("query").v !== undefined,
      });
    },
  );

  return api;
}
