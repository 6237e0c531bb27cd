// Figures over time, drawn on the server: lines, bars, gaps where nothing was measured, the bucket that has not ended dashed,
// and marks for what explains a bend. Positions are shares of the width, so that it stretches and its words do not.
// charts.js reads the values out of `data-values` and shows those of the bucket that somebody points at.

import { markTone } from "../mark-groups.ts";
import { type Scale, valueWords } from "../scale.ts";
import {
  areaPath,
  barPath,
  barWidth,
  type Heights,
  lastStepPath,
  linePath,
  plotHeight,
  plotWidth,
  stretches,
} from "./chart-paths.ts";
import {
  type ChartProps,
  groupWords,
  inShort,
  isPartial,
  restOf,
  scaleFor,
  unitWords,
  valuesOf,
} from "./chart-words.ts";

const mostTitles = 9;

export function Chart(props: ChartProps) {
  const { name, title, keys, axis, off, clusters, empty } = props;
  const id = `chart-${name}`;
  const scale = scaleFor(props);
  const isEmpty = !keys.some(({ series }) => series.points.some((p) => p.value));
  return (
    <figure
      class="chart"
      id={id}
      aria-labelledby={`${id}-title`}
      data-units={keys.map(({ series }) => series.unit).join(" ")}
      data-values={valuesOf(props)}
    >
      <figcaption>
        <b id={`${id}-title`}>{title}</b> <small class="muted">{unitWords(props, scale)}</small>
      </figcaption>
      <Legend {...props} />
      <MarkStrip clusters={clusters} />
      <div class="plot">
        <ValueAxis scale={scale} />
        <svg class="area" role="img" aria-label={`${title}: ${isEmpty ? empty : inShort(props)}`}>
          {scale.ticks.map((tick) => (
            <line
              class="grid"
              x2="100%"
              y1={percent(1 - scale.height(tick))}
              y2={percent(1 - scale.height(tick))}
            />
          ))}
          {stretches(off.map((isOff) => isOff || null)).map(([first, end]) => (
            <rect
              class="gap"
              x={percent(first / off.length)}
              width={percent((end - first) / off.length)}
              height="100%"
            >
              <title>Not recorded: the server was off</title>
            </rect>
          ))}
          <svg
            viewBox={`0 0 ${plotWidth} ${plotHeight}`}
            preserveAspectRatio="none"
            class="drawn"
            aria-hidden="true"
          >
            <Drawing {...props} scale={scale} />
          </svg>
          <Titles {...props} />
        </svg>
        {isEmpty ? <p class="none">{empty}</p> : null}
        {/* biome-ignore lint/a11y/useFocusableInteractive: it has the attribute as HTML writes it */}
        <div
          class="cursor needs-js"
          role="slider"
          tabindex={0}
          aria-label={`${title}, bucket by bucket`}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, axis.words.length - 1)}
          aria-valuenow={Math.max(0, axis.words.length - 1)}
          aria-valuetext={axis.words.at(-1) ?? empty}
          hx-morph-skip
        >
          <i class="crosshair" hidden />
        </div>
      </div>
      <svg class="times" aria-hidden="true">
        <TimeLabels axis={axis} />
      </svg>
    </figure>
  );
}

function Legend({ keys, atRest, shape }: ChartProps) {
  const rest = atRest === "sum" ? "in all" : shape === "area" && isPartial(keys) ? "now" : "at last";
  return (
    <p class="keys">
      {keys.map(({ label, tone, series }) => {
        const value = restOf(series, atRest);
        const words = value === null ? "–" : valueWords(series.unit, value);
        return (
          <span class="key">
            {tone ? <i class={`swatch tone-${tone}`} /> : null}
            {label}{" "}
            <b class="num" data-rest={words}>
              {words}
            </b>
          </span>
        );
      })}
      <span class="moment muted" data-rest={rest}>
        {rest}
      </span>
    </p>
  );
}

