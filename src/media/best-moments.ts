// Chooses the stretches of a film that show it best: scored second by second, kept within shots, spread over the whole film. Pure.

import type { FilmAnalysis, Second, Stretch } from "./film-analysis.ts";

/** One more opinion on each second, 0 to 1: faces, sounds, objects. */
export interface Opinion {
  weight: number;
  perSecond: ArrayLike<number>;
}

export interface Chosen extends Stretch {
  /** 0 to 1, within this film. */
  score: number;
}

/** 0 to 1 for each second: black and blank ones are 0. Ranks within the film, so that quiet films have their moments as well. */
export function scoreSeconds(seconds: Second[], opinions: Opinion[] = []): Float64Array {
  const own: Opinion[] = [
    { weight: 0.45, perSecond: ranks(seconds.map((s) => s.motion)) },
    { weight: 0.3, perSecond: ranks(seconds.map((s) => s.loudness ?? -90)) },
    { weight: 0.25, perSecond: ranks(seconds.map((s) => s.detail * s.contrast)) },
  ];
  const all = [...own, ...opinions];
  const sum = all.reduce((total, { weight }) => total + weight, 0);
  return Float64Array.from(seconds, (second, n) => {
    const said = all.reduce((total, { weight, perSecond }) => total + weight * (perSecond[n] ?? 0), 0);
    return visibility(second) * (said / sum);
  });
}

/** In the order of time, together `targetS` at most. Empty where there is nothing to see. */
export function chooseBest(film: FilmAnalysis, targetS: number, opinions: Opinion[] = []): Chosen[] {
  const count = Math.max(1, Math.round(targetS / idealS));
  const least = Math.min(leastS, targetS);
  const lengthS = Math.min(mostS, Math.max(least, targetS / count));
  const scores = scoreSeconds(film.seconds, opinions);
  const chosen: Chosen[] = [];
  let leftS = targetS;
  const takeFirst = (bestFirst: Chosen[]) => {
    const best = leftS < least - 1e-6 ? undefined : bestFirst.find((one) => !overlaps(one, chosen));
    if (!best) return;
    const endS = Math.min(best.endS, best.startS + leftS);
    chosen.push({ ...best, endS });
    leftS -= endS - best.startS;
  };
  const bestFirst = shotsOf(film)
    .flatMap((shot) => windowsIn(shot, lengthS, scores))
    .sort((a, b) => b.score - a.score);
  // One from every part of the film first, the best part before others; what black parts leave over goes to the best.
  const partOf = ({ startS, endS }: Chosen) => Math.floor((count * (startS + endS)) / 2 / film.durationS);
  for (const part of Map.groupBy(bestFirst, partOf).values()) takeFirst(part);
  for (const one of bestFirst) takeFirst([one]);
  return chosen.sort((a, b) => a.startS - b.startS);
}

const idealS = 4;
const leastS = 2;
const mostS = 6;
/** Cuts from here on divide shots. */
const cutFrom = 0.25;
/** Neither the last frame of one shot nor the first of the next is to flash up. */
const marginS = 0.08;

/** 0 for black and blank pictures, 1 for good ones. */
function visibility({ brightness, contrast }: Second): number {
  const ramp = (value: number, from: number, to: number) =>
    Math.min(1, Math.max(0, (value - from) / (to - from)));
  return ramp(brightness, 12, 40) * ramp(contrast, 4, 20);
}

/** The share of all values that are lower: 0 to 1. All the same: one half. */
function ranks(values: number[]): Float64Array {
  const order = values.map((_, n) => n).sort((a, b) => values[a]! - values[b]!);
  const found = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!]! === values[order[from]!]!) to++;
    for (let n = from; n <= to; n++) found[order[n]!] = (from + to + 1) / (2 * order.length);
    from = to + 1;
  }
  return found;
}

/** Stretches without a sharp cut and without black; short ones in a row are one. */
function shotsOf({ durationS, cuts, blacks }: FilmAnalysis): Stretch[] {
  const shots: Stretch[] = [];
  let sinceS = 0;
  const close = (atS: number, nextS: number) => {
    if (atS > sinceS) shots.push({ startS: sinceS, endS: atS });
    sinceS = Math.max(sinceS, nextS);
  };
  const marks = [
    ...cuts.filter(({ score }) => score >= cutFrom).map(({ atS }) => ({ startS: atS, endS: atS })),
    ...blacks,
  ];
  for (const { startS, endS } of marks.sort((a, b) => a.startS - b.startS)) close(startS, endS);
  close(durationS, durationS);
  return joinShort(shots);
}

function joinShort(shots: Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const shot of shots) {
    const last = joined.at(-1);
    const isShort = shot.endS - shot.startS < leastS + 2 * marginS;
    const follows = last && shot.startS - last.endS < 1e-6;
    if (last && follows && isShort && last.endS - last.startS < leastS + 2 * marginS) last.endS = shot.endS;
    else joined.push({ ...shot });
  }
  return joined;
}

function windowsIn(shot: Stretch, lengthS: number, scores: Float64Array): Chosen[] {
  const [startS, endS] = [shot.startS + (shot.startS > 0 ? marginS : 0), shot.endS - marginS];
  const longS = Math.min(lengthS, endS - startS);
  if (longS < Math.min(leastS, lengthS) - 0.2) return [];
  const windows: Chosen[] = [];
  for (let atS = startS; atS + longS <= endS + 1e-6; atS += 0.5) {
    const score = meanScore(scores, atS, atS + longS);
    if (score > 0.02) windows.push({ startS: atS, endS: atS + longS, score });
  }
  return windows;
}

function meanScore(scores: Float64Array, startS: number, endS: number): number {
  let sum = 0;
  for (let second = Math.floor(startS); second < Math.min(endS, scores.length); second++)
    sum += (scores[second] ?? 0) * (Math.min(endS, second + 1) - Math.max(startS, second));
  return sum / (endS - startS);
}

/** Two that nearly touch would look like one with a jump in it. */
function overlaps(one: Stretch, others: Stretch[]): boolean {
  return others.some(({ startS, endS }) => one.startS < endS + 0.5 && one.endS > startS - 0.5);
}
