// Uploads into a library: resumable, by the tus protocol. Their rules are in library/uploads.ts.

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { getLibrary } from "../../library/libraries.ts";
import { checkedUpload, getUpload, listUploads, noteReceiving, receivedOf } from "../../library/uploads.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { problemOf, problemResponse } from "../problem.ts";
import type { Arrival } from "../uploads/arrivals.ts";
import type { Begun, Tus } from "../uploads/tus.ts";
import { answers, apiRoutes, idParam, problemSchema, z } from "./describe.ts";

const root = "/api/libraries/:id/uploads";

const uploadSchema = z
  .object({
    id: z.string(),
    state: z.enum(["receiving", "placing", "added", "identical", "failed"]),
    name: z.string(),
    folder: z.string(),
    sizeBytes: z.int(),
    receivedBytes: z.int(),
    createdAt: z.iso.datetime(),
    fileId: z.string().optional().openapi({ description: "Once it is added, or the one that is identical" }),
    path: z.string().optional().openapi({ description: "Of that file, in its library" }),
    code: z.string().optional(),
    message: z.string().optional().openapi({ description: "Why it failed" }),
  })
  .openapi("Upload");

export function uploadsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();
  let opened: Promise<Tus> | undefined;
  // Loaded by the first upload: a server that never has one is smaller by ten megabytes.
  const tus = () =>
    (opened ??= import("../uploads/tus.ts").then(({ openTus }) =>
      openTus(app, app.config.basePath, (id) => app.arrivals.finished(id)),
    ));
  const speak = async (c: Context<Env>, begun?: Begun) => {
    keepOpen(c);
    return asProblem(c, await (await tus()).handle(c.req.raw, libraryOf(c), begun));
  };

  api.on("OPTIONS", [root, `${root}/:upload`], (c) => speak(c));

  api.get(root, async (c) => {
    const { id } = await getLibrary(app.db, libraryOf(c));
    const rows = await listUploads(app.db, id);
    return c.json({ data: await Promise.all(rows.map((row) => view(app, row))) });
  });

  api.post(root, async (c) => {
    const library = await getLibrary(app.db, libraryOf(c));
    const { name, folder, mtimeMs } = await checkedUpload(app, library, await askedBy(c));
    const createdBy = c.var.identity?.user.id ?? null;
    return speak(c, { libraryId: library.id, name, folder, mtimeMs, createdBy });
  });

  api.get(`${root}/:upload`, async (c) => {
    if (c.req.method === "HEAD") return known(c).then(() => speak(c));
    const [libraryId, id] = [libraryOf(c), c.req.param("upload")];
    const arrival = app.arrivals.of(libraryId, id);
    const row = await getUpload(app.db, id);
    if (row && row.libraryId === libraryId) return c.json(await view(app, row));
    if (!arrival) throw new NotFound("upload", id);
    return c.json({ id, ...arrived(arrival) });
  });

  api.on(["PATCH", "DELETE"], `${root}/:upload`, async (c) => {
    await known(c);
    if (c.req.method === "PATCH") await noteReceiving(app, c.req.param("upload")!);
    return speak(c);
  });

  async function known(c: Context<Env>): Promise<void> {
    const id = c.req.param("upload")!;
    const row = await getUpload(app.db, id);
    if (row?.libraryId !== libraryOf(c)) throw new NotFound("upload", id);
  }

  describe(api);
  return api;
}

/** These routes are outside zod's: what is no id names nothing. */
function libraryOf(c: Context<Env>): number {
  const id = idParam.safeParse(c.req.param("id"));
  if (!id.success) throw new NotFound("library", c.req.param("id")!);
  return id.data;
}

/** Puts a film on a slow disk, or waits for one that comes slowly: longer than the socket's patience. */
function keepOpen(c: Context<Env>): void {
  (c.env as { timeout?: (request: Request, seconds: number) => void } | undefined)?.timeout?.(c.req.raw, 0);
}

