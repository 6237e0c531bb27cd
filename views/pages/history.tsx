// What happened: how fast, how long, what failed, when it is busy, and who did what when.

import type { RecordedEvent } from "../../src/history/event-log.ts";
import type { FailedJob } from "../../src/history/failed-log.sqlite.ts";
import type { Mark } from "../../src/history/marks.ts";
import type { Series } from "../../src/history/series.ts";
import type { KindFigures, Statistics } from "../../src/history/statistics.ts";
import type { HistoryQuery } from "../../src/http/pages/history-query.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Charts } from "../parts/charts.tsx";
import { EventLog } from "../parts/event-log.tsx";
import { FailedLog } from "../parts/failed-log.tsx";
import { Figures } from "../parts/figures.tsx";

export interface HistoryPageProps {
  ctx: PageContext;
  query: HistoryQuery;
  queues: string[];
  unknownQueue: boolean;
  eventNames: string[];
  charts: { name: string; title: string; bars?: boolean; series: Series }[];
  marks: Mark[];
  statistics: Omit<Statistics, "kinds"> & { kinds: (KindFigures & { label: string })[] };
  /** When this process began to measure. */
  since: Date;
  events: { rows: RecordedEvent[]; hasNext: boolean };
  failures: { rows: ShownFailure[]; hasNext: boolean };
  href(change: Partial<HistoryQuery>): string;
  exports: Record<"events" | "failures", (format: "csv" | "json") => string>;
}

export type ShownFailure = FailedJob & { kindLabel: string; nextStep: string | null };

export function HistoryPage(props: HistoryPageProps) {
  const { ctx, query, queues, unknownQueue, href } = props;
  return (
    <Layout ctx={ctx} title="History" wide>
      <div class="page-head">
        <div>
          <h1>History</h1>
          <p>What was done and how long it took, what failed, and what happened to the queues.</p>
        </div>
        <form class="row" action={ctx.url("/admin/history")} data-filters>
          <Kept query={query} but={["queue", "page", "failedPage"]} />
          <label for="queue" class="sr-only">
            Queue
          </label>
          <select class="select" id="queue" name="queue">
            <option value="">All queues</option>
            {queues.map((name) => (
              <option value={name} selected={name === query.queue}>
                {name}
              </option>
            ))}
          </select>
          <button type="submit" class="btn without-js">
            Show
          </button>
        </form>
      </div>
      <div class="stack">
        {unknownQueue ? (
          <p class="banner banner-warn" role="alert">
            <span>
              {`There is no queue ${query.queue}. `}
              <a href={href({ queue: "", page: 1, failedPage: 1 })}>Show all</a>
            </span>
          </p>
        ) : null}
        <Charts {...props} />
        <Figures {...props} />
        <EventLog {...props} />
        <FailedLog {...props} />
      </div>
    </Layout>
  );
}

/** What a form must not forget. */
export function Kept({ query, but }: { query: HistoryQuery; but: (keyof HistoryQuery)[] }) {
  const kept = Object.entries(query).filter(
    ([key, value]) => !but.includes(key as keyof HistoryQuery) && value !== "" && value !== 1,
  );
  return (
    <>
      {kept.map(([key, value]) => (
        <input type="hidden" name={key === "failedPage" ? "failed" : key} value={String(value)} />
      ))}
    </>
  );
}
