// Who may ask for what, decided here and nowhere else, before any handler runs. What no list names is for owners only.

import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { NotFound, Refused } from "../runtime/errors.ts";
import type { App, Env, Identity, Scope } from "./context.ts";
import { setFlash } from "./pages/flash.ts";

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
  "GET /timeline",
  "GET /map",
  "GET /collections",
  "GET /collections/:id",
  "GET /live/home",
  "GET /live/libraries/:id",
  "GET /live/files/:id",
  "GET /account",
  "POST /account/password",
  "POST /sign-out",
  "POST /theme",
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
  "GET /api/files/:id/sprite/:sheet",
  "GET /api/files/:id/waveform.json",
  "GET /api/files/:id/subtitles/:track",
  "GET /api/files/:id/scenes/:number",
  "GET /api/files/:id/transcript.vtt",
  "GET /api/files/:id/transcript.srt",
  "GET /api/files/:id/transcript.txt",
  "GET /api/files/:id/hls/*",
  "GET /api/files/:id/derivatives/:derivative",
  "GET /api/files/:id/moments",
  "GET /api/moments/:id/download",
  "GET /api/exports/:id/download",
  "GET /api/collections",
  "GET /api/collections/:id",
  "GET /api/timeline",
  "GET /api/map",
  "POST /api/playback",
  "GET /api/search/suggest",
  "GET /api/views",
  "POST /api/views",
  "PATCH /api/views/:id",
  "DELETE /api/views/:id",
  "GET /api/openapi.json",
  "GET /api/docs",
];

/** What a token with `write` may change; every other change needs `admin`. */
const writeAreas = [
  "libraries",
  "files",
  "playback",
  "views",
  "moments",
  "exports",
  "people",
  "collections",
  "tokens",
  "me",
  "auth",
];

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
  // A script has no business on pages: their forms know no scopes.
  if (identity.via === "token" && !isApi(c.req.path))
    throw new Refused(403, "token.page", "Tokens open the API only; pages are for a signed-in browser.");
  const mayEnter = identity.user.role === "owner" || isMembers(route);
  if (!mayEnter) return keepOut(app, c, route);
  // What a cookie allows is a matter of its user's role alone; scopes are for tokens.
  if (identity.via === "token") checkScope(identity, route);
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
  const back = lookedAt(app, c);
  const next = back === "/" ? "" : `?next=${encodeURIComponent(back)}`;
  const to = (await app.accounts.isFirstRun()) ? `${basePath}/welcome` : `${basePath}/sign-in${next}`;
  if (isHtmx(c)) return c.body(null, 401, { "HX-Redirect": to });
  return c.redirect(to, 303);
}

/** A signed-in member at an owner's door. */
function keepOut(app: Pick<App, "config">, c: Context<Env>, route: string): Response {
  if (!isPage(c) || !route.startsWith("GET "))
    throw new Refused(403, "role.insufficient", "This is for owners.");
  // Even what is not there stays shut: a route that answers every method would look like nothing.
  if (!matchedRoutes(c).some(({ method }) => method !== "ALL")) throw new NotFound("page", c.req.path);
  setFlash(c, { kind: "refused", text: "That page is for owners." });
  const to = `${app.config.basePath}/`;
  return isHtmx(c) ? c.body(null, 403, { "HX-Redirect": to }) : c.redirect(to, 303);
}

/** The page somebody is on, below the base path: for htmx the one around the part that it asks for. */
function lookedAt({ config: { basePath } }: Pick<App, "config">, c: Context): string {
  const around = isHtmx(c) ? c.req.header("hx-current-url") : undefined;
  if (around && URL.canParse(around)) {
    const { pathname, search } = new URL(around);
    const isBelow = basePath !== "" && pathname.startsWith(`${basePath}/`);
    return (isBelow ? pathname.slice(basePath.length) : pathname) + search;
  }
  return c.req.method === "GET" ? c.req.path + new URL(c.req.url).search : "/";
}

/**
 * Somebody looks at it in a browser; scripts, players and event streams want a status instead of a redirect. htmx takes
 * a stream for every answer, so only who takes nothing else is one.
 */
function isPage(c: Context): boolean {
  return !isApi(c.req.path) && c.req.header("accept")?.trim() !== "text/event-stream";
}

function isHtmx(c: Context): boolean {
  return c.req.header("hx-request") === "true";
}

function isApi(path: string): boolean {
  return path === "/api" || path.startsWith("/api/") || path === "/metrics";
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
