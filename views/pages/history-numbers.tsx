// The charts as one table, for whoever reads numbers better than lines.

import type { HistoryCharts } from "../../src/http/pages/history-charts.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { dateTime } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { valueWords } from "../scale.ts";

export interface HistoryNumbersProps {
  ctx: PageContext;
  charts: HistoryCharts;
  /** `hash, File hash`, or "all queues". */
  of: string;
  back: string;
}

/** Cells bear no classes and no labels: a year has hundreds of rows. */
export function HistoryNumbersPage({ ctx, charts, of, back }: HistoryNumbersProps) {
  const { axis, views } = charts;
  const keys = views.flatMap((view) => view.keys.map((key) => ({ ...key, title: view.title })));
  const shown = keys.filter((key, i) => keys.findIndex(({ series }) => series === key.series) === i);
  const isMeasured = (i: number) => shown.some(({ series }) => (series.points[i]?.value ?? null) !== null);
  return (
    <Layout ctx={ctx} title="History in numbers" wide>
      <div class="page-head">
        <div>
          <h1>History in numbers</h1>
          <p>{`${dateTime(axis.from)} to ${dateTime(axis.to)}, ${of}. The newest first; steps in which the server was off are left out.`}</p>
        </div>
        <a class="btn" href={back}>
          <Icon name="arrow-left" />
          Back to the charts
        </a>
      </div>
      <section class="card flush numbers" tabindex={0} aria-label="The charts in numbers">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Time</th>
              {shown.map(({ title, label }) => (
                <th scope="col">
                  {title}
                  <br />
                  <small>{label}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {axis.words
              .map((words, i) => ({ words, i }))
              .filter(({ i }) => isMeasured(i))
              .reverse()
              .map(({ words, i }) => (
                <tr>
                  <th scope="row">{shown[0]!.series.points[i]!.partial ? `${words} (so far)` : words}</th>
                  {shown.map(({ series }) => {
                    const value = series.points[i]?.value ?? null;
                    return <td>{value === null ? "–" : valueWords(series.unit, value)}</td>;
                  })}
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </Layout>
  );
}
