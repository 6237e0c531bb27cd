// The charts of a stretch of time, the ways to look closer and to step back, and what happened meanwhile.

import type { HistoryCharts } from "../../src/http/pages/history-charts.ts";
import type { HistoryQuery } from "../../src/http/pages/history-query.ts";
import { counted } from "../format.ts";
import { markGroups, markTone } from "../mark-groups.ts";
import type { HistoryPageProps } from "../pages/history.tsx";
import { dayText, stretchWords } from "../time-ticks.ts";
import { Chart } from "./chart.tsx";
import { EventDetail, Who } from "./event-log.tsx";
import { eventWords } from "./event-words.ts";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

const spans: Record<HistoryQuery["span"], string> = {
  day: "Day",
  week: "Week",
  month: "Month",
  quarter: "90 days",
  year: "Year",
};
/** The newest that the list below the charts has room for. */
const marksListed = 30;
/** Fewer jobs than this make figures that the next one may turn over. */
const fewJobs = 20;

export function Charts(props: HistoryPageProps) {
  const { query, charts, kindLabel, href } = props;
  const of = [query.queue, kindLabel].filter(Boolean).join(", ");
  const isNamed = query.from !== "" || query.to !== "";
  return (
    <section class="card" id="charts" aria-labelledby="charts-title">
      <header>
        <h2 id="charts-title">{of ? `Over time: ${of}` : "Over time"}</h2>
        <nav class="row" aria-label="Stretch of time">
          {(Object.keys(spans) as HistoryQuery["span"][]).map((span) => (
            <a
              class="btn btn-small"
              href={`${href({ span, from: "", to: "" })}#charts`}
              aria-current={span === query.span && !isNamed ? "true" : undefined}
            >
              {spans[span]}
            </a>
          ))}
        </nav>
      </header>
      {isNamed ? <NamedStretch {...props} /> : null}
      <FewJobs charts={charts} />
      <div class="charts">
        {charts.views.map((view) => (
          <Chart {...view} axis={charts.axis} clusters={charts.clusters} off={charts.off} />
        ))}
      </div>
      <ChartTimes {...props} />
      <LookCloser {...props} />
      <Key charts={charts} />
      <div class="below">
        <MarkList {...props} />
        <a class="btn btn-small" href={props.numbers}>
          <Icon name="list-checks" />
          The same in numbers
        </a>
      </div>
    </section>
  );
}

/** For charts.js: the words of each bucket, and what a click on it leads to. */
export function ChartTimes({ charts: { axis }, href }: Pick<HistoryPageProps, "charts" | "href">) {
  const closer = axis.groups.filter(({ days }) => days !== null);
  return (
    <span
      id="chart-times"
      hidden
      data-words={axis.words.join("|")}
      data-groups={closer.map(({ first }) => first).join(" ")}
      data-hrefs={closer.map(({ days }) => href({ from: days!.from, to: days!.to })).join("|")}
    />
  );
}

/** One day, week or month of a longer time: where it lies, its neighbours, and the way back. */
function NamedStretch({ query, charts: { axis, isLive }, href }: HistoryPageProps) {
  const [from, to] = [axis.from, axis.to];
  const days = Math.max(1, Math.round((+to - +from) / 86_400_000));
  const day = (at: Date, add: number) =>
    dayText(new Date(at.getFullYear(), at.getMonth(), at.getDate() + add));
  const moved = (by: number) => ({ from: day(from, by * days), to: day(new Date(+to - 1), by * days) });
  return (
    <p class="stretch">
      <a class="btn btn-small" href={`${href({ from: "", to: "" })}#charts`}>
        <Icon name="arrow-left" />
        {`Back to the last ${spans[query.span].toLowerCase()}`}
      </a>
      <b>{`${stretchWords(from, to, 2 * 86_400_000)} ${from.getFullYear()}`}</b>
      <span class="row">
        <a class="btn btn-small" href={`${href(moved(-1))}#charts`} aria-label="Earlier">
          <Icon name="chevron-left" />
        </a>
        {isLive ? null : (
          <a class="btn btn-small" href={`${href(moved(1))}#charts`} aria-label="Later">
            <Icon name="chevron-right" />
          </a>
        )}
      </span>
    </p>
  );
}

function FewJobs({ charts: { sample } }: { charts: HistoryCharts }) {
  if (sample === 0 || sample >= fewJobs) return null;
  return (
    <p class="muted" id="few-jobs">
      <Icon name="info" />{" "}
      {`Only ${counted(sample, "job")} ended in this time: one more may change the picture.`}
    </p>
  );
}

/** What a click on a chart does, for whoever cannot click on it. */
function LookCloser({ charts: { axis }, href }: HistoryPageProps) {
  const groups = axis.groups.filter(({ days }) => days !== null);
  if (groups.length < 2) return null;
  return (
    <nav class="closer" aria-label="Look closer">
      <small class="muted">Look closer:</small>
      {groups.map(({ days, short, words }) => (
        <a href={`${href({ from: days!.from, to: days!.to })}#charts`} aria-label={words}>
          {short}
        </a>
      ))}
    </nav>
  );
}

function Key({ charts: { marks, off, isLive } }: { charts: HistoryCharts }) {
  const used = new Set(marks.map(({ event }) => markTone(event)));
  return (
    <p class="legend muted">
      {isLive ? <small>Pale or dashed: has not ended yet.</small> : null}
      {off.includes(true) ? (
        <small>
          <i class="swatch gap-key" /> Not recorded: the server was off
        </small>
      ) : null}
      {(Object.keys(markGroups) as (keyof typeof markGroups)[])
        .filter((group) => used.has(group))
        .map((group) => (
          <small>
            <svg class="mark-key" viewBox="0 0 10 10" aria-hidden="true">
              <path class={`mark mark-${group}`} d="M5 0V10" />
            </svg>
            {markGroups[group]}
          </small>
        ))}
    </p>
  );
}

function MarkList({ ctx, charts: { marks }, markLines, href }: HistoryPageProps) {
  if (marks.length === 0) return null;
  const newest = markLines.slice(-marksListed).reverse();
  return (
    <details id="marks" class="marks">
      <summary>{`${counted(marks.length, "mark")}: what may explain a bend`}</summary>
      <ul class="lines">
        {newest.map((mark) => (
          <li>
            <span class="break">
              <b>{eventWords(mark.event)}</b> {mark.queue ? `${mark.queue} ` : ""}
              <EventDetail ctx={ctx} line={mark} />
            </span>
            <small class="muted">
              <Who ctx={ctx} line={mark} />
              {", "}
              <When at={mark.at} />
            </small>
          </li>
        ))}
      </ul>
      {marks.length > newest.length ? (
        <p class="muted">
          {`The newest ${marksListed}; `}
          <a href={`${href({ event: "" })}#events`}>all of them are among the events.</a>
        </p>
      ) : null}
    </details>
  );
}
