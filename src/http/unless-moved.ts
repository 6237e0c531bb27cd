// Figures for streams, which look several times a second: jobs that only report progress move no count.

import type { App } from "./context.ts";

const longestMs = 2000;

/** Answers what `look` last answered while nothing but progress has happened, for two seconds at most. */
export function unlessMoved<T>(
  { events, clock, store }: Pick<App, "events" | "clock" | "store">,
  look: () => Promise<T>,
): () => Promise<T> {
  let kept: { at: number; foreign: number; answer: Promise<T> } | undefined;
  events.subscribe((e) => {
    if (e.topic !== "job" || e.what !== "progress") kept = undefined;
  });
  return () => {
    const at = clock.now();
    const foreign = store.foreignWrites();
    if (kept && kept.foreign === foreign && at - kept.at < longestMs) return kept.answer;
    const answer = look();
    const mine = { at, foreign, answer };
    kept = mine;
    answer.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return answer;
  };
}
