// A look that costs something, for streams that look several times a second.

import type { Clock } from "../../runtime/clock.ts";

/** Answers what `look` last answered, for so long. */
export function seldom<T>(clock: Clock, everyMs: number, look: () => Promise<T>): () => Promise<T> {
  let kept: { at: number; answer: Promise<T> } | undefined;
  return () => {
    if (kept && clock.now() - kept.at < everyMs) return kept.answer;
    const mine = { at: clock.now(), answer: look() };
    kept = mine;
    mine.answer.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return mine.answer;
  };
}
