// The measured figures on SQLite. A busy year of 25 kinds takes a few MB (test/history/year-size.test.ts).

import type { Database } from "bun:sqlite";
import { startOfDay } from "./calendar.ts";
import { addFigures, noFigures } from "./figures.ts";
import { pack, unpack } from "./histogram.ts";
import {
  type Counts,
  type Figures,
  type Flushed,
  type LaneSpan,
  type Level,
  levels,
  type MeasuredLane,
  type MeasureStore,
  type MinuteFigures,
  type Span,
} from "./measure-store.ts";

const minuteMs = 60_000;

export function openSqliteMeasureStore(sqlite: Database): MeasureStore {
  return new SqliteMeasureStore(sqlite);
}

interface MeasureRow {
  completed: number;
  not_needed: number;
  failed: number;
  retries: number;
  wait_ms: number;
  run_ms: number;
  waits: Uint8Array;
  runs: Uint8Array;
}

class SqliteMeasureStore implements MeasureStore {
  private lanes = new Map<string, MeasuredLane & { id: number }>();

  constructor(private readonly sqlite: Database) {}

  add(flushed: Flushed): void {
    try {
      this.sqlite.transaction(() => {
        for (const f of perBucket(flushed.figures)) this.addFigures(f);
        for (const { minute, queue, waiting, oldestS } of flushed.backlog)
          for (const level of levels)
            this.sqlite
              .query(
                `INSERT INTO backlog (level, at, lane, waiting, oldest_s) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
                 SET waiting = excluded.waiting, oldest_s = max(oldest_s, excluded.oldest_s)`,
              )
              .run(levels.indexOf(level), bucketOf(level, minute), this.lane(queue, ""), waiting, oldestS);
        for (const { minute, onMs } of flushed.observed)
          for (const level of levels)
            this.sqlite
              .query(
                "INSERT INTO observed (level, at, on_ms) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET on_ms = on_ms + excluded.on_ms",
              )
              .run(levels.indexOf(level), bucketOf(level, minute), onMs);
      })();
    } catch (error) {
      // Lanes that were made in it are gone.
      this.lanes.clear();
      throw error;
    }
  }

