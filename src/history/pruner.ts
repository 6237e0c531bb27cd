// Forgets old events by the retention setting. Packs the series' buckets, and forgets them when their level's time is over.

import type { Db } from "../db/open.sqlite.ts";
import { failuresKeptTimes, type Retention } from "../queue/pruner.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Loop } from "../runtime/service.ts";
import { pruneEvents } from "./event-log.ts";
import { markEvents } from "./marks.ts";
import { type Level, levels, type MeasureStore } from "./measure-store.ts";
import { keptMs } from "./series-steps.ts";

export interface HistoryPrunerParts {
  db: Db;
  measures: MeasureStore;
  clock: Clock;
  log: Logger;
  retention: () => Retention;
}

const dayMs = 86_400_000;

export function historyPruner(parts: HistoryPrunerParts): Loop {
  return { name: "history-pruner", everyMs: 60 * 60_000, atStart: true, step: () => step(parts) };
}

/** Events stay as long as failures do; marks as long as the charts that they are on. */
async function step({ db, measures, clock, log, retention }: HistoryPrunerParts): Promise<void> {
  const now = clock.now();
  await measures.pack(now);
  measures.prune(
    Object.fromEntries(levels.map((level) => [level, now - keptMs[level]])) as Record<Level, number>,
  );
  const { days, rows } = retention();
  const keptDays = days * failuresKeptTimes;
  const removed = await pruneEvents(db, {
    before: new Date(now - keptDays * dayMs),
    rows,
    kept: markEvents,
    keptBefore: new Date(now - Math.max(keptDays * dayMs, keptMs.hour)),
  });
  if (removed > 0) log.info(`Forgot ${removed} events of the history`, { days: keptDays, rows });
}
