// What changes by itself on the overview beside the dashboard: the headline, the health strip, what there is, who may come in,
// what is left to backfill.

import { overviewParts } from "../../../views/pages/admin.tsx";
import { Headline } from "../../../views/parts/headline.tsx";
import { HealthStrip } from "../../../views/parts/health-strip.tsx";
import type { App } from "../context.ts";
import type { Fragment } from "../live.ts";
import { headlineOf } from "./headline.ts";
import { overviewNow } from "./overview-now.ts";
import { seldom } from "./seldom.ts";

type Shared = Parameters<typeof headlineOf>[0];

export function overviewFragments(
  app: App,
  url: (path: string) => string,
): (shared: Shared) => Promise<Fragment[]> {
  const look = seldom(app.clock, 1000, () => overviewNow(app));
  return async (shared) => {
    const [sections, now] = await Promise.all([app.checkup.latest(), look()]);
    const headline = headlineOf(shared, sections, now.libraries.length);
    return [
      { target: "#headline", swap: "outerMorph", markup: <Headline headline={headline} url={url} /> },
      { target: "#health-strip", swap: "outerMorph", markup: <HealthStrip sections={sections} url={url} /> },
      ...Object.entries(overviewParts(now, url)).map(
        ([target, markup]): Fragment => ({ target, swap: "outerMorph", markup }),
      ),
    ];
  };
}
