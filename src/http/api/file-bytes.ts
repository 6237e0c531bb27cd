// The bytes of a file and of what was made from it: original, pictures, waveform, transforms on demand.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { DerivativeRow, FileRow } from "../../db/tables/library.ts";
import { derivativePath, findDerivative, listDerivatives } from "../../library/derivatives.ts";
import { derivativeAddress } from "../../library/file-view.ts";
import { absolutePath, getFile } from "../../library/files.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { sendFile } from "../send-file.ts";
import { apiRoutes, idParam, problems, z } from "./describe.ts";
import { transformFile, transformQuery } from "./file-transform.ts";

const params = z.object({ id: idParam });
const bytes = (description: string) => ({ 200: { description }, ...problems(404) });
const tags = ["Files"];
const route = <P extends string>(path: P, summary: string) =>
  createRoute({ method: "get", path, tags, summary, request: { params }, responses: bytes(summary) });

export function fileBytes(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/original",
      tags,
      summary: "The file itself; takes ranges",
      request: { params, query: z.object({ download: z.string().optional() }) },
      responses: {
        200: { description: "The whole file" },
        206: { description: "A range of it" },
        304: { description: "As the client has it" },
        416: { description: "No such range" },
        ...problems(404),
      },
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      const path = await absolutePath(app.db, row);
      const asAttachment = c.req.valid("query").download !== undefined;
      return await sendFile(c, { path, mimeType: row.mimeType, name: row.name, asAttachment });
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/thumbnail",
      tags,
      summary: "The picture that stands for the file",
      request: { params, query: z.object({ w: z.coerce.number().int().min(1).max(8192).default(480) }) },
      responses: bytes("The smallest that is at least `w` wide, else the largest"),
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      const made = bestFor(await listDerivatives(app.db, row.id), c.req.valid("query").w);
      if (!made) throw noPicture(row);
      return await sendDerivative(c, app, row, made);
    },
  );

  api.openapi(
    route("/api/files/{id}/preview", "A large picture of an image, a few silent seconds of a video"),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      const made = await findDerivative(app.db, row.id, "preview");
      if (!made) throw row.type === "video" ? new NotFound("preview yet of file", row.id) : noPicture(row);
      return await sendDerivative(c, app, row, made);
    },
  );

  api.openapi(
    route("/api/files/{id}/waveform.json", "Peaks in the form of audiowaveform, version 2"),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      const made = await findDerivative(app.db, row.id, "waveform");
      if (!made) throw new NotFound("waveform of file", row.id);
      return await sendDerivative(c, app, row, made);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/derivatives/{derivativeId}",
      tags,
      summary: "Anything that was made from the file",
      request: { params: z.object({ id: idParam, derivativeId: idParam }) },
      responses: bytes("The derivative"),
    }),
    async (c) => {
      const { id, derivativeId } = c.req.valid("param");
      const row = await getFile(app.db, id);
      const made = (await listDerivatives(app.db, row.id)).find((one) => one.id === derivativeId);
      if (!made) throw new NotFound("derivative", derivativeId);
      if (["hls", "sprite"].includes(made.kind))
        return c.redirect(`${app.config.basePath}${derivativeAddress(made)}`);
      return await sendDerivative(c, app, row, made);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/transform",
      tags,
      summary: "An image at another size or in another format",
      description: "Made on demand and cached; waits up to 30 s.",
      request: { params, query: transformQuery },
      responses: { ...bytes("The picture"), ...problems(404, 422, 503) },
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").id);
      const made = await transformFile(app, row, c.req.valid("query"), c.req.raw.signal);
      return await sendFile(c, { ...made, etag: made.etag.replaceAll('"', "") });
    },
  );

  return api;
}

/** Of posters, thumbnails and previews; the square ones only when nothing wider is wanted. */
export function bestFor(derivatives: DerivativeRow[], width: number): DerivativeRow | undefined {
  const pictures = derivatives
    .filter((made) => pictureKinds.includes(made.kind) && made.mimeType.startsWith("image/"))
    .sort((a, b) => widthOf(a) - widthOf(b));
  return pictures.find((made) => widthOf(made) >= width) ?? pictures.at(-1);
}

const pictureKinds = ["thumbnail", "poster", "preview"];

/** The width that was aimed at: a picture narrower than that is never enlarged, and is the best there is. */
function widthOf(made: DerivativeRow): number {
  return Math.max(made.width ?? 0, Number(/\d+$/.exec(made.variant)?.[0] ?? 0));
}

async function sendDerivative(
  c: Context<Env>,
  app: App,
  row: FileRow,
  made: DerivativeRow,
): Promise<Response> {
  const extension = made.path.slice(made.path.lastIndexOf("."));
  return await sendFile(c, {
    path: derivativePath(app.paths, made),
    mimeType: made.mimeType,
    name: `${row.name}.${made.kind}${extension}`,
    etag: `${made.id.toString(36)}-${made.createdAt.getTime().toString(36)}`,
    isImmutable: c.req.query("v") !== undefined,
  });
}

function noPicture(row: FileRow): NotFound {
  return new NotFound(row.type === "audio" ? "picture of audio file" : "picture yet of file", row.id);
}
