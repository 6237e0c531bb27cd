// Signing up, in and out. The pages with the same names do the same through the same accounts.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { SignedIn } from "../../accounts/accounts.ts";
import type { App, Env } from "../context.ts";
import { answers, apiRoutes, problems, takes, z } from "./describe.ts";

export const userSchema = z
  .object({ id: z.string(), email: z.string(), name: z.string(), role: z.enum(["owner", "member"]) })
  .openapi("User");

const signedIn = answers(z.object({ user: userSchema }), "Signed in; the answer sets the session cookie");

const registration = createRoute({
  method: "get",
  path: "/api/auth/registration",
  tags: ["Accounts"],
  security: [],
  summary: "Who may sign up",
  responses: {
    200: answers(
      z.object({ mode: z.enum(["open", "invite", "closed"]), firstRun: z.boolean() }),
      "`firstRun`: nobody owns the server yet; whoever signs up now does",
    ),
  },
});

const signUp = createRoute({
  method: "post",
  path: "/api/auth/sign-up",
  tags: ["Accounts"],
  security: [],
  summary: "Make an account",
  description:
    "The first account is an owner. It needs `setup`, the secret of the link on the server's console, unless the request comes from the same machine.",
  request: {
    body: takes(
      z.object({
        email: z.string().max(254),
        password: z.string(),
        name: z.string(),
        invite: z.string().optional(),
        setup: z.string().optional(),
      }),
    ),
  },
  responses: { 201: signedIn, ...problems(403, 409, 422, 429) },
});

const signIn = createRoute({
  method: "post",
  path: "/api/auth/sign-in",
  tags: ["Accounts"],
  security: [],
  summary: "Sign in",
  request: { body: takes(z.object({ email: z.string().max(254), password: z.string() })) },
  responses: { 200: signedIn, ...problems(401, 422, 429) },
});

const signOut = createRoute({
  method: "post",
  path: "/api/auth/sign-out",
  tags: ["Accounts"],
  summary: "End the session",
  responses: { 204: { description: "Signed out" }, ...problems(401) },
});

export function authApi(app: Pick<App, "accounts">) {
  const { accounts } = app;
  return apiRoutes()
    .openapi(registration, async (c) => c.json(await accounts.registration(), 200))
    .openapi(signUp, async (c) => {
      const done = await accounts.signUp(c.req.valid("json"), c.var.caller);
      setCookies(c, done);
      return c.json({ user: done.user }, 201);
    })
    .openapi(signIn, async (c) => {
      const done = await accounts.signIn(c.req.valid("json"), c.var.caller);
      setCookies(c, done);
      return c.json({ user: done.user }, 200);
    })
    .openapi(signOut, async (c) => {
      setCookies(c, { cookies: await accounts.signOut(c.req.raw.headers) });
      return c.body(null, 204);
    });
}

/** Puts what `Accounts` answered on the response. */
export function setCookies(c: Context<Env>, { cookies }: Pick<SignedIn, "cookies">): void {
  for (const cookie of cookies) c.header("Set-Cookie", cookie, { append: true });
}
