// Collections: list, look, make, change, remove; files in and out. Members read; changes are for owners (guards.ts).

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { CollectionRow } from "../../db/tables/media.ts";
import {
  countCollections,
  countFilesOf,
  filesOfCollection,
  getCollection,
  listCollections,
} from "../../library/collections.ts";
import { fileViews } from "../../library/file-view.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { ruleText } from "../../search/rules.ts";
import {
  checkedRule,
  dropCollection,
  editCollection,
  makeCollection,
  putInto,
  refresh,
  takeOut,
} from "../collection-acts.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { answers, apiRoutes, idParam, pageQuery, problems, takes, z } from "./describe.ts";
import { fileSchema } from "./file-schema.ts";
import { pagination, paginationOf, shortListQuery } from "./paging.ts";

const rule = z.unknown().openapi({
  type: "object",
  description:
    "`{all:[…]}`, `{any:[…]}`, `{not:…}` or `{field, op, value}`: fields and values as in the search, op is one of `is < <= > >=`",
  example: {
    all: [{ field: "type", op: "is", value: "video" }, { not: { field: "lib", op: "is", value: "Work" } }],
  },
});

const collectionSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    dynamic: z.boolean(),
    rule: rule.nullable(),
    ruleText: z.string().nullable().openapi({ description: "The rule in the words of the search" }),
    files: z.int(),
    coverFileId: z.string().nullable(),
    refreshedAt: z.iso
      .datetime()
      .nullable()
      .openapi({ description: "Null while its files are still to be found" }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi("Collection");

const name = z.string().trim().min(1).max(200);
const description = z.string().max(2000);
const newCollection = z.strictObject({
  name,
  description: description.optional(),
  rule: rule.optional(),
  fileIds: z.array(idParam).max(5000).optional(),
});
const collectionChange = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  rule: rule.optional(),
  coverFileId: idParam.nullable().optional(),
});
const fileIds = z.strictObject({ fileIds: z.array(idParam).min(1).max(5000) });
const params = z.object({ id: idParam });
const tags = ["Collections"];
const withFiles = collectionSchema.extend({
  data: z.array(fileSchema),
  pagination,
  hiddenNsfw: z.int(),
});

