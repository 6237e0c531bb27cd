// The streams of the pages. `/live/frame` is what every page of an owner has; those of pages that watch work bring more,
// `/live/jobs` with the page's own query, so that the list it updates is the one it shows.

import { Hono } from "hono";
import type { App, Env } from "../context.ts";
import { LiveViews } from "../live.ts";
import { duplicatesView } from "./duplicates.tsx";
import { fileView } from "./file-live.ts";
import { frameFragments } from "./frame-fragments.tsx";
import { healthFragments } from "./health.tsx";
import { historyView } from "./history-live.tsx";
import { homeView } from "./home-live.ts";
import { dashboard, dashboardFragments, fourUpFragment, sharedFigures } from "./jobs-fragments.tsx";
import { jobsSearch, overviewRows, readJobsQuery } from "./jobs-query.ts";
import { libraryView } from "./library-live.tsx";
import { overviewFragments } from "./overview-fragments.tsx";
import { peopleFragments } from "./people-fragments.tsx";
import { problemFragments } from "./problem-fragments.tsx";
import { problemsProps } from "./problems-props.ts";
import { problemsSearch, readProblemsQuery } from "./problems-query.ts";
import { settingsFragments } from "./settings-fragments.tsx";

export function livePages(app: App): Hono<Env> {
  const views = new LiveViews(app, sharedFigures(app));
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  routes.get("/live/frame", (c) =>
    views.stream(c, { key: "frame", fragments: async (shared) => frameFragments(shared) }),
  );
  const overview = overviewFragments(app, url);
  routes.get("/live/admin", (c) =>
    views.stream(c, {
      key: "admin",
      fragments: async (shared) => {
        const query = { ...readJobsQuery(new URLSearchParams()), perPage: overviewRows };
        const parts = dashboardFragments(await dashboard(app, query, shared), query, url);
        return [
          ...frameFragments(shared),
          ...(await overview(shared)),
          fourUpFragment(shared, url),
          ...parts.filter((part) => part.target !== "#tiles"),
        ];
      },
    }),
  );
  routes.get("/live/people", (c) => {
    const me = c.var.identity!.user.id;
    return views.stream(c, {
      key: `people ${me}`,
      fragments: async (shared) => [...frameFragments(shared), ...(await peopleFragments(app, me, url))],
    });
  });
  routes.get("/live/health", (c) =>
    views.stream(c, {
      key: "health",
      fragments: async (shared) => [
        ...frameFragments(shared),
        ...healthFragments(await app.checkup.latest({ tools: true }), url),
      ],
    }),
  );
  const settings = settingsFragments(app);
  routes.get("/live/settings", (c) =>
    views.stream(c, {
      key: "settings",
      fragments: async (shared) => [...frameFragments(shared), ...(await settings())],
    }),
  );
  routes.get("/live/history", (c) => {
    const { key, fragments } = historyView(app, new URL(c.req.url).searchParams);
    return views.stream(c, {
      key,
      fragments: async (shared) => [...frameFragments(shared), ...(await fragments())],
    });
  });
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
  routes.get("/live/home", (c) => views.stream(c, homeView(app, c)));
  routes.get("/live/libraries/:id{[0-9]+}", (c) => views.stream(c, libraryView(app, c)));
  routes.get("/live/duplicates", (c) => views.stream(c, duplicatesView(app, c)));
  routes.get("/live/files/:id{[0-9]+}", (c) => views.stream(c, fileView(app, c)));
  routes.get("/live/problems", (c) => {
    const query = readProblemsQuery(new URL(c.req.url).searchParams);
    return views.stream(c, {
      key: `problems${problemsSearch(query)}`,
      fragments: async (shared) => [
        ...frameFragments(shared),
        ...problemFragments(await problemsProps(app, query), url),
      ],
    });
  });
  return routes;
}
