// Who I am, and my password.

import { createRoute } from "@hono/zod-openapi";
import { audit } from "../audit.ts";
import type { App } from "../context.ts";
import { setCookies, userSchema } from "./auth.ts";
import { answers, apiRoutes, problems, takes, z } from "./describe.ts";

const me = createRoute({
  method: "get",
  path: "/api/me",
  tags: ["Accounts"],
  summary: "Who I am",
  responses: {
    200: answers(
      z.object({
        user: userSchema,
        via: z.enum(["cookie", "token"]),
        scopes: z.array(z.enum(["read", "write", "admin"])),
        expiresAt: z.iso.datetime().optional().openapi({ description: "When the token ends, if ever" }),
      }),
      "The user that the cookie or token stands for",
    ),
    ...problems(401),
  },
});

const password = createRoute({
  method: "post",
  path: "/api/me/password",
  tags: ["Accounts"],
  summary: "Change my password",
  description: "Ends every other session.",
  request: { body: takes(z.object({ current: z.string(), password: z.string() })) },
  responses: {
    200: answers(z.object({ user: userSchema }), "Changed; the answer sets a new session cookie"),
    ...problems(401, 403, 422, 429),
  },
});

export function meApi(app: Pick<App, "accounts" | "db" | "clock">) {
  return apiRoutes()
    .openapi(me, (c) => {
      const { expiresAt, ...identity } = c.var.identity!;
      return c.json({ ...identity, expiresAt: expiresAt?.toISOString() }, 200);
    })
    .openapi(password, async (c) => {
      const { current, password } = c.req.valid("json");
      const { user } = c.var.identity!;
      const done = await app.accounts.changePassword(user, current, password, c.var.caller);
      setCookies(c, done);
      await audit(app, user, "user.password", user.email);
      return c.json({ user: done.user }, 200);
    });
}
