// Forgets old events by the retention setting. Packs the series' buckets, and forgets them when their level's time is over.

import type { Db } from "../db/open.sqlite.ts";
import { failuresKeptTimes, type Retention } from "../queue/pruner.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Loop } from "../runtime/service.ts";
import { pruneEvents } from "./event-log.ts";
import { markEvents } from "./marks.ts";
import { type Level, levels, type MeasureStore } from "./measure-store.ts";
import { keptMs } from "./series-steps.ts";

export interface HistoryPrunerParts {
  db: Db;
  measures: MeasureStore;
  clock: Clock;
  retention: () => Retention;
}

const dayMs = 86_400_000;

/** What figures take up is no matter of a setting: hourly, so that it never grows. */
export function seriesPacker(parts: Pick<HistoryPrunerParts, "measures" | "clock">): Loop {
  return { name: "series-packer", everyMs: 60 * 60_000, atStart: true, step: () => pack(parts) };
}

/** Events stay as long as failures do; marks as long as the charts that they are on. Answers how many went. */
export async function pruneHistory({
  db,
  clock,
  retention,
}: Pick<HistoryPrunerParts, "db" | "clock" | "retention">): Promise<number> {
  const now = clock.now();
  const { days, rows } = retention();
  const keptDays = days * failuresKeptTimes;
  return await pruneEvents(db, {
    before: new Date(now - keptDays * dayMs),
    rows,
    kept: markEvents,
    keptBefore: new Date(now - Math.max(keptDays * dayMs, keptMs.hour)),
  });
}

async function pack({ measures, clock }: Pick<HistoryPrunerParts, "measures" | "clock">): Promise<void> {
  const now = clock.now();
  await measures.pack(now);
  measures.prune(
    Object.fromEntries(levels.map((level) => [level, now - keptMs[level]])) as Record<Level, number>,
  );
}
