// What changes by itself on the overview beside the dashboard: the headline, the health strip, what is left to backfill.

import { Headline } from "../../../views/parts/headline.tsx";
import { HealthStrip } from "../../../views/parts/health-strip.tsx";
import { listLibraries } from "../../library/libraries.ts";
import type { App } from "../context.ts";
import type { Fragment } from "../live.ts";
import { headlineOf } from "./headline.ts";

type Shared = Parameters<typeof headlineOf>[0];

export async function overviewFragments(
  app: App,
  shared: Shared,
  url: (path: string) => string,
): Promise<Fragment[]> {
  const sections = await app.checkup.latest();
  const headline = headlineOf(shared, sections, (await listLibraries(app.db)).length);
  return [
    { target: "#headline", swap: "outerMorph", markup: <Headline headline={headline} url={url} /> },
    { target: "#health-strip", swap: "outerMorph", markup: <HealthStrip sections={sections} url={url} /> },
  ];
}
