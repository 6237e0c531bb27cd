// What the history's charts show: which series for which jobs, over which time, and what happened meanwhile.

import { axisOf, type ChartAxis } from "../../../views/parts/chart-axis.ts";
import type { ChartKey, ChartView } from "../../../views/parts/chart-words.ts";
import { clustersOf, type MarkCluster } from "../../../views/parts/mark-clusters.ts";
import type { Mark } from "../../history/marks.ts";
import type { Series, SeriesName } from "../../history/series.ts";
import { longestMs } from "../../history/series-steps.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { bounds, type HistoryQuery, spans } from "./history-query.ts";

export interface HistoryCharts {
  views: ChartView[];
  axis: ChartAxis;
  /** Buckets in which the server was off. */
  off: boolean[];
  marks: Mark[];
  clusters: MarkCluster[];
  /** How many jobs ended in this time. */
  sample: number;
  /** Ends now, and goes on. */
  isLive: boolean;
}

const dayMs = 86_400_000;
/** A chart is some 600 pixels wide. */
const points = 170;

const names = [
  "completed",
  "failed",
  "failure-rate",
  "waiting",
  "oldest-waiting",
  "wait-p50",
  "wait-p95",
  "run-p50",
  "run-p95",
] as const satisfies SeriesName[];

export async function historyCharts(app: App, query: HistoryQuery): Promise<HistoryCharts> {
  const now = app.clock.now();
  const { from, to } = windowOf(query, now);
  const all = await app.history.allSeries(names, {
    from,
    to,
    points,
    ...(query.queue && { queue: query.queue }),
    ...(query.kind && { kind: query.kind }),
  });
  const series = Object.fromEntries(all.map((one) => [one.name, one])) as Record<
    (typeof names)[number],
    Series
  >;
  const axis = axisOf(series.completed);
  const marks = await app.history.marks(axis.from, axis.to, await hiddenGroups(app));
  // Those of other queues bend nothing here.
  const ours = marks.filter(({ queue }) => !query.queue || queue === null || queue === query.queue);
  const sum = (one: Series) => one.points.reduce((n, p) => n + (p.value ?? 0), 0);
  return {
    views: viewsOf(series, query, app.history.since, now),
    axis,
    off: series.completed.points.map(({ value }) => value === null),
    marks: ours,
    clusters: clustersOf(ours, axis.at),
    sample: sum(series.completed) + sum(series.failed),
    isLive: +to >= now,
  };
}

/** Days that are named go before the span. No chart reaches further than what is kept. */
function windowOf(query: HistoryQuery, now: number): { from: Date; to: Date } {
  const asked = bounds(query);
  // What ended this very moment counts.
  const end = now + 1;
  const to = new Date(Math.min(end, asked.to?.getTime() ?? end));
  const back = new Date(+to - spans[query.span].days * dayMs);
  const from = asked.from ?? back;
  if (from >= to) return { from: back, to };
  return { from: new Date(Math.max(+from, +to - longestMs)), to };
}

function viewsOf(
  series: Record<(typeof names)[number], Series>,
  query: HistoryQuery,
  since: Date,
  now: number,
): ChartView[] {
  const key = (label: string, name: (typeof names)[number], tone: ChartKey["tone"]): ChartKey => ({
    label,
    tone,
    series: series[name],
  });
  const isNew = now - since.getTime() < dayMs / 24;
  const none = isNew ? "Nothing to show yet: measuring has just begun." : "No job has ended in this time.";
  // Per kind it is not counted what waits.
  const backlog: ChartView[] = query.kind
    ? []
    : [
        {
          name: "waiting",
          title: "Waiting jobs",
          shape: "area",
          atRest: "last",
          empty: "Nothing has waited.",
          keys: [key("Waiting", "waiting", "waiting")],
        },
        {
          name: "oldest",
          title: "Oldest waiting job",
          shape: "area",
          atRest: "last",
          empty: "Nothing has waited.",
          keys: [key("Waits for", "oldest-waiting", "waiting")],
        },
      ];
  return [
    {
      name: "done",
      title: "Jobs done",
      shape: "stack",
      atRest: "sum",
      empty: none,
      keys: [key("Completed", "completed", "done"), key("Failed", "failed", "failed")],
    },
    {
      name: "failures",
      title: "Failures",
      shape: "bars",
      atRest: "sum",
      empty: isNew ? none : "Nothing has failed.",
      keys: [key("Failed", "failed", "failed"), key("Of all", "failure-rate", null)],
    },
    ...backlog,
    {
      name: "wait",
      title: "Time spent waiting",
      shape: "lines",
      atRest: "last",
      empty: none,
      keys: [key("95 % under", "wait-p95", "high"), key("Half under", "wait-p50", "typical")],
    },
    {
      name: "run",
      title: "Time spent running",
      shape: "lines",
      atRest: "last",
      empty: none,
      keys: [key("95 % under", "run-p95", "high"), key("Half under", "run-p50", "typical")],
    },
  ];
}
