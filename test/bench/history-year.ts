// How large a busy year of history is, and how fast charts read it. Each of 25 kinds works in a share of the hours, and has
// a backlog then; durations scatter as real ones do. Usage: bun test/bench/history-year.ts [days] [share, 1 for always]

import type { Database } from "bun:sqlite";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/sqlite/index.ts";
import { openSqlite } from "../../src/db/open.sqlite.ts";
import { addMeasured, noFigures } from "../../src/history/figures.ts";
import { openSqliteMeasureStore } from "../../src/history/measure-store.sqlite.ts";
import type { Backlog, Level, MinuteFigures } from "../../src/history/measure-store.ts";
import { readAllSeries, readSeries, type SeriesName, seriesNames } from "../../src/history/series.ts";
import { keptMs } from "../../src/history/series-steps.ts";
import { readStatistics } from "../../src/history/statistics.ts";

const days = Number(process.argv[2] ?? 365);
const share = Number(process.argv[3] ?? 0.33);
const kinds = 25;
const pageSeries: SeriesName[] = [
  "completed",
  "failed",
  "failure-rate",
  "waiting",
  "oldest-waiting",
  "wait-p50",
  "wait-p95",
  "run-p50",
  "run-p95",
];
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const now = Date.UTC(2026, 10, 1, 12);

const folder = mkdtempSync(join(tmpdir(), "sprocket-year-"));
try {
  const path = join(folder, "year.db");
  const { sqlite } = openSqlite(path);
  migrate(sqlite, migrations);
  const empty = sizeOf(path);
  const measures = openSqliteMeasureStore(sqlite);
  let runs = 0;
  for (let ago = days; ago > 0; ago--) {
    // Old days by hours, the last month by ten minutes, the last two days by minutes: what finer ones would have left.
    const step = ago > 30 ? 60 : ago > 2 ? 10 : 1;
    const start = (now - ago * dayMs) / minuteMs;
    for (let minute = start; minute < start + 1440; minute += 60) {
      const parts = Array.from({ length: 60 / step }, (_, i) => minute + i * step);
      const active = Array.from({ length: kinds }, (_, k) => k).filter(() => Math.random() < share);
      const figures = parts.flatMap((m) => active.map((k) => minuteOf(m, k, step)));
      const backlog = parts.flatMap((m) => active.map((k) => waitingOf(m, k)));
      const observed = parts.map((m) => ({ minute: m, onMs: step * minuteMs }));
      for (const f of figures) runs += f.figures.completed;
      measures.add({ figures, backlog, observed });
    }
    await measures.pack(now - (ago - 1) * dayMs);
    measures.prune(
      Object.fromEntries(
        Object.entries(keptMs).map(([level, kept]) => [level, now - (ago - 1) * dayMs - kept]),
      ) as Record<Level, number>,
    );
  }
  sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
  console.log(
    `${days} days, ${kinds} kinds in ${share * 100} % of the hours, ${runs} runs: ${mb(used(sqlite) - empty)} MB in use`,
  );
  for (const table of ["measure", "packed_measure", "backlog", "packed_backlog", "observed"])
    console.log(`  ${table}: ${sizes(sqlite, table)}`);
  sqlite.run("VACUUM");
  sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)");
  console.log(`  file after VACUUM: ${mb(sizeOf(path) - empty)} MB`);

  for (const span of [1, 7, 30, 365].filter((d) => d <= days))
    for (const name of ["rate", "run-p95", "waiting"] as const) {
      const ask = { from: new Date(now - span * dayMs), to: new Date(now) };
      time(`${name} over ${span} days, all queues`, () => readSeries(measures, now, name, ask));
      time(`${name} over ${span} days, one queue`, () =>
        readSeries(measures, now, name, { ...ask, queue: "queue-3" }),
      );
    }
  for (const span of [1, 7, 30, 90, 365].filter((d) => d <= days))
    time(`the history page's nine series over ${span} days`, () =>
      readAllSeries(measures, now, pageSeries, {
        from: new Date(now - span * dayMs),
        to: new Date(now),
        points: 170,
      }),
    );
  time("statistics", () => readStatistics(measures, now));
  time("a minute's flush of 25 kinds", () =>
    measures.add({
      figures: Array.from({ length: kinds }, (_, k) => minuteOf(now / minuteMs, k, 1)),
      backlog: Array.from({ length: kinds }, (_, k) => waitingOf(now / minuteMs, k)),
      observed: [{ minute: now / minuteMs, onMs: minuteMs }],
    }),
  );
  console.log(`${seriesNames.length} series in all`);
  sqlite.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function minuteOf(minute: number, k: number, minutes: number): MinuteFigures {
  const figures = noFigures();
  // From one job in ten minutes to three a second, and half of that at night.
  const perMinute = 0.1 * 1.37 ** k * (0.5 + Math.random());
  const n = Math.max(1, Math.round(Math.min(300, perMinute * minutes)));
  const usual = 100 * 1.6 ** (kinds - k);
  for (let i = 0; i < n; i++)
    addMeasured(figures, {
      at: minute * minuteMs,
      jobId: i,
      queue: `queue-${k}`,
      kind: `kind-${k}`,
      category: "cpu",
      outcome: Math.random() < 0.02 ? "failed" : "completed",
      waitMs: Math.min(86_400_000, usual * 50 * logNormal(1)),
      runMs: Math.min(86_400_000, usual * logNormal(0.6)),
      code: null,
    });
  return { minute, queue: `queue-${k}`, kind: `kind-${k}`, figures };
}

function waitingOf(minute: number, k: number): Backlog {
  return {
    minute,
    queue: `queue-${k}`,
    waiting: Math.floor(Math.random() * 20_000),
    oldestS: Math.floor(Math.random() * 90_000),
  };
}

function logNormal(deviation: number): number {
  return Math.exp(
    deviation * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
  );
}

function time(what: string, f: () => unknown): void {
  f();
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    f();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  console.log(`  ${what}: ${times[2]!.toFixed(1)} ms`);
}

function used(sqlite: Database): number {
  const { n } = sqlite
    .query(
      "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count) AS n",
    )
    .get() as { n: number };
  return n * 4096;
}

/** By level: rows, and bytes of what they hold. */
function sizes(sqlite: Database, table: string): string {
  const bytes = table.startsWith("packed") ? "total(length(data))" : "0";
  const rows = sqlite
    .query(`SELECT level, count(*) AS n, ${bytes} AS bytes FROM ${table} GROUP BY level`)
    .all() as { level: number; n: number; bytes: number }[];
  return rows.map((r) => `level ${r.level}: ${r.n} rows, ${mb(r.bytes)} MB`).join("; ");
}

function sizeOf(path: string): number {
  return statSync(path).size;
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
