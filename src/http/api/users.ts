// Administration of people: users and their roles, and invitations.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { InvitationRow, UserRow } from "../../accounts/accounts.ts";
import { audit } from "../audit.ts";
import { hostReader } from "../caller.ts";
import type { App, Env } from "../context.ts";
import { userSchema } from "./auth.ts";
import { answers, apiRoutes, idParam, problems, takes, z } from "./describe.ts";
import { pageOf, pagination, paginationOf, shortListQuery } from "./paging.ts";
import { alreadyPast } from "./tokens.ts";

const userRowSchema = userSchema
  .extend({ createdAt: z.string(), lastSeenAt: z.string().nullable() })
  .openapi("UserRow");

const invitationSchema = z
  .object({
    id: z.string(),
    note: z.string().nullable(),
    state: z.enum(["open", "used", "expired"]),
    createdAt: z.string(),
    expiresAt: z.string(),
    usedAt: z.string().nullable(),
  })
  .openapi("Invitation");

const userId = z.object({ id: z.string().min(1).max(64) });
const tags = ["Administration"];

const listUsers = createRoute({
  method: "get",
  path: "/api/admin/users",
  tags,
  summary: "Everybody with an account",
  request: { query: shortListQuery },
  responses: {
    200: answers(z.object({ data: z.array(userRowSchema), pagination }), "Oldest first"),
    ...problems(401, 403, 422),
  },
});

const changeUser = createRoute({
  method: "patch",
  path: "/api/admin/users/{id}",
  tags,
  summary: "Promote or demote",
  request: { params: userId, body: takes(z.object({ role: z.enum(["owner", "member"]) })) },
  responses: {
    200: answers(z.object({ user: userSchema }), "The user with the new role"),
    ...problems(401, 403, 404, 409, 422),
  },
});

const deleteUser = createRoute({
  method: "delete",
  path: "/api/admin/users/{id}",
  tags,
  summary: "Delete an account with its sessions and tokens",
  request: { params: userId },
  responses: { 204: { description: "Deleted" }, ...problems(401, 403, 404, 409) },
});

const listInvitations = createRoute({
  method: "get",
  path: "/api/admin/invitations",
  tags,
  summary: "Invitations",
  request: { query: shortListQuery },
  responses: {
    200: answers(z.object({ data: z.array(invitationSchema), pagination }), "Newest first"),
    ...problems(401, 403, 422),
  },
});

const createInvitation = createRoute({
  method: "post",
  path: "/api/admin/invitations",
  tags,
  summary: "Invite somebody",
  description:
    "The link works once, for a week unless `expiresAt` says otherwise, while registration is by invitation.",
  request: {
    body: {
      content: {
        "application/json": {
          schema: z.object({
            note: z.string().trim().max(200).optional(),
            expiresAt: z.iso.datetime({ offset: true }).optional(),
          }),
        },
      },
    },
  },
  responses: {
    201: answers(
      invitationSchema.extend({ token: z.string(), url: z.string() }),
      "The link is shown this once",
    ),
    ...problems(401, 403, 422),
  },
});

const deleteInvitation = createRoute({
  method: "delete",
  path: "/api/admin/invitations/{id}",
  tags,
  summary: "Take an invitation back",
  request: { params: z.object({ id: idParam }) },
  responses: { 204: { description: "The link works no more" }, ...problems(401, 403, 404) },
});

export function usersApi(app: Pick<App, "accounts" | "db" | "clock" | "config">) {
  const { accounts } = app;
  const link = invitationLink(app);
  return apiRoutes()
    .openapi(listUsers, async (c) =>
      c.json(pageOf((await accounts.listUsers()).map(userView), c.req.valid("query")), 200),
    )
    .openapi(changeUser, async (c) => {
      const { role } = c.req.valid("json");
      const user = await accounts.setRole(c.req.valid("param").id, role);
      await audit(app, c.var.identity!.user, "user.role", user.email, { role });
      return c.json({ user }, 200);
    })
    .openapi(deleteUser, async (c) => {
      const user = await accounts.deleteUser(c.req.valid("param").id);
      await audit(app, c.var.identity!.user, "user.delete", user.email);
      return c.body(null, 204);
    })
    .openapi(listInvitations, async (c) => {
      const { page, limit } = c.req.valid("query");
      const rows = await accounts.listInvitations((page - 1) * limit, limit);
      const total = await accounts.countInvitations();
      const data = rows.map((row) => invitationView(row, app.clock.now()));
      return c.json({ data, pagination: paginationOf(page, limit, total) }, 200);
    })
    .openapi(createInvitation, async (c) => {
      const { note, expiresAt } = c.req.valid("json");
      const { user } = c.var.identity!;
      const expires = expiresAt === undefined ? undefined : new Date(expiresAt);
      if (expires && expires.getTime() <= app.clock.now()) throw alreadyPast();
      const made = await accounts.createInvitation({ note, expiresAt: expires, createdBy: user.id });
      const view = invitationView(made.invitation, app.clock.now());
      await audit(app, user, "invitation.create", view.id, { note: view.note });
      return c.json({ ...view, token: made.secret, url: link(c, made.secret) }, 201);
    })
    .openapi(deleteInvitation, async (c) => {
      const { id } = await accounts.deleteInvitation(c.req.valid("param").id);
      await audit(app, c.var.identity!.user, "invitation.delete", id);
      return c.body(null, 204);
    });
}

/** The link as the person who asks for it would open it. */
export function invitationLink(app: Pick<App, "config">): (c: Context<Env>, secret: string) => string {
  const hostOf = hostReader(app.config);
  return (c, secret) =>
    `${c.var.caller.isSecure ? "https" : "http"}://${hostOf(c)}${app.config.basePath}/sign-up?invite=${secret}`;
}

export function invitationState(row: InvitationRow, now: number): "open" | "used" | "expired" {
  if (row.usedAt) return "used";
  return row.expiresAt.getTime() <= now ? "expired" : "open";
}

function userView({ id, email, name, role, createdAt, lastSeenAt }: UserRow) {
  return {
    id,
    email,
    name,
    role,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
  };
}

function invitationView(row: InvitationRow, now: number) {
  return {
    id: String(row.id),
    note: row.note,
    state: invitationState(row, now),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    usedAt: row.usedAt?.toISOString() ?? null,
  };
}
