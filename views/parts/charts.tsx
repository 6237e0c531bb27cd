// The charts of a day, a week or a month, with all their numbers in one table and what happened meanwhile in another.

import { dateTime, number } from "../format.ts";
import { markGroups, markTone } from "../mark-groups.ts";
import type { HistoryPageProps } from "../pages/history.tsx";
import { scaleOf } from "../scale.ts";
import { Chart } from "./chart.tsx";
import { detailWords, eventWords } from "./event-words.ts";
import { When } from "./when.tsx";

const spans = { day: "Day", week: "Week", month: "Month" } as const;
/** The newest that the list below the charts has room for. */
const marksListed = 40;

export function Charts({ query, charts, marks, since, href }: HistoryPageProps) {
  const first = charts[0]!.series;
  const times = axis(first.from, first.to, query.span);
  const used = new Set(marks.map(({ event }) => markTone(event)));
  return (
    <section class="card" id="charts" aria-labelledby="charts-title">
      <header>
        <h2 id="charts-title">{query.queue ? `Over time: ${query.queue}` : "Over time"}</h2>
        <nav class="row" aria-label="Stretch of time">
          {(Object.keys(spans) as (keyof typeof spans)[]).map((span) => (
            <a
              class="btn btn-small"
              href={`${href({ span })}#charts`}
              aria-current={span === query.span ? "true" : undefined}
            >
              {spans[span]}
            </a>
          ))}
        </nav>
      </header>
      <div class="charts">
        {charts.map(({ name, title, bars, series }) => (
          <Chart
            id={`chart-${name}`}
            title={title}
            series={series}
            bars={bars}
            marks={marks}
            times={times}
            empty={whyEmpty(series, since)}
          />
        ))}
      </div>
      <p class="legend muted">
        <small>
          Dashed or pale: has not ended yet. A gap: nothing was measured, or there was nothing to take it
          from.
        </small>
        {(Object.keys(markGroups) as (keyof typeof markGroups)[])
          .filter((group) => used.has(group))
          .map((group) => (
            <small>
              <svg class="mark-key" viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
                <path
                  class={`mark mark-${group}`}
                  d={`M5 ${markGroups[group].from}V${markGroups[group].to}`}
                />
              </svg>
              {markGroups[group].label}
            </small>
          ))}
      </p>
      <MarkList marks={marks} />
      <Numbers charts={charts} />
    </section>
  );
}

function MarkList({ marks }: Pick<HistoryPageProps, "marks">) {
  if (marks.length === 0) return null;
  const newest = marks.slice(-marksListed).reverse();
  return (
    <details id="marks">
      <summary>{`${number(marks.length)} ${marks.length === 1 ? "mark" : "marks"}: what may explain a bend`}</summary>
      <ul class="lines">
        {newest.map((mark) => (
          <li>
            <span class="break">
              <b>{eventWords(mark.event)}</b>{" "}
              {[mark.queue, mark.detail && detailWords(mark.detail)].filter(Boolean).join(": ")}
            </span>
            <small class="muted">
              {mark.actor ? `${mark.actor}, ` : ""}
              <When at={mark.at} />
            </small>
          </li>
        ))}
      </ul>
      {marks.length > newest.length ? (
        <p class="muted">{`The newest ${marksListed}; all of them are in the events below.`}</p>
      ) : null}
    </details>
  );
}

/** Only steps in which something was done: a night of zeros tells nobody anything. */
function Numbers({ charts }: Pick<HistoryPageProps, "charts">) {
  const steps = charts[0]!.series.points
    .map((point, i) => ({ point, i }))
    .filter(({ i }) => charts.some(({ series }) => (series.points[i]?.sample ?? 0) > 0))
    .reverse();
  const stepS = charts[0]!.series.stepS;
  return (
    <details id="numbers">
      <summary>The same in numbers</summary>
      {steps.length === 0 ? (
        <p class="muted">No job has ended in this time.</p>
      ) : (
        <section class="scroll" tabindex={0} aria-label="The charts in numbers">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{`From (${stepS < 3600 ? `${stepS / 60} min` : `${stepS / 3600} h`} each)`}</th>
                {charts.map(({ title }) => (
                  <th scope="col" class="num">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {steps.map(({ point, i }) => (
                <tr>
                  <th scope="row">{`${dateTime(point.at)}${point.partial ? " (so far)" : ""}`}</th>
                  {charts.map(({ series }) => {
                    const value = series.points[i]?.value ?? null;
                    return <td class="num">{value === null ? "–" : scaleOf(series.unit, 0).full(value)}</td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}

function whyEmpty(series: { points: { sample: number }[]; to: Date }, since: Date): string {
  const isNew = since.getTime() > series.to.getTime() - 3_600_000;
  return isNew ? "Nothing to show yet: measuring has just begun." : "No job has ended in this time.";
}

/** Five moments, evenly apart. */
function axis(from: Date, to: Date, span: keyof typeof spans): string[] {
  return [0, 1, 2, 3, 4].map((n) => {
    const text = dateTime(new Date(+from + ((+to - +from) * n) / 4));
    const [day, time] = text.split(", ") as [string, string];
    const date = day.split(" ").slice(0, 2).join(" ");
    return span === "day" ? time : date;
  });
}
