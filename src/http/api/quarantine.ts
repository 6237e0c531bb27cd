// Files that are held back: listed, added by hand, released: /api/quarantine.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { excludeFiles, releaseFiles } from "../../healing/quarantine.ts";
import { type HeldFile, heldFiles, heldIds, type QuarantineFilter } from "../../healing/quarantine-list.ts";
import { getFile } from "../../library/files.ts";
import { Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { answers, apiRoutes, idParam, pageQuery, pagination, problems, takes, z } from "./describe.ts";
import { pagination as paginationSchema } from "./paging.ts";

const heldSchema = z
  .object({
    fileId: z.string(),
    libraryId: z.string(),
    path: z.string(),
    name: z.string(),
    type: z.enum(["video", "image", "audio"]),
    sizeBytes: z.int(),
    state: z.enum(["missing", "quarantined"]),
    thumbnailUrl: z.string().nullable(),
    since: z.string(),
    by: z.string().nullable().openapi({ description: "Null: the server itself, after repeated failures" }),
    code: z.string().openapi({ description: "`excluded` when somebody took it out by hand" }),
    reason: z.string(),
    kind: z.string().nullable(),
    failures: z.int(),
    meaning: z.string(),
    nextStep: z.string(),
  })
  .openapi("HeldFile");

const filter = z.object({
  code: z.string().max(64).optional(),
  kind: z.string().max(64).optional(),
  library: idParam.optional(),
  text: z.string().max(200).optional().openapi({ description: "Part of the path" }),
  by: z.enum(["people", "server"]).optional(),
});
const count = z.int();
const idList = z.array(idParam).min(1).max(1000);
const exclusion = z.strictObject({ fileIds: idList, reason: z.string().trim().min(1).max(500) });
const release = z.strictObject({
  ...filter.shape,
  fileIds: idList.optional(),
  all: z.literal(true).optional().openapi({ description: "Needed to release everything" }),
  retry: z.boolean().optional(),
});
const retrying = z.strictObject({ retry: z.boolean().optional() });
const releasedSchema = z.object({
  released: count,
  retried: count.openapi({
    description: "Jobs that failed, or that the quarantine cancelled, and wait again",
  }),
});
const tags = ["Healing"];

export function quarantineApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/quarantine",
      tags,
      summary: "Files that are held back",
      request: { query: pageQuery.extend(filter.shape) },
      responses: {
        200: answers(
          z.object({ data: z.array(heldSchema), pagination: paginationSchema, hiddenNsfw: count }),
          "One page, the newest first",
        ),
      },
    }),
    async (c) => c.json(await quarantinePage(app, c.req.valid("query")), 200),
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/quarantine",
      tags,
      summary: "Take files out of processing",
      request: { body: takes(exclusion) },
      responses: {
        200: answers(z.object({ quarantined: count }), "How many were not held before"),
        ...problems(404),
      },
    }),
    async (c) => {
      const { fileIds, reason } = c.req.valid("json");
      const user = c.var.identity!.user;
      for (const id of fileIds) await getFile(app.db, id);
      const held = await excludeFiles(app, fileIds, reason, user.name);
      await audit(app, user, "quarantine.add", null, { fileIds: held, reason });
      return c.json({ quarantined: held.length }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/quarantine/release",
      tags,
      summary: "Release many files: those named, or all that a filter picks",
      request: { body: takes(release) },
      responses: { 200: answers(releasedSchema, "How many"), ...problems(422) },
    }),
    async (c) => {
      const asked = c.req.valid("json");
      const did = await releaseMany(app, asked, c.var.identity!.user.name);
      await audit(app, c.var.identity!.user, "quarantine.release", null, { ...asked, ...did });
      return c.json(did, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/quarantine/{fileId}/release",
      tags,
      summary: "Release a file",
      request: {
        params: z.object({ fileId: idParam }),
        body: { required: false, content: { "application/json": { schema: retrying.optional() } } },
      },
      responses: { 200: answers(releasedSchema, "Done"), ...problems(404, 409) },
    }),
    async (c) => {
      const row = await getFile(app.db, c.req.valid("param").fileId);
      const user = c.var.identity!.user;
      const retry = c.req.valid("json")?.retry ?? false;
      const { fileIds, retried } = await releaseFiles(app, [row.id], { by: user.name, retry });
      if (fileIds.length === 0)
        throw new Refused(409, "file.state", `${row.path} is not in quarantine; it is ${row.state}.`);
      await audit(app, user, "quarantine.release", row.id, { path: row.path, retry, retried });
      return c.json({ released: 1, retried }, 200);
    },
  );

  return api;
}

export async function quarantinePage(
  app: App,
  { page, limit, library, ...rest }: z.output<typeof filter> & z.output<typeof pageQuery>,
) {
  const hideLibraries = await hiddenGroups(app);
  const asked: QuarantineFilter = { ...rest, libraryId: library, hideLibraries };
  const { files, total, hidden } = await heldFiles(app, asked, (page - 1) * limit, limit);
  return {
    data: files.map((one) => heldView(app, one)),
    pagination: pagination(page, limit, total),
    hiddenNsfw: hidden,
  };
}

export async function releaseMany(app: App, asked: z.output<typeof release>, by: string) {
  const { fileIds, all, retry, library, ...rest } = asked;
  const options = { by, retry };
  if (fileIds) {
    const { fileIds: done, retried } = await releaseFiles(app, fileIds, options);
    return { released: done.length, retried };
  }
  const isNarrow = Object.values({ ...rest, library }).some((value) => value !== undefined);
  if (!isNarrow && !all) {
    const message = "Name files, a filter, or say all: true.";
    throw new Refused(422, "input.invalid", message, { errors: [{ path: [], message }] });
  }
  const did = { released: 0, retried: 0 };
  const picked: QuarantineFilter = { ...rest, libraryId: library, hideLibraries: await hiddenGroups(app) };
  for (;;) {
    const ids = await heldIds(app, picked, 200);
    const { fileIds: done, retried } = await releaseFiles(app, ids, options);
    did.released += done.length;
    did.retried += retried;
    if (done.length === 0) return did;
  }
}

function heldView(app: App, { file, heldAt, heldBy, ...rest }: HeldFile): z.infer<typeof heldSchema> {
  return {
    fileId: String(file.id),
    libraryId: String(file.libraryId),
    path: file.path,
    name: file.name,
    type: file.type,
    sizeBytes: file.sizeBytes,
    state: file.state === "missing" ? "missing" : "quarantined",
    thumbnailUrl:
      file.type === "audio" ? null : `${app.config.basePath}/api/files/${file.id}/thumbnail?w=240`,
    since: heldAt.toISOString(),
    by: heldBy,
    ...rest,
  };
}
