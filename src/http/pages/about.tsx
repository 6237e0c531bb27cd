// Who did what, what this build is, and whose work is in it.

import { readFileSync } from "node:fs";
import { Hono } from "hono";
import licencesPath from "../../../static/vendor/LICENSES.txt" with { type: "file" };
import { AboutPage } from "../../../views/pages/about.tsx";
import { AuditPage } from "../../../views/pages/audit.tsx";
import { listAudit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { page, pageContext } from "./page-context.ts";

const perPage = 100;

export function aboutPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const licences = readFileSync(licencesPath, "utf8");
  routes.get("/admin/about", (c) =>
    page(c, <AboutPage ctx={pageContext(app, c)} licences={licences} startedAt={app.startedAt} />),
  );
  routes.get("/admin/audit", async (c) => {
    const asked = Number(c.req.query("page") ?? 1);
    const at = Number.isSafeInteger(asked) && asked > 0 ? asked : 1;
    const { entries, total } = await listAudit(app, at, perPage);
    const pages = Math.max(1, Math.ceil(total / perPage));
    return page(
      c,
      <AuditPage ctx={pageContext(app, c)} entries={entries} total={total} page={at} pages={pages} />,
    );
  });
  return routes;
}
