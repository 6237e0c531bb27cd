// A history on a database in memory, with a clock that tests step and runs that they make up.

import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { openSqliteFailedLog } from "../../src/history/failed-log.sqlite.ts";
import { openHistory } from "../../src/history/history.ts";
import { openSqliteMeasureStore } from "../../src/history/measure-store.sqlite.ts";
import { Measures } from "../../src/history/measures.ts";
import { openSqliteJobStore } from "../../src/queue/job-store.sqlite.ts";
import type { Measured } from "../../src/queue/job-store.ts";
import type { Retention } from "../../src/queue/pruner.ts";
import { EventBus } from "../../src/runtime/events.ts";
import { silentLogger } from "../../src/runtime/log.ts";
import { FakeClock } from "./fake-clock.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export function testHistory(startAt = Date.UTC(2026, 0, 1)) {
  const clock = new FakeClock(startAt);
  const events = new EventBus();
  const { sqlite, db } = openSqlite(":memory:");
  migrate(sqlite, migrations);
  const store = openSqliteJobStore(sqlite, false);
  const measures = openSqliteMeasureStore(sqlite);
  const retention: Retention = { days: 90, rows: 1_000_000 };
  const version = { version: "1.0.0", commit: "aaaaaaa1" as string | null };
  const parts = {
    db,
    store,
    measures,
    failed: openSqliteFailedLog(sqlite),
    events,
    clock,
    log: silentLogger,
    retention: () => retention,
    scanKinds: ["scan"],
    version,
  };
  return {
    ...parts,
    sqlite,
    retentionNow: retention,
    /** What one process of the server holds; a second one stands for a restart. */
    newMeasures: () => new Measures(parts),
    newHistory: () => openHistory(parts),
    /** A run that ends now. */
    run: (over: Partial<Measured> = {}): Measured => ({
      at: clock.now(),
      jobId: 1,
      queue: "metadata",
      kind: "file-metadata",
      category: "cpu",
      outcome: "completed",
      waitMs: 100,
      runMs: 1000,
      code: null,
      ...over,
    }),
  };
}
