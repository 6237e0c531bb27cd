// Help with typing a search, and searches that were given a name.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { SavedViewRow } from "../../db/tables/search.ts";
import { Refused } from "../../runtime/errors.ts";
import { suggestions } from "../../search/suggest.ts";
import { createView, listViews, ownView, recentViews, removeView, updateView } from "../../search/views.ts";
import { audit } from "../audit.ts";
import type { App, Env, User } from "../context.ts";
import { answers, apiRoutes, idParam, problems, takes, z } from "./describe.ts";
import { pageOf, pagination, shortListQuery } from "./paging.ts";
import { checkQuery, searchFields } from "./search-query.ts";

const of = z.enum(["jobs", "files"]);
const tags = ["Search"];

const suggestionSchema = z
  .object({
    text: z.string(),
    label: z.string(),
    kind: z.enum(["field", "value", "recent"]),
    from: z.int(),
    to: z.int(),
  })
  .openapi("Suggestion");

const viewSchema = z
  .object({
    id: z.string(),
    for: of,
    name: z.string(),
    q: z.string(),
    sort: z.string().nullable(),
    shared: z.boolean(),
    isMine: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi("SavedView");

const input = {
  name: z.string().trim().min(1).max(100),
  q: z.string().max(1000),
  sort: z.string().max(40).nullable(),
  shared: z.boolean(),
};
const newView = z.object({
  for: of,
  name: input.name,
  q: input.q,
  sort: input.sort.default(null),
  shared: input.shared.default(false),
});

const suggest = createRoute({
  method: "get",
  path: "/api/search/suggest",
  tags,
  summary: "What may stand where somebody types",
  request: {
    query: z.object({
      for: of,
      q: z.string().max(1000).default(""),
      at: z.coerce.number().int().min(0).optional().openapi({ description: "The cursor; default: the end" }),
    }),
  },
  responses: {
    200: answers(z.array(suggestionSchema), "Each replaces the characters of `q` from `from` to before `to`"),
  },
});

const list = createRoute({
  method: "get",
  path: "/api/views",
  tags,
  summary: "My saved views, and those that others share",
  request: { query: shortListQuery.extend({ for: of.optional() }) },
  responses: { 200: answers(z.object({ data: z.array(viewSchema), pagination }), "By name, mine first") },
});

const create = createRoute({
  method: "post",
  path: "/api/views",
  tags,
  summary: "Save a search under a name",
  request: { body: takes(newView) },
  responses: { 201: answers(viewSchema, "The view"), ...problems(409) },
});

const change = createRoute({
  method: "patch",
  path: "/api/views/{id}",
  tags,
  summary: "Change a saved view of mine",
  request: { params: z.object({ id: idParam }), body: takes(z.object(input).partial()) },
  responses: { 200: answers(viewSchema, "The view afterwards"), ...problems(409) },
});

const remove = createRoute({
  method: "delete",
  path: "/api/views/{id}",
  tags,
  summary: "Remove a saved view of mine",
  request: { params: z.object({ id: idParam }) },
  responses: { 204: { description: "Removed" } },
});

export function searchApi(app: App): OpenAPIHono<Env> {
  return apiRoutes()
    .openapi(suggest, async (c) => {
      const { for: what, q, at = q.length } = c.req.valid("query");
      const { user } = c.var.identity!;
      keepJobsToOwners(user, what);
      const found = await suggestions(q, Math.min(at, q.length), await searchFields(app, what));
      const views = q.trim() === "" ? await recentViews(app.db, user.id, what, 5) : [];
      const recent = views.map((v) => ({
        text: v.q,
        label: v.name,
        kind: "recent" as const,
        from: 0,
        to: q.length,
      }));
      return c.json([...recent, ...found], 200);
    })
    .openapi(list, async (c) => {
      const { user } = c.var.identity!;
      const query = c.req.valid("query");
      const rows = await listViews(app.db, user.id, query.for);
      const mayLook = rows.filter((row) => row.of === "files" || user.role === "owner");
      const views = mayLook.map((row) => viewOf(row, user));
      return c.json(pageOf(views, query), 200);
    })
    .openapi(create, async (c) => {
      const { user } = c.var.identity!;
      const { for: what, ...view } = c.req.valid("json");
      keepJobsToOwners(user, what);
      await checkQuery(app, what, view.q);
      const row = await createView(app.db, user.id, what, view, app.clock.now());
      await audit(app, user, "view.create", row.id, {
        for: what,
        name: row.name,
        q: row.q,
        shared: row.shared,
      });
      return c.json(viewOf(row, user), 201);
    })
    .openapi(change, async (c) => {
      const { user } = c.var.identity!;
      const { id } = c.req.valid("param");
      const view = c.req.valid("json");
      if (view.q !== undefined) await checkQuery(app, (await ownView(app.db, user.id, id)).of, view.q);
      const row = await updateView(app.db, user.id, id, view, app.clock.now());
      await audit(app, user, "view.update", row.id, view);
      return c.json(viewOf(row, user), 200);
    })
    .openapi(remove, async (c) => {
      const { user } = c.var.identity!;
      const row = await removeView(app.db, user.id, c.req.valid("param").id);
      await audit(app, user, "view.remove", row.id, { name: row.name });
      return c.body(null, 204);
    });
}

function keepJobsToOwners(user: User, what: z.infer<typeof of>): void {
  if (what === "jobs" && user.role !== "owner")
    throw new Refused(403, "role.insufficient", "Jobs are for owners.");
}

function viewOf(row: SavedViewRow, user: User): z.infer<typeof viewSchema> {
  return {
    id: String(row.id),
    for: row.of,
    name: row.name,
    q: row.q,
    sort: row.sort,
    shared: row.shared,
    isMine: row.userId === user.id,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
