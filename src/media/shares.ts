// How the length of a reel is shared out between its films. Pure.

import type { FilmAnalysis } from "./film-analysis.ts";

export interface Sharer {
  durationS: number;
  /** Above 0. */
  weight: number;
}

/** A long film has more to show than a short one, but not as much more as it is longer; and a lively one more than a still one. */
export function weightOf({ seconds, durationS }: Pick<FilmAnalysis, "seconds" | "durationS">): number {
  const lively = seconds.map(({ motion, contrast }) => Math.min(1, motion / 20) + Math.min(1, contrast / 80));
  const best = lively.sort((a, b) => b - a).slice(0, Math.ceil(lively.length / 4));
  const liveliness = best.reduce((sum, one) => sum + one, 0) / Math.max(1, best.length);
  return Math.sqrt(Math.max(1, durationS)) * (0.5 + liveliness);
}

/** Seconds for each, together `targetS` at most: no film gets more than it has, and each gets two seconds if that goes. */
export function shareOut(films: Sharer[], targetS: number): number[] {
  const shares = films.map(({ durationS }) => Math.min(durationS, 2, targetS / films.length));
  let leftS = targetS - shares.reduce((sum, one) => sum + one, 0);
  let open = films.map((_, n) => n);
  while (leftS > 0.01) {
    open = open.filter((n) => shares[n]! < films[n]!.durationS - 0.01);
    const weight = open.reduce((sum, n) => sum + films[n]!.weight, 0);
    if (open.length === 0 || weight <= 0) break;
    const round = leftS;
    for (const n of open) {
      const more = Math.min((round * films[n]!.weight) / weight, films[n]!.durationS - shares[n]!);
      shares[n] = shares[n]! + more;
      leftS -= more;
    }
  }
  return shares;
}
