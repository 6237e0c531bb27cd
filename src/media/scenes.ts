// The scenes of a film, out of its cuts and black stretches. Pure.

import type { FilmAnalysis } from "./film-analysis.ts";

export interface Scene {
  /** From 1. */
  number: number;
  startMs: number;
  endMs: number;
  /** How sharp the cut before it is, 0 to 1; null for the first one, and after black. */
  score: number | null;
}

export interface SceneOptions {
  /** How sharp a cut has to be; 0 to 1. */
  threshold: number;
  leastS?: number;
  mostScenes?: number;
}

type Seen = Pick<FilmAnalysis, "durationS" | "cuts" | "blacks">;

export function scenesOf(film: Seen, options: SceneOptions): Scene[] {
  const { threshold, leastS = 1, mostScenes = 200 } = options;
  const apart = farApart(boundaries(film, threshold), film.durationS, leastS);
  const ends = mostTelling(apart, film.durationS, mostScenes - 1);
  const starts = [{ atS: 0, score: null }, ...ends];
  return starts.map(({ atS, score }, n) => ({
    number: n + 1,
    startMs: Math.round(atS * 1000),
    endMs: Math.round((starts[n + 1]?.atS ?? film.durationS) * 1000),
    score,
  }));
}

/** A second that shows the scene: a third into it, or another place where that is black. */
export function pictureAtS({ startMs, endMs }: Scene, blacks: FilmAnalysis["blacks"]): number {
  const places = [0.33, 0.5, 0.2, 0.67, 0.8, 0.05].map((part) => (startMs + part * (endMs - startMs)) / 1000);
  const isBlack = (atS: number) =>
    blacks.some(({ startS, endS }) => atS >= startS - 0.2 && atS <= endS + 0.2);
  return places.find((atS) => !isBlack(atS)) ?? places[0]!;
}

interface Boundary {
  atS: number;
  score: number | null;
}

/** Black is part of the scene before it; the next one begins when there is something to see. */
function boundaries({ durationS, cuts, blacks }: Seen, threshold: number): Boundary[] {
  const inside = blacks.filter(({ startS, endS }) => startS > 0.1 && endS < durationS - 0.1);
  const nearBlack = ({ atS }: Boundary) =>
    blacks.some(({ startS, endS }) => atS > startS - 0.1 && atS < endS + 0.1);
  return [
    ...cuts.filter((cut) => cut.score >= threshold && !nearBlack(cut)),
    ...inside.map(({ endS }) => ({ atS: endS, score: null })),
  ].sort((a, b) => a.atS - b.atS);
}

/** Of those that stand closer than `leastS` the sharpest; none so close to the beginning or the end. */
function farApart(all: Boundary[], durationS: number, leastS: number): Boundary[] {
  const kept = new Map<number, Boundary>();
  const slotOf = (atS: number) => Math.floor(atS / leastS);
  const sharpestFirst = all
    .filter(({ atS }) => atS >= leastS && atS <= durationS - leastS)
    .sort((a, b) => sharpness(b) - sharpness(a));
  for (const one of sharpestFirst) {
    const slot = slotOf(one.atS);
    const near = [slot - 1, slot, slot + 1].some(
      (n) => Math.abs((kept.get(n)?.atS ?? -1e9) - one.atS) < leastS,
    );
    if (!near) kept.set(slot, one);
  }
  return [...kept.values()];
}

/** At most `most`, in order: those that say least are taken out, one after another. */
function mostTelling(all: Boundary[], durationS: number, most: number): Boundary[] {
  const ends = all
    .sort((a, b) => sharpness(b) - sharpness(a))
    .slice(0, 4 * most)
    .sort((a, b) => a.atS - b.atS);
  while (ends.length > most) ends.splice(weakest(ends, durationS), 1);
  return ends;
}

function weakest(ends: Boundary[], durationS: number): number {
  let found = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < ends.length; n++) {
    const { atS } = ends[n]!;
    const lengthS = Math.min(atS - (ends[n - 1]?.atS ?? 0), (ends[n + 1]?.atS ?? durationS) - atS);
    // A short scene says little, however sharp its cut.
    const weight = Math.min(10, lengthS) * sharpness(ends[n]!);
    if (weight < least) [least, found] = [weight, n];
  }
  return found;
}

/** After black, a new scene is as certain as after a sharp cut. */
const sharpness = ({ score }: Boundary) => score ?? 0.6;
