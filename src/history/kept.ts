// What the page says of the history itself: since when it is kept, for how long, and what it takes on the disk.

import { failuresKeptTimes, type Retention } from "../queue/pruner.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Level, levels, type MeasureStore } from "./measure-store.ts";
import { keptMs } from "./series-steps.ts";

export interface KeptFacts {
  /** Each level of the measured figures, the finest first. */
  figures: { level: Level; since: Date | null; keptDays: number }[];
  /** Of the measured figures. */
  bytes: number;
  /** `about`: what has been pruned in between is counted too. */
  events: { since: Date | null; about: number; keptDays: number };
  retention: Retention;
}

interface Parts {
  measures: MeasureStore;
  clock: Clock;
  retention: () => Retention;
}

const dayMs = 86_400_000;
/** Measuring the size walks some thousand pages. */
const sizeEveryMs = 60 * 60_000;

export function keptFacts(
  { measures, clock, retention }: Parts,
  events: () => Promise<{ since: Date | null; about: number }>,
): () => Promise<KeptFacts> {
  let size = { at: Number.NEGATIVE_INFINITY, bytes: 0 };
  return async () => {
    if (clock.now() - size.at >= sizeEveryMs) size = { at: clock.now(), bytes: measures.bytes() };
    return {
      figures: levels.map((level) => {
        const first = measures.firstObserved(level);
        return { level, since: first === null ? null : new Date(first), keptDays: keptMs[level] / dayMs };
      }),
      bytes: size.bytes,
      events: { ...(await events()), keptDays: retention().days * failuresKeptTimes },
      retention: retention(),
    };
  };
}
