// The overview and its acts: backfills and scans. What is decided about people is next door.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { AdminPage, type AdminProps } from "../../../views/pages/admin.tsx";
import { BackfillsCard } from "../../../views/parts/backfills.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { getLibrary } from "../../library/libraries.ts";
import { NotFound } from "../../runtime/errors.ts";
import { startScans } from "../api/libraries.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { headlineOf } from "./headline.ts";
import { jobsPageProps } from "./jobs.tsx";
import { overviewRows, readJobsQuery } from "./jobs-query.ts";
import { backfillKinds, backfillsOf, overviewNow } from "./overview-now.ts";
import { page, pageContext } from "./page-context.ts";

export function adminPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const me = (c: Context<Env>) => c.var.identity!.user;

  routes.get("/admin", async (c) => page(c, <AdminPage {...(await adminProps(app, c))} />));

  routes.post("/admin/backfill/:kind", async (c) => {
    const asked = c.req.param("kind");
    const kind = backfillKinds(app).find(({ name }) => name === (asked === "hashes" ? "file-hash" : asked));
    if (!kind) throw new NotFound("job type", asked);
    const { enqueued, skipped } = await app.queue.enqueuePending(kind, { origin: me(c).id, backfill: true });
    await audit(app, me(c), `backfill.${asked}`, null, { enqueued, skipped });
    const what = asked === "hashes" ? "hashes" : kind.label;
    const partials = wantsPartial(c)
      ? partial("#backfills", "outerMorph", <BackfillsCard backfills={await backfillsOf(app)} url={url} />)
      : undefined;
    return done(app, c, {
      text: `Backfill ${what}: Enqueued ${number(enqueued)}, skipped ${number(skipped)}.`,
      back: "/admin",
      partials,
    });
  });

  routes.post("/admin/libraries/:id{[0-9]+}/scan", async (c) => {
    try {
      const library = await getLibrary(app.db, Number(c.req.param("id")));
      const { enqueued, skipped } = await startScans(app, library, me(c));
      const text = `${library.name}: Enqueued ${counted(enqueued, "scan")}, skipped ${number(skipped)} that wait or run already.`;
      return await done(app, c, { text, back: "/admin" });
    } catch (error) {
      return refused(app, c, error, { back: "/admin" });
    }
  });
  return routes;
}

async function adminProps(app: App, c: Context<Env>): Promise<AdminProps> {
  const ctx = pageContext(app, c);
  const [now, health, board] = await Promise.all([
    overviewNow(app),
    app.checkup.latest(),
    jobsPageProps(app, ctx, { ...readJobsQuery(new URLSearchParams()), perPage: overviewRows }),
  ]);
  return {
    ctx,
    headline: headlineOf(board.dashboard, health, now.libraries.length),
    now,
    health,
    board: { ...board, live: "/live/admin" },
  };
}
