// One measured figure over time, drawn on the server: a line or bars, gaps where nothing was measured, the bucket that has
// not ended dashed, and ticks for what explains a bend. The plot stretches; its labels are text beside it.

import type { Series, SeriesPoint } from "../../src/history/series.ts";
import { type MarkGroup, markGroups, markTone } from "../mark-groups.ts";
import { scaleOf } from "../scale.ts";

export interface ChartProps {
  id: string;
  title: string;
  series: Series;
  bars?: boolean;
  marks: { at: Date; event: string }[];
  /** Of the time axis, from left to right. */
  times: string[];
  /** Why there is nothing to see, if there is nothing. */
  empty: string;
}

const [width, height] = [600, 100];

export function Chart({ id, title, series, bars, marks, times, empty }: ChartProps) {
  const { points, unit } = series;
  const highest = Math.max(0, ...points.map((p) => p.value ?? 0));
  const scale = scaleOf(unit, highest);
  const isEmpty = !points.some((p) => p.value !== null);
  const x = (at: Date) => round(((+at - +series.from) / (+series.to - +series.from)) * width);
  const y = (value: number) => round(height - (value / scale.top) * height);
  const slot = width / Math.max(1, points.length);
  return (
    <figure class="chart" aria-labelledby={`${id}-title`}>
      <figcaption id={`${id}-title`}>
        <b>{title}</b> <span class="muted">{scale.unit}</span>
      </figcaption>
      <div class="plot">
        <div class="scale" aria-hidden="true">
          <span>{scale.words(scale.top)}</span>
          <span>{scale.words(scale.top / 2)}</span>
          <span>0</span>
        </div>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-labelledby={`${id}-svg`}
        >
          <title id={`${id}-svg`}>
            {isEmpty
              ? `${title}: ${empty}`
              : `${title}, ${times[0]} to ${times.at(-1)}: ${inShort(points, scale.full)}`}
          </title>
          <path class="grid" d={`M0 0H${width}M0 ${height / 2}H${width}M0 ${height}H${width}`} />
          {(Object.keys(markGroups) as MarkGroup[]).map((group) => {
            const at = [...new Set(marks.filter((m) => markTone(m.event) === group).map((m) => x(m.at)))];
            const { from, to } = markGroups[group];
            return at.length > 0 ? (
              <path class={`mark mark-${group}`} d={at.map((left) => `M${left} ${from}V${to}`).join("")} />
            ) : null;
          })}
          {bars ? (
            <>
              <path class="bars" d={barsOf(points.filter((p) => !p.partial))} />
              <path class="bars partial" d={barsOf(points.filter((p) => p.partial))} />
            </>
          ) : (
            <>
              <path class="line" d={stretches().map(lineOf).join("")} />
              <path
                class="dots"
                d={stretches()
                  .filter((stretch) => stretch.length === 1)
                  .map((stretch) => `${lineOf(stretch)}h0`)
                  .join("")}
              />
              <path class="line partial" d={lastStep(points)} />
            </>
          )}
        </svg>
        {isEmpty ? <p class="none">{empty}</p> : null}
      </div>
      <div class="times" aria-hidden="true">
        {times.map((time) => (
          <span>{time}</span>
        ))}
      </div>
    </figure>
  );

  /** The middle of its bucket. */
  function middle(p: SeriesPoint): number {
    return round(x(p.at) + slot / 2);
  }

  /** Each stretch without a gap. */
  function stretches(): SeriesPoint[][] {
    const found: SeriesPoint[][] = [[]];
    for (const p of points) {
      if (p.value === null || p.partial) found.push([]);
      else found.at(-1)!.push(p);
    }
    return found.filter((stretch) => stretch.length > 0);
  }

  function lineOf(stretch: SeriesPoint[]): string {
    return stretch.map((p, i) => `${i === 0 ? "M" : "L"}${middle(p)} ${y(p.value!)}`).join("");
  }

  function lastStep(all: SeriesPoint[]): string {
    const last = all.at(-1);
    if (!last?.partial || last.value === null) return "";
    const before = all.at(-2);
    const from = before && before.value !== null ? `M${middle(before)} ${y(before.value)}L` : "M";
    return `${from}${middle(last)} ${y(last.value)}${from === "M" ? "h0" : ""}`;
  }

  function barsOf(some: SeriesPoint[]): string {
    return some
      .filter((p) => p.value)
      .map((p) => {
        const left = round(x(p.at) + slot * 0.1);
        return `M${left} ${height}V${y(p.value!)}h${round(slot * 0.8)}V${height}z`;
      })
      .join("");
  }
}

function inShort(points: SeriesPoint[], words: (value: number) => string): string {
  const measured = points.filter((p) => p.value !== null);
  const values = measured.map((p) => p.value!);
  const gaps = points.length - measured.length;
  return [
    `least ${words(Math.min(...values))}`,
    `most ${words(Math.max(...values))}`,
    `last ${words(values.at(-1)!)}`,
    ...(gaps > 0 ? [`nothing measured in ${gaps} of ${points.length} steps`] : []),
  ].join(", ");
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