export function collectionsApi(app: App): OpenAPIHono<Env> {
  const api = apiRoutes();

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/collections",
      tags,
      summary: "Every collection, by name",
      request: { query: shortListQuery },
      responses: { 200: answers(z.object({ data: z.array(collectionSchema), pagination }), "Collections") },
    }),
    async (c) => {
      const { page, limit } = c.req.valid("query");
      const rows = await listCollections(app.db, (page - 1) * limit, limit);
      const data = await Promise.all(rows.map((row) => view(app, row)));
      return c.json({ data, pagination: paginationOf(page, limit, await countCollections(app.db)) }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/collections",
      tags,
      summary: "Make a collection: by hand, or dynamic with a rule",
      request: { body: takes(newCollection) },
      responses: { 201: answers(collectionSchema, "The collection"), ...problems(422) },
    }),
    async (c) => {
      const { fileIds, ...body } = c.req.valid("json");
      const { user } = c.var.identity!;
      const isDynamic = body.rule !== undefined && body.rule !== null;
      if (isDynamic && fileIds?.length) throw ruleOrFiles();
      const made = await makeCollection(app, user, {
        ...body,
        rule: isDynamic ? await checkedRule(app, body.rule) : null,
      });
      if (fileIds?.length) await putInto(app, user, made.id, fileIds);
      return c.json(await view(app, made), 201);
    },
  );

  api.openapi(
    createRoute({
      method: "get",
      path: "/api/collections/{id}",
      tags,
      summary: "One collection with a page of its files",
      request: { params, query: pageQuery },
      responses: { 200: answers(withFiles, "The collection"), ...problems(404) },
    }),
    async (c) => {
      const { page, limit } = c.req.valid("query");
      const row = await getCollection(app.db, c.req.valid("param").id);
      const hidden = await hiddenGroups(app);
      const at = { offset: (page - 1) * limit, limit };
      const { files } = await filesOfCollection(app.db, row.id, hidden, at);
      const count = await countFilesOf(app.db, row.id, hidden);
      return c.json(
        {
          ...(await view(app, row)),
          data: await fileViews(app.db, files, app.config.basePath),
          pagination: paginationOf(page, limit, count.shown),
          hiddenNsfw: count.hidden,
        },
        200,
      );
    },
  );

  api.openapi(
    createRoute({
      method: "patch",
      path: "/api/collections/{id}",
      tags,
      summary: "Change a collection; a new rule finds its files anew",
      request: { params, body: takes(collectionChange) },
      responses: { 200: answers(collectionSchema, "The collection"), ...problems(404, 422) },
    }),
    async (c) => {
      const { rule: asked, ...change } = c.req.valid("json");
      const rule = asked === undefined ? undefined : await checkedRule(app, asked);
      const { id } = c.req.valid("param");
      const row = await editCollection(app, c.var.identity?.user, id, { ...change, ...(rule && { rule }) });
      return c.json(await view(app, row), 200);
    },
  );

  api.openapi(
    createRoute({
      method: "delete",
      path: "/api/collections/{id}",
      tags,
      summary: "Remove a collection; its files stay",
      request: { params },
      responses: { 204: { description: "Gone" }, ...problems(404) },
    }),
    async (c) => {
      await dropCollection(app, c.var.identity?.user, c.req.valid("param").id);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/collections/{id}/files",
      tags,
      summary: "Put files into a collection",
      request: { params, body: takes(fileIds) },
      responses: {
        200: answers(z.object({ added: z.int(), skipped: z.int() }), "How many were new in it"),
        ...problems(404, 409, 422),
      },
    }),
    async (c) => {
      const { fileIds } = c.req.valid("json");
      const { added } = await putInto(app, c.var.identity?.user, c.req.valid("param").id, fileIds);
      return c.json({ added: added.length, skipped: fileIds.length - added.length }, 200);
    },
  );

  api.openapi(
    createRoute({
      method: "delete",
      path: "/api/collections/{id}/files/{fileId}",
      tags,
      summary: "Take a file out of a collection; the file stays",
      request: { params: z.object({ id: idParam, fileId: idParam }) },
      responses: { 204: { description: "It is not in it any more" }, ...problems(404, 409) },
    }),
    async (c) => {
      const { id, fileId } = c.req.valid("param");
      const { gone } = await takeOut(app, c.var.identity?.user, id, [fileId]);
      if (gone.length === 0) throw new NotFound("file in this collection", fileId);
      return c.body(null, 204);
    },
  );

  api.openapi(
    createRoute({
      method: "post",
      path: "/api/collections/{id}/refresh",
      tags,
      summary: "Find the files that its rule matches, now",
      request: { params },
      responses: {
        202: answers(z.object({ jobId: z.string(), deduplicated: z.boolean() }), "The job"),
        ...problems(404),
      },
    }),
    async (c) => {
      const row = await getCollection(app.db, c.req.valid("param").id);
      const { id, deduplicated } = await refresh(app, row.id, c.var.identity?.user);
      return c.json({ jobId: String(id), deduplicated }, 202);
    },
  );

  return api;
}

async function view(app: App, row: CollectionRow): Promise<z.input<typeof collectionSchema>> {
  const { shown } = await countFilesOf(app.db, row.id, await hiddenGroups(app));
  return {
    id: String(row.id),
    name: row.name,
    description: row.description,
    dynamic: row.rule !== null,
    rule: row.rule as z.input<typeof rule>,
    ruleText: row.rule === null ? null : ruleText(row.rule as Parameters<typeof ruleText>[0]),
    files: shown,
    coverFileId: row.coverFileId === null ? null : String(row.coverFileId),
    refreshedAt: row.refreshedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function ruleOrFiles(): Refused {
  const message = "A collection has either a rule or chosen files.";
  return new Refused(422, "input.invalid", message, { errors: [{ path: ["fileIds"], message }] });
}
