// What changes by itself on the history page: charts and figures that reach to now, each ten seconds, and how many events
// have come since the page was made.

import { Chart } from "../../../views/parts/chart.tsx";
import { ChartTimes } from "../../../views/parts/charts.tsx";
import { mostNew, NewEvents } from "../../../views/parts/event-log.tsx";
import { FigureTiles } from "../../../views/parts/figures.tsx";
import type { App } from "../context.ts";
import type { Fragment } from "../live.ts";
import { statisticsOf } from "./history.tsx";
import { historyCharts } from "./history-charts.ts";
import { eventFilter } from "./history-events.ts";
import { historySearch, readHistoryQuery } from "./history-query.ts";

/** The last bucket grows; nobody reads it faster. */
const everyMs = 10_000;

export function historyView(app: App, search: URLSearchParams) {
  const query = readHistoryQuery(search);
  const seen = Number(search.get("seen") ?? 0) || 0;
  const url = (path: string) => `${app.config.basePath ?? ""}${path}`;
  const href = (change: Partial<typeof query>) => url(`/admin/history${historySearch(query, change)}`);
  let drawn: { at: number; fragments: Fragment[] } = { at: Number.NEGATIVE_INFINITY, fragments: [] };

  async function draw(): Promise<Fragment[]> {
    const charts = await historyCharts(app, query);
    if (!charts.isLive) return [];
    const now = new Date(app.clock.now());
    const statistics = statisticsOf(app, query);
    const of = { ...charts };
    return [
      ...charts.views.map((view) => ({
        target: `#chart-${view.name}`,
        swap: "outerMorph" as const,
        markup: <Chart {...view} axis={charts.axis} clusters={charts.clusters} off={charts.off} />,
        of,
      })),
      { target: "#chart-times", swap: "outerMorph", markup: <ChartTimes charts={charts} href={href} />, of },
      {
        target: "#figure-tiles",
        swap: "outerMorph",
        markup: <FigureTiles statistics={statistics} now={now} />,
        of,
      },
    ];
  }

  async function fragments(): Promise<Fragment[]> {
    if (app.clock.now() - drawn.at >= everyMs) drawn = { at: app.clock.now(), fragments: await draw() };
    const n = await newEvents();
    const chip = <NewEvents n={n} href={`${href({})}#events`} />;
    return [
      ...drawn.fragments,
      { target: "#events-new", swap: "outerMorph", markup: chip, stamp: String(n) },
    ];
  }

  async function newEvents(): Promise<number> {
    const people = query.who ? await app.accounts.listUsers() : [];
    return await app.history.countNewer(await eventFilter(app, query, people), seen, mostNew);
  }

  return { key: `history${historySearch(query)}&seen=${seen}`, fragments };
}
