// What each kind of job did in the last 30 days and how long it takes, in the order that somebody asks for.

import type { KindOrder } from "../../src/http/pages/history-query.ts";
import { number } from "../format.ts";
import type { HistoryPageProps } from "../pages/history.tsx";
import { scaleOf } from "../scale.ts";
import { runWords, share } from "./figures.tsx";
import { Icon } from "./icon.tsx";

type Kind = HistoryPageProps["statistics"]["kinds"][number];

const columns: { order: KindOrder; label: string; of(k: Kind): number | string | null }[] = [
  { order: "kind", label: "Kind", of: (k) => k.label.toLowerCase() },
  { order: "done", label: "Done", of: (k) => k.completed },
  { order: "failed", label: "Failed", of: (k) => k.failed },
  { order: "average", label: "On average", of: (k) => k.averageRunMs },
  { order: "p50", label: "Half under", of: (k) => k.runP50Ms },
  { order: "p95", label: "95 % under", of: (k) => k.runP95Ms },
];

export function KindTable({ statistics: { kinds, since }, query, now, href }: HistoryPageProps) {
  const young = since !== null && +now - +since < 30 * 86_400_000;
  const rows = kinds.toSorted((a, b) => inOrder(query.sort, a, b));
  const bars = barsOf(kinds);
  return (
    <section class="card flush" id="kinds" aria-labelledby="kinds-title">
      <header>
        <h2 id="kinds-title">Per kind, last 30 days</h2>
        <p>{young ? "As far as it is measured yet. " : ""}The bar runs from the half to the 95 %, by tens.</p>
      </header>
      {rows.length === 0 ? (
        <div class="empty">
          <b>No job has ended in this time.</b>
        </div>
      ) : (
        <table class="table cards kinds">
          <thead>
            <tr>
              {columns.map(({ order, label }) => (
                <th
                  scope="col"
                  class={order === "kind" ? undefined : "num"}
                  aria-sort={
                    order === query.sort ? (order === "kind" ? "ascending" : "descending") : undefined
                  }
                >
                  <a href={`${href({ sort: order })}#kinds`}>
                    {label}
                    {order === query.sort ? (
                      <Icon name={order === "kind" ? "chevron-up" : "chevron-down"} />
                    ) : null}
                  </a>
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((k) => (
              <tr>
                <th scope="row">
                  <a href={`${href({ kind: k.kind })}#charts`}>{k.label}</a>
                </th>
                <td class="num" data-label="Done">
                  {number(k.completed)}
                </td>
                <td class="num" data-label="Failed">
                  <FailedOf kind={k} />
                </td>
                <td class="num" data-label="On average">
                  {runWords(k.averageRunMs)}
                </td>
                <td class="num" data-label="Half under">
                  {runWords(k.runP50Ms)}
                </td>
                <td class="num" data-label="95 % under">
                  {runWords(k.runP95Ms)}
                </td>
                <td class="range" aria-hidden="true">
                  {bars(k)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function FailedOf({ kind: { completed, failed } }: { kind: Kind }) {
  if (failed === 0) return <>0</>;
  return (
    <span>
      <span class="bad">{number(failed)}</span>
      <small class="muted">{` ${share(failed / (completed + failed))}`}</small>
    </span>
  );
}

/** All bars on one scale, by tens: kinds differ by thousands. */
function barsOf(kinds: Kind[]) {
  const highest = Math.max(1, ...kinds.map((k) => k.runP95Ms ?? 0));
  const scale = scaleOf("ms", highest, Math.min(highest, ...kinds.flatMap((k) => k.runP50Ms ?? [])));
  return (k: Kind) => {
    if (k.runP50Ms === null || k.runP95Ms === null) return null;
    const [from, to] = [scale.height(k.runP50Ms), scale.height(k.runP95Ms)];
    return (
      <svg class="bar" aria-hidden="true">
        <rect class="rail" width="100%" height="2" y="5" />
        <rect
          class="tone-done"
          x={`${Math.round(from * 100)}%`}
          width={`${Math.max(1, Math.round((to - from) * 100))}%`}
          height="6"
          y="3"
          rx="3"
        />
      </svg>
    );
  };
}

/** The most first, names from A; what is unknown comes last. */
function inOrder(order: KindOrder, a: Kind, b: Kind): number {
  const { of } = columns.find((column) => column.order === order)!;
  const [x, y] = [of(a), of(b)];
  if (typeof x === "string") return x.localeCompare(String(y));
  return Number(y ?? -1) - Number(x ?? -1);
}
