// Uploads into a library: resumable, by the tus protocol. Their rules are in library/uploads.ts.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { Metadata } from "@tus/server";
import type { Context } from "hono";
import { getLibrary } from "../../library/libraries.ts";
import { checkedUpload, getUpload, listUploads, receivedOf } from "../../library/uploads.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { problemOf, problemResponse } from "../problem.ts";
import type { Arrival } from "../uploads/arrivals.ts";
import { openTus } from "../uploads/tus.ts";
import { answers, apiRoutes, z } from "./describe.ts";

const root = "/api/libraries/:id{[0-9]+}/uploads";

export function uploadsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();
  const tus = openTus(app, app.config.basePath, (id) => app.arrivals.finished(id));
  const speak = async (c: Context<Env>, begun?: Parameters<typeof tus.handle>[2]) => {
    keepOpen(c);
    return asProblem(c, await tus.handle(c.req.raw, Number(c.req.param("id")), begun));
  };

  api.on("OPTIONS", [root, `${root}/:upload`], (c) => speak(c));

  api.get(root, async (c) => {
    const { id } = await getLibrary(app.db, Number(c.req.param("id")));
    const rows = await listUploads(app.db, id);
    return c.json({ data: await Promise.all(rows.map((row) => view(app, row))) });
  });

  api.post(root, async (c) => {
    const library = await getLibrary(app.db, Number(c.req.param("id")));
    const { name, folder, mtimeMs } = await checkedUpload(app, library, askedBy(c));
    const createdBy = c.var.identity?.user.id ?? null;
    return speak(c, { libraryId: library.id, name, folder, mtimeMs, createdBy });
  });

  api.get(`${root}/:upload`, async (c) => {
    if (c.req.method === "HEAD") return known(c).then(() => speak(c));
    const [libraryId, id] = [Number(c.req.param("id")), c.req.param("upload")];
    const arrival = app.arrivals.of(libraryId, id);
    const row = await getUpload(app.db, id);
    if (row && row.libraryId === libraryId) return c.json(await view(app, row));
    if (!arrival) throw new NotFound("upload", id);
    return c.json({ id, ...arrived(arrival) });
  });

  api.on(["PATCH", "DELETE"], `${root}/:upload`, async (c) => {
    await known(c);
    return speak(c);
  });

  async function known(c: Context<Env>): Promise<void> {
    const id = c.req.param("upload")!;
    const row = await getUpload(app.db, id);
    if (row?.libraryId !== Number(c.req.param("id"))) throw new NotFound("upload", id);
  }

  describe(api);
  return api;
}

/** Puts a film on a slow disk, or waits for one that comes slowly: longer than the socket's patience. */
function keepOpen(c: Context<Env>): void {
  (c.env as { timeout?: (request: Request, seconds: number) => void } | undefined)?.timeout?.(c.req.raw, 0);
}

function askedBy(c: Context<Env>) {
  const length = c.req.header("upload-length") ?? "";
  if (!/^\d{1,15}$/.test(length))
    throw new Refused(400, "upload.length", "Upload-Length must say how many bytes come.");
  const metadata = metadataOf(c.req.header("upload-metadata"));
  const mtimeMs = Number(metadata.lastModified ?? metadata.mtime ?? Number.NaN);
  return {
    name: metadata.filename ?? metadata.name ?? "",
    folder: metadata.folder ?? "",
    sizeBytes: Number(length),
    mtimeMs: Number.isFinite(mtimeMs) && mtimeMs > 0 && mtimeMs < 8e15 ? Math.floor(mtimeMs) : null,
  };
}

function metadataOf(header: string | undefined): Record<string, string | null> {
  try {
    return Metadata.parse(header);
  } catch {
    throw new Refused(400, "upload.metadata", "Upload-Metadata is no list of keys and base64 values.");
  }
}

async function view(app: App, row: NonNullable<Awaited<ReturnType<typeof getUpload>>>) {
  const arrival = app.arrivals.of(row.libraryId, row.id);
  return {
    id: row.id,
    name: row.name,
    folder: row.folder,
    sizeBytes: row.sizeBytes,
    receivedBytes: (await receivedOf(app.paths, row)) ?? 0,
    createdAt: row.createdAt.toISOString(),
    ...(arrival ? arrived(arrival) : { state: "receiving" }),
  };
}

function arrived(arrival: Arrival) {
  return "fileId" in arrival ? { ...arrival, fileId: String(arrival.fileId) } : arrival;
}

/** The protocol's own refusals are a line of text. */
async function asProblem(c: Context<Env>, response: Response): Promise<Response> {
  if (response.status < 400 || c.req.method === "HEAD") return response;
  const detail = (await response.text()).trim();
  const problem = { ...problemOf(new Refused(400, "upload.protocol", detail)), status: response.status };
  const answer = problemResponse(problem);
  for (const [name, value] of response.headers)
    if (/^(tus-|upload-)/i.test(name)) answer.headers.set(name, value);
  return answer;
}

function describe({ openAPIRegistry: document }: OpenAPIHono<Env>): void {
  const tags = ["Libraries"];
  const params = z.object({ id: z.string() });
  const one = params.extend({ upload: z.string() });
  const path = "/api/libraries/{id}/uploads";
  const state = z.object({
    id: z.string(),
    state: z.enum(["receiving", "placing", "added", "identical", "failed"]),
    fileId: z.string().optional(),
    path: z.string().optional(),
    message: z.string().optional(),
  });
  const none = (description: string) => ({ description });
  document.registerPath({
    method: "post",
    path,
    tags,
    summary: "Begin an upload (tus 1.0)",
    description:
      "`Upload-Length`, and `Upload-Metadata` with `filename`, `folder` and `lastModified` (milliseconds). `Location` says where its bytes go.",
    request: { params },
    responses: {
      201: none("Begun"),
      403: none("A read-only library"),
      413: none("No room"),
      415: none("No media"),
    },
  });
  document.registerPath({
    method: "get",
    path,
    tags,
    summary: "Uploads that have not ended",
    request: { params },
    responses: { 200: answers(z.object({ data: z.array(state) }), "Oldest first") },
  });
  document.registerPath({
    method: "get",
    path: `${path}/{upload}`,
    tags,
    summary: "How an upload stands",
    description: "HEAD answers as tus does, with `Upload-Offset`.",
    request: { params: one },
    responses: {
      200: answers(state, "With the file, once it is in the library"),
      404: none("Unknown, or ended long ago"),
    },
  });
  document.registerPath({
    method: "patch",
    path: `${path}/{upload}`,
    tags,
    summary: "The next bytes of an upload (tus 1.0)",
    request: { params: one },
    responses: {
      204: none("Received; with the last byte the file goes into the library"),
      409: none("Another offset"),
    },
  });
  document.registerPath({
    method: "delete",
    path: `${path}/{upload}`,
    tags,
    summary: "Give an upload up",
    request: { params: one },
    responses: { 204: none("Its bytes are gone") },
  });
}
