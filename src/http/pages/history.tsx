// What happened: charts, figures, the event log and the log of failures, each with its export.

import { Hono } from "hono";
import { number } from "../../../views/format.ts";
import { HistoryPage, type HistoryPageProps } from "../../../views/pages/history.tsx";
import { HistoryNumbersPage } from "../../../views/pages/history-numbers.tsx";
import { historyEvents, mostSearched } from "../../history/event-log.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { queueNames } from "../api/queues.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { type EventWords, eventLine } from "./event-lines.ts";
import { historyCharts } from "./history-charts.ts";
import { eventsPage } from "./history-events.ts";
import { bounds, exportSearch, type HistoryQuery, historySearch, readHistoryQuery } from "./history-query.ts";
import { page, pageContext } from "./page-context.ts";

const failuresPerPage = 8;

export function historyPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/admin/history", async (c) => {
    const query = readHistoryQuery(new URL(c.req.url).searchParams);
    return page(c, <HistoryPage {...(await historyProps(app, query))} ctx={pageContext(app, c)} />);
  });
  routes.get("/admin/history/numbers", async (c) => {
    const query = readHistoryQuery(new URL(c.req.url).searchParams);
    const ctx = pageContext(app, c);
    const of = [query.queue, labelOf(app, query.kind)].filter(Boolean).join(", ") || "all queues";
    const back = ctx.url(`/admin/history${historySearch(query)}#charts`);
    const charts = await historyCharts(app, query);
    return page(c, <HistoryNumbersPage ctx={ctx} charts={charts} of={of} back={back} />);
  });
  return routes;
}

async function historyProps(app: App, query: HistoryQuery): Promise<Omit<HistoryPageProps, "ctx">> {
  const url = (path: string) => `${app.config.basePath ?? ""}${path}`;
  const [queues, words] = [(await queueNames(app)).sort(), await eventWordsOf(app)];
  const charts = await historyCharts(app, query);
  const events = await eventsPage(app, query, words);
  return {
    now: new Date(app.clock.now()),
    query,
    queues,
    kinds: app.queue.catalogue.kinds.map(({ name, label }) => ({ name, label })),
    kindLabel: labelOf(app, query.kind),
    unknown: unknownOf(app, query, queues),
    eventNames: [...historyEvents],
    people: words.people,
    searched: number(mostSearched),
    charts,
    markLines: charts.marks.map((mark) => eventLine(mark, words)),
    statistics: statisticsOf(app, query),
    events,
    failures: await failuresPage(app, query),
    kept: await app.history.kept(),
    href: (change) => url(`/admin/history${historySearch(query, change)}`),
    numbers: url(`/admin/history/numbers${historySearch(query, { place: "", failedPage: 1 })}`),
    live: `/live/history${liveSearch(query, events.newest)}`,
    exports: {
      events: (format) => url(`/api/history${exportSearch(query, format, true)}`),
      failures: (format) => url(`/api/history/failures${exportSearch(query, format, false)}`),
    },
  };
}

/** The stream tells what came after the newest event when the page was made. */
function liveSearch(query: HistoryQuery, newest: number): string {
  const search = new URLSearchParams(historySearch(query, { place: "", failedPage: 1 }));
  search.set("seen", String(newest));
  return `?${search}`;
}

export function statisticsOf(app: App, { queue, kind }: HistoryQuery): HistoryPageProps["statistics"] {
  const { kinds, ...rest } = app.history.statistics({ ...(queue && { queue }), ...(kind && { kind }) });
  return { ...rest, kinds: kinds.map((one) => ({ ...one, label: labelOf(app, one.kind) })) };
}

async function eventWordsOf(app: App): Promise<EventWords> {
  const people = (await app.accounts.listUsers()).map(({ name, email }) => ({ name, email }));
  return { people, settings: app.settings.all() };
}

/** One more than is shown is read: whether there is a next page is all one asks of a log. */
async function failuresPage(app: App, query: HistoryQuery): Promise<HistoryPageProps["failures"]> {
  const { from, to } = bounds(query);
  const isBackwards = from && to && from >= to;
  const filter = {
    ...(from && { from }),
    ...(to && { to }),
    ...(query.queue && { queue: query.queue }),
    ...(query.kind && { kind: query.kind }),
    hideGroups: await hiddenGroups(app),
  };
  const found = isBackwards
    ? []
    : app.history.failed.list(filter, failuresPerPage + 1, (query.failedPage - 1) * failuresPerPage);
  const rows = found.slice(0, failuresPerPage).map((one) => ({
    ...one,
    kindLabel: labelOf(app, one.kind),
    nextStep: failureCodes[one.code]?.nextStep ?? null,
  }));
  return { rows, hasNext: found.length > failuresPerPage };
}

function unknownOf(app: App, { queue, kind }: HistoryQuery, queues: string[]): string | null {
  if (queue && !queues.includes(queue)) return `There is no queue ${queue}.`;
  return kind && !app.queue.catalogue.find(kind) ? `There is no kind ${kind}.` : null;
}

function labelOf(app: App, kind: string): string {
  return app.queue.catalogue.find(kind)?.label ?? kind;
}
