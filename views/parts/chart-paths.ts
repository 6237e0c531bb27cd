// The drawing of figures over time as SVG paths, in a plot of 1000 by 200: whole numbers are fine enough, and steps from
// one to the next are short.

export const [plotWidth, plotHeight] = [1000, 200];

/** Per bucket how high it stands, 0 to 1; null is a gap. */
export type Heights = (number | null)[];

type Point = [x: number, y: number];

/** Each stretch without a gap is a line through the middles of its buckets; what stands alone is a dot. */
export function linePath(heights: Heights): string {
  return stretches(heights)
    .map(([first, end]) =>
      end - first === 1 ? `${path(points(heights, first, end))}h0` : path(points(heights, first, end)),
    )
    .join("");
}

/** Between the line and the ground, or between two lines. */
export function areaPath(heights: Heights, below?: Heights): string {
  return stretches(heights)
    .filter(([first, end]) => end - first > 1)
    .map(([first, end]) => {
      const n = heights.length;
      const ground: Point[] = below
        ? points(below, first, end).reverse()
        : [
            [middle(end - 1, n), plotHeight],
            [middle(first, n), plotHeight],
          ];
      return `${path([...points(heights, first, end), ...ground])}z`;
    })
    .join("");
}

/** One bar per bucket, on the ground or on the bars of `below`: a stroke as wide as `barWidth` says. */
export function barPath(heights: Heights, below?: Heights): string {
  let pen: Point = [0, 0];
  return heights
    .map((height, i) => {
      if (!height) return "";
      const base = below?.[i] ?? 0;
      const [from, to]: [Point, number] = [[middle(i, heights.length), up(base)], up(base + height)];
      const drawn = `m${step(pen, from)}v${to - from[1]}`;
      pen = [from[0], to];
      return drawn;
    })
    .join("");
}

export function barWidth(n: number): number {
  return Math.max(1, Math.round((plotWidth / n) * 8) / 10);
}

/** From the last whole bucket to the one that has not ended. */
export function lastStepPath(heights: Heights): string {
  const last = heights.length - 1;
  if (last < 0 || heights[last] === null) return "";
  const isAlone = last === 0 || heights[last - 1] === null;
  return isAlone ? `${path(points(heights, last, last + 1))}h0` : path(points(heights, last - 1, last + 1));
}

/** The first bucket of each stretch that is not null, and the one after its last. */
export function stretches(values: unknown[]): [first: number, end: number][] {
  const found: [number, number][] = [];
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    if (found.at(-1)?.[1] === i) found.at(-1)![1] = i + 1;
    else found.push([i, i + 1]);
  }
  return found;
}

function points(heights: Heights, first: number, end: number): Point[] {
  return heights.slice(first, end).map((height, i) => [middle(first + i, heights.length), up(height ?? 0)]);
}

function path([first, ...rest]: Point[]): string {
  const steps = rest.map((point, i) => step(i === 0 ? first! : rest[i - 1]!, point));
  return `M${first!.join(" ")}${steps.length > 0 ? `l${steps.join(" ")}` : ""}`;
}

/** `7 -5` is written `7-5`. */
function step(from: Point, to: Point): string {
  const [x, y] = [to[0] - from[0], to[1] - from[1]];
  return y < 0 ? `${x}${y}` : `${x} ${y}`;
}

function middle(i: number, n: number): number {
  return Math.round(((i + 0.5) / n) * plotWidth);
}

function up(height: number): number {
  return Math.round(plotHeight * (1 - height));
}
