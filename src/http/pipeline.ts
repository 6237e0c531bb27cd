// What every request passes before its handler, in this order: base path, who calls, compression, security headers, size,
// cross-site check, access. And what every error becomes on the way out.

import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { getPath } from "hono/utils/url";
import { Refused } from "../runtime/errors.ts";
import { callerReader } from "./caller.ts";
import type { App, Env } from "./context.ts";
import { guard } from "./guards.ts";
import { notFoundProblem, type Problem, problemOf, problemResponse } from "./problem.ts";
import { refuseCrossSite, securityHeaders } from "./security.ts";

export type FaultPage = (c: Context<Env>, problem: Problem) => Response | Promise<Response>;

/** `faultPage` shows a problem to somebody who looks at a page; scripts get the problem itself. */
export function pipeline(
  app: Pick<App, "config" | "accounts" | "log" | "store">,
  faultPage: FaultPage,
): Hono<Env> {
  const site = new Hono<Env>({ getPath: withoutBasePath(app.config.basePath) });
  const callerOf = callerReader(app.config);
  const answer = (c: Context<Env>, problem: Problem) =>
    isForPeople(c) ? faultPage(c, problem) : problemResponse(problem);

  site.use(async (c, next) => {
    c.set("caller", callerOf(c));
    await next();
  });
  // Pages alone: media and what is asked for by ranges go out as they are, streams at once.
  site.use(compress({ contentTypeFilter: /^text\/html/ }));
  site.use(securityHeaders());
  site.use(limitBody());
  site.use(refuseCrossSite(app));
  site.use(persistChanges(app));
  site.use(guard(app));
  site.notFound((c) => answer(c, notFoundProblem(c.req.path)));
  site.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.status === 500 || problem.code === "store.unreachable") report(app, c, error, problem);
    return answer(c, problem);
  });
  return site;
}

/** Nobody is told that something is done before it is on disk. */
function persistChanges({ store }: Pick<App, "store">) {
  return async (c: Context<Env>, next: () => Promise<void>) => {
    await next();
    if (!reading.includes(c.req.method) && c.res.status < 400) await store.persist();
  };
}

const reading = ["GET", "HEAD", "OPTIONS"];

/** Proxies pass the base path on, or strip it: both work. */
function withoutBasePath(basePath: string): (request: Request) => string {
  return (request) => {
    const path = getPath(request);
    if (!basePath || (path !== basePath && !path.startsWith(`${basePath}/`))) return path;
    return path.slice(basePath.length) || "/";
  };
}

/** Uploads come in pieces of any size, or as a form that is read as it comes, and check themselves. */
function limitBody() {
  const limit = bodyLimit({
    maxSize: 1_048_576,
    onError: () => {
      throw new Refused(413, "body.too-large", "The request is larger than 1 MB.");
    },
  });
  return (c: Context<Env>, next: () => Promise<void>) => {
    const type = c.req.header("content-type") ?? "";
    const isForm = type.startsWith("multipart/form-data") && /^\/libraries\/\d+\/upload$/.test(c.req.path);
    const isPiece =
      type.startsWith("application/offset+octet-stream") &&
      /^\/api\/libraries\/\d+\/uploads\b/.test(c.req.path);
    return isForm || isPiece ? next() : limit(c, next);
  };
}

function isForPeople(c: Context): boolean {
  if (c.req.path.startsWith("/api/") && c.req.path !== "/api/docs") return false;
  return c.req.header("hx-request") === "true" || (c.req.header("accept")?.includes("text/html") ?? false);
}

/** The log has what the answer hides; the id joins them. */
function report(app: Pick<App, "log">, c: Context, error: unknown, problem: Problem): void {
  const id = crypto.randomUUID().slice(0, 8);
  app.log.error("A request failed", { error, error_id: id, method: c.req.method, path: c.req.path });
  problem.hint = [problem.hint, `The server's log has more under ${id}.`].filter(Boolean).join(" ");
}