/** Its own strip above the plot: nothing is hidden by it. */
function MarkStrip({ clusters }: Pick<ChartProps, "clusters">) {
  return (
    <svg class="mark-strip" aria-hidden="true">
      {clusters.map(({ at, label, short, title, marks }) => (
        <g>
          <title>{title}</title>
          {marks.map((mark) => (
            <line
              class={`mark mark-${markTone(mark.event)}`}
              x1={percent(mark.x)}
              x2={percent(mark.x)}
              y1="65%"
              y2="100%"
            />
          ))}
          <text class={classes("wide", sideOf(at))} x={percent(at)} y="50%">
            {label}
          </text>
          <text class={classes("narrow", sideOf(at))} x={percent(at)} y="50%">
            {short}
          </text>
        </g>
      ))}
    </svg>
  );
}

function ValueAxis({ scale }: { scale: Scale }) {
  return (
    <svg class="scale" aria-hidden="true">
      {scale.ticks.map((tick) => (
        <text x="100%" y={percent(1 - scale.height(tick))} dy="0.35em">
          {scale.words(tick)}
        </text>
      ))}
    </svg>
  );
}

function TimeLabels({ axis: { wide, narrow, at } }: Pick<ChartProps, "axis">) {
  const moments = new Map([...narrow, ...wide].map((tick) => [+tick.at, tick]));
  const has = (ticks: typeof wide, moment: Date) => ticks.some((tick) => +tick.at === +moment);
  return (
    <>
      {[...moments.values()].map(({ at: moment, label }) => (
        <text
          class={classes(has(wide, moment) ? !has(narrow, moment) && "wide" : "narrow", sideOf(at(moment)))}
          x={percent(at(moment))}
          y="12"
        >
          {label}
        </text>
      ))}
    </>
  );
}

function Drawing({ shape, keys, scale }: ChartProps & { scale: Scale }) {
  const drawn = keys.filter(({ tone }) => tone !== null);
  const hasRest = isPartial(drawn);
  const heights = drawn.map(({ series }) =>
    series.points.map(({ value }) => (value === null ? null : scale.height(value))),
  );
  const width = barWidth(heights[0]!.length || 1);
  const whole = (all: Heights) => (hasRest ? [...all.slice(0, -1), null] : all);
  const rest = (all: Heights) => (hasRest ? all.map((h, i) => (i === all.length - 1 ? h : null)) : []);
  if (shape === "stack" || shape === "bars")
    return (
      <>
        {drawn.map(({ tone }, i) => (
          <>
            <path
              class={`bars tone-${tone}`}
              stroke-width={width}
              d={barPath(whole(heights[i]!), heights[i - 1])}
            />
            <path
              class={`bars partial tone-${tone}`}
              stroke-width={width}
              d={barPath(rest(heights[i]!), heights[i - 1])}
            />
          </>
        ))}
      </>
    );
  return (
    <>
      {shape === "area" ? <path class="fill" d={areaPath(whole(heights[0]!))} /> : null}
      {shape === "lines" ? <path class="fill" d={areaPath(whole(heights[0]!), heights[1])} /> : null}
      {drawn.map(({ tone }, i) => (
        <>
          <path class={`line tone-${tone}`} d={linePath(whole(heights[i]!))} />
          <path class={`line partial tone-${tone}`} d={hasRest ? lastStepPath(heights[i]!) : ""} />
        </>
      ))}
    </>
  );
}

/** What a mouse reads without JavaScript, a few buckets at a time. */
function Titles({ axis, keys }: ChartProps) {
  const n = axis.words.length;
  const each = Math.ceil(axis.groups.length / mostTitles);
  const groups = axis.groups.flatMap(({ first, words }, i) => {
    if (i % each > 0) return [];
    const last = axis.groups[Math.min(i + each, axis.groups.length) - 1]!;
    return { first, end: last.end, words: each === 1 ? words : `${words} to ${last.words}` };
  });
  return (
    <g class="hits">
      {groups.map(({ first, end, words }) => (
        <rect x={percent(first / n)} width={percent((end - first) / n)}>
          <title>{`${words}: ${keys.map((key) => groupWords(key, first, end)).join(", ")}`}</title>
        </rect>
      ))}
    </g>
  );
}

/** In the middle of their place, but not over the edges. */
function sideOf(share: number): string | false {
  if (share < 0.05) return "to-right";
  return share > 0.93 && "to-left";
}

function classes(...names: (string | false)[]): string | undefined {
  return names.filter(Boolean).join(" ") || undefined;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10}%`;
}
