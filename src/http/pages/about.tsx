// What this build is, and whose work is in it.

import { readFileSync } from "node:fs";
import { Hono } from "hono";
import licencesPath from "../../../static/vendor/LICENSES.txt" with { type: "file" };
import { AboutPage } from "../../../views/pages/about.tsx";
import type { App, Env } from "../context.ts";
import { page, pageContext } from "./page-context.ts";

export function aboutPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const licences = readFileSync(licencesPath, "utf8");
  routes.get("/admin/about", (c) =>
    page(
      c,
      <AboutPage
        ctx={pageContext(app, c)}
        licences={licences}
        startedAt={app.startedAt}
        runsOn={`Bun ${Bun.version}, ${process.platform} ${process.arch}`}
      />,
    ),
  );
  return routes;
}
