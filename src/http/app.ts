// The whole web side: what every request passes (pipeline.ts), then every group of routes.

import type { Hono } from "hono";
import { api } from "./api/index.ts";
import type { App, Env } from "./context.ts";
import { faultPage } from "./fault-page.tsx";
import { health } from "./health.ts";
import { pages } from "./pages/index.ts";
import { pipeline } from "./pipeline.ts";
import { staticFiles } from "./static.ts";

/** `fetch` must get Bun's `server` as its second argument: it knows the caller's address. */
export function createApp(app: App): Hono<Env> {
  const site = pipeline(app, faultPage(app));
  site.route("/", health(app));
  site.route("/", staticFiles(app));
  site.route("/", api(app));
  site.route("/", pages(app));
  return site;
}
