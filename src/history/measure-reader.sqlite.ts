// Reads the measured figures: rows of what is recent, and packed blocks of what is over.

import type { Database } from "bun:sqlite";
import { addFigures, noFigures } from "./figures.ts";
import { type Histogram, unpack } from "./histogram.ts";
import {
  type Counts,
  type Ended,
  type Figures,
  type LaneSpan,
  type Level,
  levels,
  type MeasuredLane,
  type Span,
} from "./measure-store.ts";
import type { MeasuredLanes } from "./measured-lanes.sqlite.ts";
import { unpackColumns, unpackCounts, unpackFigures, unpackHistograms } from "./packed-block.ts";
import type { PackedBlocks, Stretch } from "./packed-blocks.sqlite.ts";

const minuteMs = 60_000;

export interface MeasureRow {
  at: number;
  lane: number;
  completed: number;
  not_needed: number;
  failed: number;
  retries: number;
  wait_ms: number;
  run_ms: number;
  waits: Uint8Array;
  runs: Uint8Array;
}

export function figuresOf(row: MeasureRow): Figures {
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

export class MeasureReader {
  constructor(
    private readonly sqlite: Database,
    private readonly lanes: MeasuredLanes,
    private readonly blocks: PackedBlocks,
  ) {}

  counts(span: LaneSpan): Counts[] {
    const stretch = stretchOf(span);
    const lanes = this.lanes.matching(span);
    const { where, args } = conditions(stretch, lanes);
    const rows = this.sqlite
      .query(
        `SELECT at, sum(completed) AS completed, sum(not_needed) AS notNeeded, sum(failed) AS failed,
           sum(retries) AS retries, sum(wait_ms) AS waitMs, sum(run_ms) AS runMs
         FROM measure WHERE ${where} GROUP BY at`,
      )
      .all(...args) as Counts[];
    const sums = new Map(rows.map((row) => [row.at, row]));
    for (const { data } of this.blocks.within("measure", stretch, lanes)) {
      const { at, counts } = unpackCounts(data);
      at.forEach((minute, i) => {
        if (minute < stretch.from || minute >= stretch.to) return;
        const sum = sums.get(minute) ?? noCounts(minute);
        for (const name of countNames) sum[name] += counts[name][i]!;
        sums.set(minute, sum);
      });
    }
    return [...sums.values()].sort((a, b) => a.at - b.at).map((sum) => ({ ...sum, at: sum.at * minuteMs }));
  }

  histograms(span: LaneSpan, of: "waits" | "runs", into: (at: number) => Histogram): void {
    const stretch = stretchOf(span);
    const lanes = this.lanes.matching(span);
    const { where, args } = conditions(stretch, lanes);
    for (const [at, packed] of this.sqlite
      .query(`SELECT at, ${of} FROM measure WHERE ${where} AND length(${of}) > 0`)
      .values(...args) as [number, Uint8Array][])
      unpack(packed, into(at * minuteMs));
    const within = (at: number) => (at >= stretch.from && at < stretch.to ? into(at * minuteMs) : undefined);
    for (const { data } of this.blocks.within("measure", stretch, lanes)) unpackHistograms(data, of, within);
  }

  sums(span: LaneSpan): (MeasuredLane & { figures: Figures })[] {
    const stretch = stretchOf(span);
    const lanes = this.lanes.matching(span);
    const { where, args } = conditions(stretch, lanes);
    const sums = new Map<number, Figures>();
    const add = (lane: number, figures: Figures) => {
      const sum = sums.get(lane) ?? noFigures();
      addFigures(sum, figures);
      sums.set(lane, sum);
    };
    for (const row of this.sqlite.query(`SELECT * FROM measure WHERE ${where}`).all(...args) as MeasureRow[])
      add(row.lane, figuresOf(row));
    for (const { lane, data } of this.blocks.within("measure", stretch, lanes))
      for (const bucket of unpackFigures(data))
        if (bucket.at >= stretch.from && bucket.at < stretch.to) add(lane, bucket);
    const byId = this.lanes.byId();
    return [...sums].map(([id, figures]) => ({ ...byId.get(id)!, figures }));
  }

  backlog(span: Span & { queue?: string }) {
    const stretch = stretchOf(span);
    const lanes = this.lanes.matching({ queue: span.queue, kind: "" });
    const { where, args } = conditions(stretch, lanes);
    const byId = this.lanes.byId();
    const found: { at: number; queue: string; waiting: number; oldestS: number }[] = [];
    const add = (lane: number, at: number, waiting: number, oldestS: number) => {
      if (at >= stretch.from && at < stretch.to)
        found.push({ at: at * minuteMs, queue: byId.get(lane)!.queue, waiting, oldestS });
    };
    for (const { lane, data } of this.blocks.within("backlog", stretch, lanes)) {
      const [times = [], waiting = [], oldestS = []] = unpackColumns(data);
      for (const [i, at] of times.entries()) add(lane, at, waiting[i]!, oldestS[i]!);
    }
    for (const [lane, at, waiting, oldestS] of this.sqlite
      .query(`SELECT lane, at, waiting, oldest_s FROM backlog WHERE ${where}`)
      .values(...args) as [number, number, number, number][])
      add(lane, at, waiting, oldestS);
    return found.sort((a, b) => a.at - b.at);
  }

  /** Minutes are packed only when they are over for longer. */
  ended(from: number, to: number): Ended[] {
    const { where, args } = conditions(stretchOf({ level: "minute", from, to }));
    const queues = this.lanes.byId();
    const rows = this.sqlite
      .query(`SELECT lane, at, completed, failed FROM measure WHERE ${where}`)
      .all(...args) as { lane: number; at: number; completed: number; failed: number }[];
    return rows.map(({ lane, at, ...rest }) => ({
      ...rest,
      at: at * minuteMs,
      queue: queues.get(lane)!.queue,
    }));
  }

  firstObserved(level: Level): number | null {
    const { at } = this.sqlite
      .query("SELECT min(at) AS at FROM observed WHERE level = ?")
      .get(levels.indexOf(level)) as { at: number | null };
    return at === null ? null : at * minuteMs;
  }

  bytes(): number {
    const tables = ["measure", "packed_measure", "backlog", "packed_backlog", "observed", "measured_lane"];
    const { bytes } = this.sqlite
      .query(
        `SELECT sum(pgsize) AS bytes FROM dbstat WHERE aggregate = 1 AND name IN
           (SELECT name FROM sqlite_schema WHERE tbl_name IN (${tables.map((name) => `'${name}'`).join(",")}))`,
      )
      .get() as { bytes: number | null };
    return bytes ?? 0;
  }

  observed(span: Span): { at: number; onMs: number }[] {
    const { where, args } = conditions(stretchOf(span));
    const rows = this.sqlite
      .query(`SELECT at, on_ms AS onMs FROM observed WHERE ${where} ORDER BY at`)
      .all(...args) as { at: number; onMs: number }[];
    for (const row of rows) row.at *= minuteMs;
    return rows;
  }
}

function stretchOf({ level, from, to }: Span): Stretch {
  return { level, from: Math.ceil(from / minuteMs), to: Math.ceil(to / minuteMs) };
}

function conditions({ level, from, to }: Stretch, lanes?: number[]): { where: string; args: number[] } {
  const only = lanes ? ` AND lane IN (${lanes.join(",") || "-1"})` : "";
  return { where: `level = ? AND at >= ? AND at < ?${only}`, args: [levels.indexOf(level), from, to] };
}

const countNames = ["completed", "notNeeded", "failed", "retries", "waitMs", "runMs"] as const;

function noCounts(at: number): Counts {
  return { at, completed: 0, notNeeded: 0, failed: 0, retries: 0, waitMs: 0, runMs: 0 };
}
