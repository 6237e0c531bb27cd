// What every page's layout needs to know about the request, gathered once per request.

import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { type Version, version } from "../../runtime/version.ts";
import type { App, Env, User } from "../context.ts";
import { type AssetName, appModules, assetPath } from "../static.ts";
import { buildId } from "./build-id.ts";
import { type Flash, takeFlash } from "./flash.ts";
import { openProblems } from "./problem-count.ts";

export interface PageContext {
  user: User | null;
  /** Of the request, without the base path: `/admin/jobs`. */
  path: string;
  /** `""` or `/sprocket`. */
  basePath: string;
  /** A link to a place in the product, with the base path before it. */
  url(path: string): string;
  /** The hashed address of a static file. */
  assets(name: AssetName): string;
  /** Addresses of the modules that every page's script imports. */
  preloads: string[];
  version: Version;
  /** Differs from build to build. */
  build: string;
  /** Null follows the system. */
  theme: "dark" | "light" | null;
  nsfwVisible: boolean;
  /** What the action before did. */
  flash: Flash | undefined;
  /** Causes of failure that nobody has dealt with. */
  problems(): Promise<number>;
}

export type PageParts = Pick<App, "config" | "settings" | "store" | "db">;

export function pageContext(app: PageParts, c: Context<Env>): PageContext {
  const basePath = app.config.basePath ?? "";
  const url = (path: string) => `${basePath}${path}`;
  const theme = getCookie(c, "theme");
  const path = c.req.path;
  return {
    user: c.var.identity?.user ?? null,
    path: basePath && path.startsWith(basePath) ? path.slice(basePath.length) || "/" : path,
    basePath,
    url,
    assets: (name) => url(assetPath(name)),
    preloads: appModules.map((name) => url(assetPath(name))),
    version,
    build: buildId(),
    theme: theme === "dark" || theme === "light" ? theme : null,
    nsfwVisible: app.settings.get("nsfwVisible") === true,
    flash: takeFlash(c),
    problems: () => openProblems(app),
  };
}

/** Answers with a whole page: what a `Layout` renders, with the doctype in front. */
export async function page(
  c: Context<Env>,
  markup: unknown,
  status: 200 | 400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503 = 200,
) {
  c.header("Cache-Control", "no-store");
  // Parts that wait for something make the whole a promise.
  const html = await (markup as { toString(): string | Promise<string> }).toString();
  return c.html(`<!doctype html>${html}`, status);
}
