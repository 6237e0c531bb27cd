// The adaptive stream of a film: its playlists, and the segments that they name. A segment's address carries when it was
// made, so that browsers keep it for ever and never mix two streams.

import { basename, dirname, join } from "node:path";
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { DerivativeRow } from "../../db/tables/library.ts";
import { derivativePath, findDerivative } from "../../library/derivatives.ts";
import { getFile } from "../../library/files.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { sendFile } from "../send-file.ts";
import { apiRoutes, idParam, problems, z } from "./describe.ts";

const mimeTypes: Record<string, string> = {
  m3u8: "application/vnd.apple.mpegurl",
  mp4: "video/mp4",
  m4s: "video/mp4",
};

const id = idParam;
const master = z.object({
  id,
  name: z.string().openapi({ description: "`index.m3u8`, the master playlist" }),
});
const rendition = z.object({
  id,
  rendition: z.string().openapi({ description: "As the master playlist names it: `v720`" }),
  name: z.string().openapi({ description: "`index.m3u8`, or what that names" }),
});
const tags = ["Files"];
const responses = {
  200: { description: "A playlist or segment" },
  206: { description: "A range of a segment" },
  ...problems(404),
};

export function fileHls(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/hls/{name}",
      tags,
      summary: "The adaptive stream of a film (HLS)",
      request: { params: master },
      responses,
    }),
    async (c) => {
      const { id, name } = c.req.valid("param");
      return await send(app, c, id, name);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/hls/{rendition}/{name}",
      tags,
      summary: "One size or sound track of it: its playlist and segments, which take ranges",
      request: { params: rendition },
      responses,
    }),
    async (c) => {
      const { id, rendition, name } = c.req.valid("param");
      return await send(app, c, id, `${rendition}/${name}`);
    },
  );
  return api;
}

type Asked = Parameters<typeof sendFile>[0];

async function send(app: App, c: Asked, id: number, name: string): Promise<Response> {
  const row = await getFile(app.db, id);
  const made = await findDerivative(app.db, row.id, "hls");
  const extension = nameOf.exec(name)?.[1];
  if (!made || !extension) throw new NotFound("stream of file", row.id);
  const path = join(dirname(derivativePath(app.paths, made)), name);
  const version = versionOf(made);
  const asked = c.req.query("v");
  if (extension === "m3u8") return await sendPlaylist(c, path, version);
  // Of an earlier stream: under this address that of now would be kept for ever.
  if (asked !== undefined && asked !== version) throw new NotFound("segment", basename(name));
  return await sendFile(c, {
    path,
    mimeType: name.startsWith("a") ? "audio/mp4" : mimeTypes[extension]!,
    etag: `${version}-${name.replace("/", "-")}`,
    isImmutable: asked !== undefined,
  });
}

/** One folder down at most, and nothing that leads out of it. */
const nameOf = /^(?:[av]\d{1,4}\/)?\w{1,40}\.(m3u8|mp4|m4s)$/;

export function versionOf({ id, createdAt }: Pick<DerivativeRow, "id" | "createdAt">): string {
  return `${id.toString(36)}-${createdAt.getTime().toString(36)}`;
}

async function sendPlaylist(c: Asked, path: string, version: string): Promise<Response> {
  const file = Bun.file(path);
  if (!(await file.exists())) throw new NotFound("file at", c.req.path);
  const headers = {
    "Cache-Control": "private, no-cache",
    "Content-Type": mimeTypes.m3u8!,
    ETag: `"${version}"`,
    "X-Content-Type-Options": "nosniff",
  };
  if (c.req.header("If-None-Match")?.includes(`"${version}"`))
    return new Response(null, { status: 304, headers });
  const text = withVersion(await file.text(), version);
  return new Response(c.req.method === "HEAD" ? null : text, { headers });
}

/** Every address in a playlist, on a line of its own or in an attribute. */
export function withVersion(playlist: string, version: string): string {
  return playlist
    .replace(/^[^#\s].*$/gm, (address) => `${address}?v=${version}`)
    .replace(/URI="([^"]+)"/g, (_, address) => `URI="${address}?v=${version}"`);
}