  private addFigures({ level, at, queue, kind, figures }: BucketFigures): void {
    const key = [levels.indexOf(level), at, this.lane(queue, kind)];
    const row = this.sqlite
      .query("SELECT * FROM measure WHERE level = ? AND at = ? AND lane = ?")
      .get(...key) as MeasureRow | null;
    const sum = row ? figuresOf(row) : noFigures();
    addFigures(sum, figures);
    this.sqlite
      .query(
        `INSERT OR REPLACE INTO measure (level, at, lane, completed, not_needed, failed, retries, wait_ms, run_ms, waits, runs)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...key,
        sum.completed,
        sum.notNeeded,
        sum.failed,
        sum.retries,
        Math.round(sum.waitMs),
        Math.round(sum.runMs),
        pack(sum.waits),
        pack(sum.runs),
      );
  }

  counts(span: LaneSpan): Counts[] {
    const { where, args } = this.within(span);
    const rows = this.sqlite
      .query(
        `SELECT at, sum(completed) AS completed, sum(not_needed) AS notNeeded, sum(failed) AS failed,
           sum(retries) AS retries, sum(wait_ms) AS waitMs, sum(run_ms) AS runMs
         FROM measure WHERE ${where} GROUP BY at ORDER BY at`,
      )
      .all(...args) as Counts[];
    for (const row of rows) row.at *= minuteMs;
    return rows;
  }

  histograms(span: LaneSpan, of: "waits" | "runs"): { at: number; packed: Uint8Array }[] {
    const { where, args } = this.within(span);
    const rows = this.sqlite
      .query(`SELECT at, ${of} FROM measure WHERE ${where} AND length(${of}) > 0 ORDER BY at`)
      .values(...args) as [number, Uint8Array][];
    return rows.map(([at, packed]) => ({ at: at * minuteMs, packed }));
  }

  sums(span: LaneSpan): (MeasuredLane & { figures: Figures })[] {
    const { where, args } = this.within(span);
    const rows = this.sqlite.query(`SELECT * FROM measure WHERE ${where}`).all(...args) as (MeasureRow & {
      lane: number;
    })[];
    const lanes = new Map([...this.allLanes().values()].map((lane) => [lane.id, lane]));
    const sums = new Map<number, Figures>();
    for (const row of rows) {
      const sum = sums.get(row.lane) ?? noFigures();
      addFigures(sum, figuresOf(row));
      sums.set(row.lane, sum);
    }
    return [...sums].map(([id, figures]) => {
      const { queue, kind } = lanes.get(id)!;
      return { queue, kind, figures };
    });
  }

  backlog(span: Span & { queue?: string }) {
    const { where, args } = this.within({ ...span, kind: "" });
    const lanes = new Map([...this.allLanes().values()].map((lane) => [lane.id, lane.queue]));
    const rows = this.sqlite
      .query(`SELECT at, lane, waiting, oldest_s FROM backlog WHERE ${where} ORDER BY at`)
      .values(...args) as number[][];
    return rows.map(([at, lane, waiting, oldestS]) => ({
      at: at! * minuteMs,
      queue: lanes.get(lane!)!,
      waiting: waiting!,
      oldestS: oldestS!,
    }));
  }

  observed({ level, from, to }: Span): { at: number; onMs: number }[] {
    const rows = this.sqlite
      .query("SELECT at, on_ms AS onMs FROM observed WHERE level = ? AND at >= ? AND at < ? ORDER BY at")
      .all(levels.indexOf(level), from / minuteMs, to / minuteMs) as { at: number; onMs: number }[];
    for (const row of rows) row.at *= minuteMs;
    return rows;
  }

  prune(before: Record<Level, number>): void {
    for (const level of levels)
      for (const table of ["measure", "backlog", "observed"])
        this.sqlite
          .query(`DELETE FROM ${table} WHERE level = ? AND at < ?`)
          .run(levels.indexOf(level), before[level] / minuteMs);
  }

  private within({ level, from, to, queue, kind }: LaneSpan): { where: string; args: number[] } {
    const args = [levels.indexOf(level), from / minuteMs, to / minuteMs];
    const where = "level = ? AND at >= ? AND at < ?";
    if (queue === undefined && kind === undefined) return { where, args };
    const ids = [...this.allLanes().values()]
      .filter((lane) => (queue ?? lane.queue) === lane.queue && (kind ?? lane.kind) === lane.kind)
      .map((lane) => lane.id);
    return { where: `${where} AND lane IN (${ids.join(",") || "-1"})`, args };
  }

  private lane(queue: string, kind: string): number {
    const known = this.allLanes().get(`${queue}\n${kind}`);
    if (known) return known.id;
    const { id } = this.sqlite
      .query("INSERT INTO measured_lane (queue, kind) VALUES (?, ?) RETURNING id")
      .get(queue, kind) as { id: number };
    this.lanes.set(`${queue}\n${kind}`, { id, queue, kind });
    return id;
  }

  private allLanes(): Map<string, MeasuredLane & { id: number }> {
    if (this.lanes.size === 0)
      for (const lane of this.sqlite
        .query("SELECT id, queue, kind FROM measured_lane")
        .all() as (MeasuredLane & { id: number })[])
        this.lanes.set(`${lane.queue}\n${lane.kind}`, lane);
    return this.lanes;
  }
}

interface BucketFigures extends MeasuredLane {
  level: Level;
  at: number;
  figures: Figures;
}

/** Minutes of one lane fall mostly into the same hour: each bucket is read and written once. */
function perBucket(minutes: MinuteFigures[]): Iterable<BucketFigures> {
  const buckets = new Map<string, BucketFigures>();
  for (const { minute, queue, kind, figures } of minutes)
    for (const level of levels) {
      const at = bucketOf(level, minute);
      const key = `${level}\n${at}\n${queue}\n${kind}`;
      const bucket = buckets.get(key) ?? { level, at, queue, kind, figures: noFigures() };
      addFigures(bucket.figures, figures);
      buckets.set(key, bucket);
    }
  return buckets.values();
}

/** In minutes since 1970, as the tables have it. */
function bucketOf(level: Level, minute: number): number {
  if (level === "day") return startOfDay(minute * minuteMs) / minuteMs;
  return minute - (minute % { minute: 1, tenMinutes: 10, hour: 60 }[level]);
}

function figuresOf(row: MeasureRow): Figures {
  return {
    completed: row.completed,
    notNeeded: row.not_needed,
    failed: row.failed,
    retries: row.retries,
    waitMs: row.wait_ms,
    runMs: row.run_ms,
    waits: unpack(row.waits),
    runs: unpack(row.runs),
  };
}
