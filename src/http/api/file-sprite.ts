// The pictures above a player's seek bar: the WebVTT that says which is where, and the sheets it names.

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { derivativePath, findDerivative } from "../../library/derivatives.ts";
import { getFile } from "../../library/files.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { sendFile } from "../send-file.ts";
import { apiRoutes, idParam, problems, z } from "./describe.ts";

const tags = ["Files"];

export function fileSprite(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/sprite.vtt",
      tags,
      summary: "Small pictures of a film by time, as WebVTT with `#xywh`",
      request: { params: z.object({ id: idParam }) },
      responses: { 200: { description: "Cues without gaps, sheets named relatively" }, ...problems(404) },
    }),
    async (c) => {
      const { path, version } = await spriteOf(app, c.req.valid("param").id);
      const etag = `"${version}"`;
      const isVersioned = c.req.query("v") !== undefined;
      const headers = {
        "Cache-Control": isVersioned ? "private, max-age=31536000, immutable" : "private, no-cache",
        "Content-Type": "text/vtt; charset=utf-8",
        ETag: etag,
      };
      if (c.req.header("If-None-Match") === etag) return c.body(null, 304, headers);
      const text = await readFile(path, "utf8").catch(() => {
        throw new NotFound("sprite of file", c.req.valid("param").id);
      });
      // On disk the sheets lie beside it; the version lets browsers keep them.
      return c.body(text.replaceAll(/^(sheet-\d+\.jpg)#/gm, `sprite/$1?v=${version}#`), 200, headers);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/sprite/{sheet}",
      tags,
      summary: "A sheet of small pictures",
      request: { params: z.object({ id: idParam, sheet: z.string().regex(/^sheet-\d{3,6}\.jpg$/) }) },
      responses: { 200: { description: "The sheet" }, ...problems(404) },
    }),
    async (c) => {
      const { id, sheet } = c.req.valid("param");
      const { path, version } = await spriteOf(app, id);
      const sent = { path: join(dirname(path), sheet), mimeType: "image/jpeg", etag: `${version}-${sheet}` };
      // Of a former version there is nothing left, and what is sent in its place must not be kept for it.
      return await sendFile(c, { ...sent, isImmutable: c.req.query("v") === version });
    },
  );

  return api;
}

async function spriteOf(app: App, id: number): Promise<{ path: string; version: string }> {
  const row = await getFile(app.db, id);
  const made = await findDerivative(app.db, row.id, "sprite");
  if (!made) throw new NotFound("sprite of file", row.id);
  return { path: derivativePath(app.paths, made), version: made.createdAt.getTime().toString(36) };
}
