// Who may ask for what, decided here and nowhere else, before any handler runs. What no list names is for owners only.

import type { Context, MiddlewareHandler } from "hono";
import { Refused } from "../runtime/errors.ts";
import type { App, Env, Identity, Scope } from "./context.ts";

/** Open to nobody in particular. `*` stands for any rest. */
export const publicRoutes = [
  "GET /healthz",
  "GET /readyz",
  "GET /static/*",
  "GET /sign-in",
  "POST /sign-in",
  "GET /sign-up",
  "POST /sign-up",
  "GET /api/auth/registration",
  "POST /api/auth/sign-in",
  "POST /api/auth/sign-up",
];

/** Open to nobody in particular until there is an owner. */
export const firstRunRoutes = ["GET /welcome", "POST /welcome"];

/** Open to everybody who is signed in. */
export const memberRoutes = [
  "GET /",
  "GET /libraries/:id",
  "GET /files/:id",
  "POST /sign-out",
  "POST /api/auth/sign-out",
  "GET /api/me",
  "POST /api/me/password",
  "GET /api/tokens",
  "POST /api/tokens",
  "DELETE /api/tokens/:id",
  "GET /api/libraries",
  "GET /api/libraries/:id",
  "GET /api/files",
  "GET /api/files/:id",
  "GET /api/files/:id/original",
  "GET /api/files/:id/thumbnail",
  "GET /api/files/:id/transform",
  "GET /api/files/:id/preview",
  "GET /api/files/:id/sprite.vtt",
  "GET /api/files/:id/waveform.json",
  "GET /api/files/:id/subtitles/:track",
  "GET /api/files/:id/transcript.vtt",
  "GET /api/files/:id/transcript.srt",
  "GET /api/files/:id/transcript.txt",
  "GET /api/files/:id/hls/*",
  "GET /api/files/:id/derivatives/:derivative",
  "GET /api/openapi.json",
  "GET /api/docs",
];

/** What a token with `write` may change; every other change needs `admin`. */
const writeAreas = ["libraries", "files", "moments", "people", "collections", "tokens", "me", "auth"];

/** Sets `c.var.identity` and lets the request through, or answers 401, 403 or a redirect. */
export function guard(app: Pick<App, "accounts" | "config">): MiddlewareHandler<Env> {
  return async (c, next) => {
    const route = `${c.req.method === "HEAD" ? "GET" : c.req.method} ${c.req.path}`;
    if (isUnpersonal(route)) return next();
    const renewed: string[] = [];
    const { headers } = c.req.raw;
    const identity = await app.accounts.identify(headers, c.var.caller.isSecure, (cookie) =>
      renewed.push(cookie),
    );
    c.set("identity", identity);
    const refusal = await decide(app, c, route, identity);
    if (refusal) return refusal;
    await next();
    // A handler that signs in or out has the last word on the cookie.
    if (!c.res.headers.has("Set-Cookie"))
      for (const cookie of renewed) c.res.headers.append("Set-Cookie", cookie);
  };
}

async function decide(
  app: Pick<App, "accounts" | "config">,
  c: Context<Env>,
  route: string,
  identity: Identity | undefined,
): Promise<Response | undefined> {
  if (isPublic(route)) return undefined;
  if (isFirstRunRoute(route) && (await app.accounts.isFirstRun())) return undefined;
  if (!identity) return turnAway(app, c);
  const mayEnter = identity.user.role === "owner" || isMembers(route);
  if (!mayEnter && isPage(c) && route.startsWith("GET ")) return c.redirect(`${app.config.basePath}/`, 303);
  if (!mayEnter) throw new Refused(403, "role.insufficient", "This is for owners.");
  checkScope(identity, route);
  return undefined;
}

const isPublic = matcher(publicRoutes);
const isFirstRunRoute = matcher(firstRunRoutes);
const isMembers = matcher(memberRoutes);
/** Answers the same to everybody, and must answer even when the database does not. */
const isUnpersonal = matcher(["GET /healthz", "GET /readyz", "GET /static/*"]);

/** `:name` stands for one segment, `*` for the rest. */
function matcher(patterns: string[]): (route: string) => boolean {
  const alternatives = patterns.map((pattern) =>
    pattern
      .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replace(/:\w+/g, "[^/]+")
      .replace(/\*$/, ".+"),
  );
  const expression = new RegExp(`^(?:${alternatives.join("|")})$`);
  return (route) => expression.test(route);
}

/** Nobody learns whether anything is there: an API path that does not exist answers 401 as well. */
async function turnAway(app: Pick<App, "accounts" | "config">, c: Context<Env>): Promise<Response> {
  if (!isPage(c)) {
    const gaveToken = c.req.header("authorization") !== undefined || c.req.header("x-api-key") !== undefined;
    const message = gaveToken ? "The token is unknown, expired or revoked." : "Sign in, or send a token.";
    throw new Refused(401, gaveToken ? "token.invalid" : "identity.missing", message);
  }
  const { basePath } = app.config;
  const url = new URL(c.req.url);
  const next =
    c.req.method === "GET" && c.req.path !== "/"
      ? `?next=${encodeURIComponent(c.req.path + url.search)}`
      : "";
  const to = (await app.accounts.isFirstRun()) ? `${basePath}/welcome` : `${basePath}/sign-in${next}`;
  if (c.req.header("hx-request") === "true") return c.body(null, 401, { "HX-Redirect": to });
  return c.redirect(to, 303);
}

/** Somebody looks at it in a browser; scripts, players and event streams want a status instead of a redirect. */
function isPage(c: Context): boolean {
  const isApi = c.req.path === "/api" || c.req.path.startsWith("/api/") || c.req.path === "/metrics";
  return !isApi && !c.req.header("accept")?.includes("text/event-stream");
}

function checkScope(identity: Identity, route: string): void {
  const needed = scopeFor(route);
  if (identity.scopes.includes(needed)) return;
  throw new Refused(403, "scope.missing", `This token lacks the scope ${needed}.`);
}

function scopeFor(route: string): Scope {
  const [method, path] = route.split(" ") as [string, string];
  if (path.startsWith("/api/admin/")) return "admin";
  if (method === "GET") return "read";
  return writeAreas.includes(path.split("/")[2] ?? "") && path.startsWith("/api/") ? "write" : "admin";
}
