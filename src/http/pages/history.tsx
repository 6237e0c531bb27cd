// What happened: charts, figures, the event log and the log of failures, each with its export.

import { Hono } from "hono";
import { HistoryPage, type HistoryPageProps } from "../../../views/pages/history.tsx";
import { historyEvents } from "../../history/event-log.ts";
import type { SeriesName } from "../../history/series.ts";
import { failureCodes } from "../../jobs/failures.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import {
  bounds,
  exportSearch,
  type HistoryQuery,
  historySearch,
  readHistoryQuery,
  spans,
} from "./history-query.ts";
import { page, pageContext } from "./page-context.ts";

const eventsPerPage = 40;
const failuresPerPage = 20;
const dayMs = 86_400_000;

export function historyPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/admin/history", async (c) => {
    const query = readHistoryQuery(new URL(c.req.url).searchParams);
    const ctx = pageContext(app, c);
    const queues = await queueNames(app);
    const href = (change: Partial<HistoryQuery>) => ctx.url(`/admin/history${historySearch(query, change)}`);
    return page(
      c,
      <HistoryPage
        ctx={ctx}
        query={query}
        queues={queues}
        unknownQueue={query.queue !== "" && !queues.includes(query.queue)}
        eventNames={[...historyEvents]}
        {...(await charted(app, query))}
        statistics={await statisticsOf(app)}
        since={app.history.since}
        {...(await logged(app, query))}
        href={href}
        exports={{
          events: (format) => ctx.url(`/api/history${exportSearch(query, format, true)}`),
          failures: (format) => ctx.url(`/api/history/failures${exportSearch(query, format, false)}`),
        }}
      />,
    );
  });
  return routes;
}

const charts: { name: SeriesName; title: string; bars?: boolean }[] = [
  { name: "rate", title: "Jobs done" },
  { name: "wait-p95", title: "Waiting time, 95 % wait less" },
  { name: "run-p95", title: "Running time, 95 % take less" },
  { name: "failed", title: "Failures", bars: true },
];

async function charted(app: App, query: HistoryQuery): Promise<Pick<HistoryPageProps, "charts" | "marks">> {
  const { days, stepS } = spans[query.span];
  const to = new Date(app.clock.now());
  const from = new Date(to.getTime() - days * dayMs);
  const ask = { from, to, stepS, ...(query.queue && { queue: query.queue }) };
  return {
    charts: await Promise.all(
      charts.map(async (chart) => ({ ...chart, series: await app.history.series(chart.name, ask) })),
    ),
    // Those of other queues bend nothing here.
    marks: (await app.history.marks(from, to)).filter(
      ({ queue }) => !query.queue || queue === null || queue === query.queue,
    ),
  };
}

/** One more than is shown is read: whether there is a next page is all one asks of a log. */
async function logged(app: App, query: HistoryQuery): Promise<Pick<HistoryPageProps, "events" | "failures">> {
  const hidden = await hiddenGroups(app);
  const filter = { ...bounds(query), ...(query.queue && { queue: query.queue }) };
  const isBackwards = filter.from && filter.to && filter.from >= filter.to;
  const events = isBackwards
    ? []
    : await app.history.events(
        { ...filter, ...(query.event && { event: [query.event] }), hideLibraries: hidden },
        eventsPerPage + 1,
        (query.page - 1) * eventsPerPage,
      );
  const failed = isBackwards
    ? []
    : await app.history.failed.list(
        { ...filter, hideGroups: hidden },
        failuresPerPage + 1,
        (query.failedPage - 1) * failuresPerPage,
      );
  return {
    events: { rows: events.slice(0, eventsPerPage), hasNext: events.length > eventsPerPage },
    failures: {
      rows: failed.slice(0, failuresPerPage).map((one) => ({
        ...one,
        kindLabel: labelOf(app, one.kind),
        nextStep: failureCodes[one.code]?.nextStep ?? null,
      })),
      hasNext: failed.length > failuresPerPage,
    },
  };
}

async function statisticsOf(app: App): Promise<HistoryPageProps["statistics"]> {
  const { kinds, ...rest } = await app.history.statistics();
  return { ...rest, kinds: kinds.map((one) => ({ ...one, label: labelOf(app, one.kind) })) };
}

/** Those of this build, and those that older jobs were in. */
async function queueNames({ queue, store }: App): Promise<string[]> {
  const names = queue.catalogue.queues.map(({ name }) => name);
  return [...new Set([...names, ...(await store.lanes()).map((lane) => lane.queue)])].sort();
}

function labelOf(app: App, kind: string): string {
  return app.queue.catalogue.find(kind)?.label ?? kind;
}
