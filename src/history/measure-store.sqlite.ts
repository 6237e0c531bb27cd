// The measured figures on SQLite: written here. A busy year of 25 kinds takes a few MB (test/bench/history-year.ts).

import type { Database } from "bun:sqlite";
import { startOfDay } from "./calendar.ts";
import { addFigures, noFigures } from "./figures.ts";
import { pack } from "./histogram.ts";
import { figuresOf, MeasureReader, type MeasureRow } from "./measure-reader.sqlite.ts";
import {
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
import { MeasuredLanes } from "./measured-lanes.sqlite.ts";
import { PackedBlocks } from "./packed-blocks.sqlite.ts";

const minuteMs = 60_000;

export function openSqliteMeasureStore(sqlite: Database): MeasureStore {
  return new SqliteMeasureStore(sqlite);
}

class SqliteMeasureStore implements MeasureStore {
  private readonly lanes: MeasuredLanes;
  private readonly blocks: PackedBlocks;
  private readonly reader: MeasureReader;

  constructor(private readonly sqlite: Database) {
    this.lanes = new MeasuredLanes(sqlite);
    this.blocks = new PackedBlocks(sqlite);
    this.reader = new MeasureReader(sqlite, this.lanes, this.blocks);
  }

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
              .run(
                levels.indexOf(level),
                bucketOf(level, minute),
                this.lanes.idOf(queue, ""),
                waiting,
                oldestS,
              );
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
      this.lanes.forget();
      throw error;
    }
  }

  private addFigures({ level, at, queue, kind, figures }: BucketFigures): void {
    const key = [levels.indexOf(level), at, this.lanes.idOf(queue, kind)];
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

  counts = (span: LaneSpan) => this.reader.counts(span);
  histograms: MeasureStore["histograms"] = (span, of, into) => this.reader.histograms(span, of, into);
  sums = (span: LaneSpan) => this.reader.sums(span);
  backlog = (span: Span & { queue?: string }) => this.reader.backlog(span);
  ended = (from: number, to: number) => this.reader.ended(from, to);
  observed = (span: Span) => this.reader.observed(span);
  firstObserved = (level: Level) => this.reader.firstObserved(level);
  bytes = () => this.reader.bytes();

  async pack(now: number): Promise<void> {
    // Each is a transaction of its own, and others get their turn in between.
    for (const _ of this.blocks.pack(Math.floor(now / minuteMs)))
      await new Promise<void>((resolve) => setImmediate(resolve));
  }

  prune(before: Record<Level, number>): void {
    for (const level of levels) {
      const minute = Math.floor(before[level] / minuteMs);
      for (const table of ["measure", "backlog", "observed"])
        this.sqlite
          .query(`DELETE FROM ${table} WHERE level = ? AND at < ?`)
          .run(levels.indexOf(level), minute);
      this.blocks.prune(level, minute);
    }
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
