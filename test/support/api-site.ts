// The API behind everything that a request passes, without the pages.

import type { Hono } from "hono";
import { api } from "../../src/http/api/index.ts";
import type { App, Env } from "../../src/http/context.ts";
import { pipeline } from "../../src/http/pipeline.ts";
import { problemResponse } from "../../src/http/problem.ts";

export function apiSite(app: App): Hono<Env> {
  const site = pipeline(app, (_, problem) => problemResponse(problem));
  site.route("/", api(app));
  return site;
}
