// The support bundle: what will be in it, then the download. Made when asked, kept nowhere, sent nowhere.

import { Hono } from "hono";
import { SupportBundlePage } from "../../../views/pages/support-bundle.tsx";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { bundleName, supportBundle } from "../support/bundle.ts";
import { contents } from "../support/contents.ts";
import { formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";

export function supportBundlePages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/admin/support-bundle", (c) =>
    page(c, <SupportBundlePage ctx={pageContext(app, c)} contents={contents} />),
  );
  routes.post("/admin/support-bundle", async (c) => {
    const withPaths = (await formFields(c)).paths === "on";
    const sections = await app.checkup.again();
    const checks = sections.flatMap((section) => section.checks);
    const bundle = await supportBundle(app, { checks, withPaths });
    await audit(app, c.var.identity!.user, "support-bundle.make", null, { withPaths });
    return c.body(new Uint8Array(bundle), 200, {
      "Content-Type": "application/gzip",
      "Content-Disposition": `attachment; filename="${bundleName(app.clock.now())}"`,
      "Cache-Control": "no-store",
    });
  });
  return routes;
}
