// The streams of the pages. `/live/frame` is what every page of an owner has; those of pages that watch work bring more,
// `/live/jobs` with the page's own query, so that the list it updates is the one it shows.

import { Hono } from "hono";
import type { App, Env } from "../context.ts";
import { LiveViews } from "../live.ts";
import { frameFragments } from "./frame-fragments.tsx";
import { dashboard, dashboardFragments, fourUpFragment, sharedFigures } from "./jobs-fragments.tsx";
import { jobsSearch, overviewRows, readJobsQuery } from "./jobs-query.ts";

export function livePages(app: App): Hono<Env> {
  const views = new LiveViews(app, sharedFigures(app));
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  routes.get("/live/frame", (c) =>
    views.stream(c, { key: "frame", fragments: async (shared) => frameFragments(shared) }),
  );
  routes.get("/live/admin", (c) =>
    views.stream(c, {
      key: "admin",
      fragments: async (shared) => {
        const query = { ...readJobsQuery(new URLSearchParams()), perPage: overviewRows };
        const parts = dashboardFragments(await dashboard(app, query, shared), query, url);
        return [
          ...frameFragments(shared),
          fourUpFragment(shared, url),
          ...parts.filter((part) => part.target !== "#tiles"),
        ];
      },
    }),
  );
  routes.get("/live/jobs", (c) => {
    const query = readJobsQuery(new URL(c.req.url).searchParams);
    return views.stream(c, {
      key: `jobs${jobsSearch(query)}`,
      fragments: async (shared) => [
        ...frameFragments(shared),
        ...dashboardFragments(await dashboard(app, query, shared), query, url),
      ],
    });
  });
  return routes;
}