async function askedBy(c: Context<Env>) {
  const length = c.req.header("upload-length") ?? "";
  if (!/^\d{1,15}$/.test(length))
    throw new Refused(400, "upload.length", "Upload-Length must say how many bytes come.");
  const metadata = await metadataOf(c.req.header("upload-metadata"));
  const mtimeMs = Number(metadata.lastModified ?? metadata.mtime ?? Number.NaN);
  return {
    name: metadata.filename ?? metadata.name ?? "",
    folder: metadata.folder ?? "",
    sizeBytes: Number(length),
    mtimeMs: Number.isFinite(mtimeMs) && mtimeMs > 0 && mtimeMs < 8e15 ? Math.floor(mtimeMs) : null,
  };
}

async function metadataOf(header: string | undefined): Promise<Record<string, string | null>> {
  const { Metadata } = await import("@tus/server");
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
  const status = response.status as Refused["status"];
  const answer = problemResponse(problemOf(new Refused(status, "upload.protocol", detail)));
  for (const [name, value] of response.headers)
    if (/^(tus-|upload-)/i.test(name)) answer.headers.set(name, value);
  return answer;
}

function describe({ openAPIRegistry: document }: OpenAPIHono<Env>): void {
  const tags = ["Libraries"];
  const params = z.object({ id: z.string() });
  const one = params.extend({ upload: z.string() });
  const path = "/api/libraries/{id}/uploads";
  const tus = { "Tus-Resumable": z.literal("1.0.0") };
  const none = (description: string) => ({ description });
  const refused = (description: string) => ({
    description,
    content: { "application/problem+json": { schema: problemSchema } },
  });
  document.registerPath({
    method: "post",
    path,
    tags,
    summary: "Begin an upload (tus 1.0)",
    description:
      "`Upload-Metadata` holds `filename`, and may hold `folder` and `lastModified` (milliseconds). A body of `application/offset+octet-stream` is taken for its first bytes.",
    request: {
      params,
      headers: z.object({ ...tus, "Upload-Length": z.string(), "Upload-Metadata": z.string() }),
    },
    responses: {
      201: none("Begun; `Location` says where its bytes go"),
      400: refused("Not as the protocol says"),
      403: refused("Not allowed, or a read-only library"),
      409: refused("The library's folder is not there"),
      413: refused("No room on the disk"),
      415: refused("No media"),
      422: refused("A name, folder or type that the library does not take"),
    },
  });
  document.registerPath({
    method: "get",
    path,
    tags,
    summary: "Uploads that have not ended",
    request: { params },
    responses: { 200: answers(z.object({ data: z.array(uploadSchema) }), "Oldest first, 200 at most") },
  });
  document.registerPath({
    method: "get",
    path: `${path}/{upload}`,
    tags,
    summary: "How an upload stands",
    description: "HEAD answers as tus does, with `Upload-Offset`.",
    request: { params: one },
    responses: {
      200: answers(uploadSchema.partial().required({ id: true, state: true }), "With the file it became"),
      404: refused("Unknown, given up, or ended more than an hour ago"),
    },
  });
  document.registerPath({
    method: "patch",
    path: `${path}/{upload}`,
    tags,
    summary: "The next bytes of an upload (tus 1.0)",
    description: "The body is `application/offset+octet-stream`: bytes from `Upload-Offset` on.",
    request: { params: one, headers: z.object({ ...tus, "Upload-Offset": z.string() }) },
    responses: {
      204: none("Received; with the last byte the file goes into the library"),
      400: refused("Not as the protocol says"),
      409: refused("Another offset than the one reached"),
      413: refused("More bytes than were announced"),
    },
  });
  document.registerPath({
    method: "delete",
    path: `${path}/{upload}`,
    tags,
    summary: "Give an upload up",
    request: { params: one, headers: z.object(tus) },
    responses: { 204: none("Its bytes are gone"), 400: refused("Not as the protocol says") },
  });
  for (const [at, named] of [
    [path, params],
    [`${path}/{upload}`, one],
  ] as const)
    document.registerPath({
      method: "options",
      path: at,
      tags,
      summary: "What of tus is spoken here",
      request: { params: named },
      responses: { 204: none("`Tus-Version`, `Tus-Extension`") },
    });
}
