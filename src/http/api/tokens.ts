// My API tokens. A token is shown in the answer that makes it, and never again.

import { createRoute } from "@hono/zod-openapi";
import type { ApiTokenRow } from "../../accounts/accounts.ts";
import { Refused } from "../../runtime/errors.ts";
import type { App } from "../context.ts";
import { answers, apiRoutes, idParam, problems, takes, z } from "./describe.ts";
import { pageOf, pagination, shortListQuery } from "./paging.ts";

const scope = z.enum(["read", "write", "admin"]);

const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    hint: z.string(),
    scopes: z.array(scope),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
    lastUsedAt: z.string().nullable(),
  })
  .openapi("Token");

const list = createRoute({
  method: "get",
  path: "/api/tokens",
  tags: ["Accounts"],
  summary: "My tokens",
  request: { query: shortListQuery },
  responses: {
    200: answers(z.object({ data: z.array(tokenSchema), pagination }), "Without the tokens themselves"),
    ...problems(401, 422),
  },
});

const create = createRoute({
  method: "post",
  path: "/api/tokens",
  tags: ["Accounts"],
  summary: "Make a token",
  description:
    "Scopes: `read` looks, `write` changes files and libraries, `admin` does everything an owner may. Members can't have `admin`. A token that is made by a token ends with it at the latest.",
  request: {
    body: takes(
      z.object({
        name: z.string().trim().min(1).max(100),
        scopes: z.array(scope).min(1),
        expiresAt: z.iso.datetime({ offset: true }).nullish(),
      }),
    ),
  },
  responses: {
    201: answers(tokenSchema.extend({ token: z.string() }), "`token` is shown this once"),
    ...problems(401, 403, 422),
  },
});

const remove = createRoute({
  method: "delete",
  path: "/api/tokens/{id}",
  tags: ["Accounts"],
  summary: "Revoke a token",
  request: { params: z.object({ id: idParam }) },
  responses: { 204: { description: "It works no more" }, ...problems(401, 404) },
});

export function tokensApi(app: Pick<App, "accounts" | "clock">) {
  return apiRoutes()
    .openapi(list, async (c) => {
      const rows = await app.accounts.listTokens(c.var.identity!.user.id);
      return c.json(pageOf(rows.map(tokenView), c.req.valid("query")), 200);
    })
    .openapi(create, async (c) => {
      const { name, scopes, expiresAt } = c.req.valid("json");
      const identity = c.var.identity!;
      // Also keeps a token from making a stronger one.
      const tooMuch = scopes.filter((s) => !identity.scopes.includes(s));
      if (tooMuch.length > 0)
        throw new Refused(403, "scope.exceeded", `You can't give the scope ${tooMuch.join(", ")}.`);
      const asked = expiresAt ? new Date(expiresAt) : null;
      if (asked && asked.getTime() <= app.clock.now()) throw alreadyPast();
      const made = await app.accounts.createToken({
        userId: identity.user.id,
        name,
        scopes: [...new Set(scopes)],
        expiresAt: earlier(asked, identity.expiresAt ?? null),
      });
      return c.json({ ...tokenView(made.token), token: made.secret }, 201);
    })
    .openapi(remove, async (c) => {
      await app.accounts.deleteToken(c.var.identity!.user.id, c.req.valid("param").id);
      return c.body(null, 204);
    });
}

export function alreadyPast(): Refused {
  const message = "This time has passed already.";
  return new Refused(422, "input.invalid", message, { errors: [{ path: ["expiresAt"], message }] });
}

/** A token that ends makes none that outlives it. */
function earlier(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}

function tokenView(row: ApiTokenRow) {
  return {
    id: String(row.id),
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
