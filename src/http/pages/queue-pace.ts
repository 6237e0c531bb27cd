// How many jobs each queue ended in the last hour, for the small charts on the cards: read at once for all queues, and not
// more often than anybody could see a difference.

import type { App } from "../context.ts";

export interface Pace {
  /** Jobs that ended in each two minutes of the last hour, the newest last and not over yet. */
  ended: number[];
  failed: number;
}

const stepMs = 2 * 60_000;
const steps = 30;
const keptMs = 15_000;
const kept = new WeakMap<object, { at: number; paces: Map<string, Pace> }>();

export function pacesNow({ history, clock }: Pick<App, "history" | "clock">): Map<string, Pace> {
  const now = clock.now();
  const known = kept.get(history);
  if (known && Math.abs(now - known.at) < keptMs) return known.paces;
  const paces = readPaces(history, now);
  kept.set(history, { at: now, paces });
  return paces;
}

export const noPace: Pace = { ended: [], failed: 0 };

function readPaces(history: App["history"], now: number): Map<string, Pace> {
  const first = Math.floor(now / stepMs) - steps + 1;
  const paces = new Map<string, Pace>();
  for (const { queue, at, completed, failed } of history.endedSince(first * stepMs)) {
    const pace = paces.get(queue) ?? { ended: new Array<number>(steps).fill(0), failed: 0 };
    paces.set(queue, pace);
    const step = Math.floor(at / stepMs) - first;
    if (step < 0 || step >= steps) continue;
    pace.ended[step]! += completed + failed;
    pace.failed += failed;
  }
  return paces;
}
