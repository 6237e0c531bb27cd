// What happened: how fast, how long, what failed, when it is busy, and who did what when.

import type { FailedJob } from "../../src/history/failed-log.sqlite.ts";
import type { KeptFacts } from "../../src/history/kept.ts";
import type { KindFigures, Statistics } from "../../src/history/statistics.ts";
import type { EventLine } from "../../src/http/pages/event-lines.ts";
import type { HistoryCharts } from "../../src/http/pages/history-charts.ts";
import type { HistoryQuery } from "../../src/http/pages/history-query.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Charts } from "../parts/charts.tsx";
import { Choice } from "../parts/choice.tsx";
import { EventLog } from "../parts/event-log.tsx";
import { FailedLog } from "../parts/failed-log.tsx";
import { Figures } from "../parts/figures.tsx";
import { HistoryKept } from "../parts/history-kept.tsx";

export interface HistoryPageProps {
  ctx: PageContext;
  now: Date;
  query: HistoryQuery;
  queues: string[];
  kinds: { name: string; label: string }[];
  /** Of the kind that is asked for. */
  kindLabel: string;
  /** What is asked for and does not exist, in words. */
  unknown: string | null;
  eventNames: string[];
  people: { name: string; email: string }[];
  /** Among how many events names and words are looked for. */
  searched: string;
  charts: HistoryCharts;
  markLines: EventLine[];
  statistics: Omit<Statistics, "kinds"> & { kinds: (KindFigures & { label: string })[] };
  events: { rows: EventLine[]; hasOlder: boolean; hasNewer: boolean };
  failures: { rows: ShownFailure[]; hasNext: boolean };
  kept: KeptFacts;
  href(change: Partial<HistoryQuery>): string;
  /** The charts as a table. */
  numbers: string;
  live: string;
  exports: Record<"events" | "failures", (format: "csv" | "json") => string>;
}

export type ShownFailure = FailedJob & { kindLabel: string; nextStep: string | null };

export function HistoryPage(props: HistoryPageProps) {
  const { ctx, query, queues, kinds, unknown, href } = props;
  return (
    <Layout ctx={ctx} title="History" wide live={props.live} scripts={["charts.js"]}>
      <div class="page-head">
        <div>
          <h1>History</h1>
          <p>What was done and how long it took, what failed, and what happened to the queues.</p>
        </div>
        <form class="row" action={ctx.url("/admin/history")} data-filters>
          <Kept query={query} but={["queue", "kind", "place", "failedPage"]} />
          <Choice
            name="queue"
            label="Queue"
            all="All queues"
            value={query.queue}
            choices={queues.map((name) => [name, name])}
          />
          <Choice
            name="kind"
            label="Kind of job"
            all="All kinds"
            value={query.kind}
            choices={kinds.map(({ name, label }) => [name, label])}
          />
          <button type="submit" class="btn without-js">
            Show
          </button>
        </form>
      </div>
      <div class="stack">
        {unknown ? (
          <p class="banner banner-warn" role="alert">
            <span>
              {`${unknown} `}
              <a href={href({ queue: "", kind: "" })}>Show all</a>
            </span>
          </p>
        ) : null}
        <Charts {...props} />
        <Figures {...props} />
        <EventLog {...props} />
        <FailedLog {...props} />
        <HistoryKept ctx={ctx} kept={props.kept} />
      </div>
    </Layout>
  );
}

/** What a form must not forget. */
export function Kept({ query, but }: { query: HistoryQuery; but: (keyof HistoryQuery)[] }) {
  const kept = Object.entries(query).filter(
    ([key, value]) =>
      !but.includes(key as keyof HistoryQuery) && value !== "" && value !== 1 && value !== standard[key],
  );
  return (
    <>
      {kept.map(([key, value]) => (
        <input type="hidden" name={fieldNames[key] ?? key} value={String(value)} />
      ))}
    </>
  );
}

const standard: Record<string, string> = { span: "day", sort: "done" };
const fieldNames: Record<string, string> = { failedPage: "failed", text: "q" };
