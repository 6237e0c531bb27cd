// Packs the buckets of stretches of time that are over, and finds them again. A stretch holds some fifty buckets: enough to
// pack well, and so few that several fit on a page of the database.

import type { Database } from "bun:sqlite";
import { addFigures, noFigures } from "./figures.ts";
import { figuresOf, type MeasureRow } from "./measure-reader.sqlite.ts";
import { type Level, levels } from "./measure-store.ts";
import { type Columns, packColumns, packFigures, unpackColumns, unpackFigures } from "./packed-block.ts";

/** In minutes. */
const stretchOf: Record<Level, number> = {
  minute: 60,
  tenMinutes: 8 * 60,
  hour: 2 * 24 * 60,
  day: 64 * 24 * 60,
};
/** Whoever is late finds its bucket still open. */
const openMinutes = 120;

export interface Block {
  lane: number;
  data: Uint8Array;
}

/** Minutes since 1970; `to` is not included. */
export interface Stretch {
  level: Level;
  from: number;
  to: number;
}

export class PackedBlocks {
  constructor(private readonly sqlite: Database) {}

  /** Those that may hold something of it, of these lanes or of all. */
  within(table: "measure" | "backlog", { level, from, to }: Stretch, lanes?: number[]): Block[] {
    const only = lanes ? ` AND lane IN (${lanes.join(",") || "-1"})` : "";
    return this.sqlite
      .query(
        `SELECT lane, data FROM packed_${table} WHERE level = ? AND at > ? AND at < ?${only} ORDER BY at`,
      )
      .all(levels.indexOf(level), from - stretchOf[level], to) as Block[];
  }

  prune(level: Level, before: number): void {
    for (const table of ["measure", "backlog"])
      this.sqlite
        .query(`DELETE FROM packed_${table} WHERE level = ? AND at <= ?`)
        .run(levels.indexOf(level), before - stretchOf[level]);
  }

  /** One lane's stretch at a time, so that others get their turn in between. */
  *pack(now: number): Generator<void> {
    for (const level of levels)
      for (const table of ["measure", "backlog"] as const)
        for (const part of this.over(table, level, now)) {
          this.sqlite.transaction(() => this.packOne(table, level, part.at, part.lane))();
          yield;
        }
  }

  private over(table: "measure" | "backlog", level: Level, now: number): { at: number; lane: number }[] {
    const length = stretchOf[level];
    const end = now - openMinutes;
    return this.sqlite
      .query(`SELECT DISTINCT at / ?1 * ?1 AS at, lane FROM ${table} WHERE level = ?2 AND at < ?3`)
      .all(length, levels.indexOf(level), end - (end % length)) as { at: number; lane: number }[];
  }

  private packOne(table: "measure" | "backlog", level: Level, at: number, lane: number): void {
    const key = [levels.indexOf(level), at, lane];
    const rows = [levels.indexOf(level), at, at + stretchOf[level], lane];
    const known = this.sqlite
      .query(`SELECT data FROM packed_${table} WHERE level = ? AND at = ? AND lane = ?`)
      .get(...key) as { data: Uint8Array } | null;
    const data =
      table === "measure" ? this.packedFigures(rows, known?.data) : this.packedBacklog(rows, known?.data);
    this.sqlite
      .query(`INSERT OR REPLACE INTO packed_${table} (level, at, lane, data) VALUES (?, ?, ?, ?)`)
      .run(...key, data);
    this.sqlite
      .query(`DELETE FROM ${table} WHERE level = ? AND at >= ? AND at < ? AND lane = ?`)
      .run(...rows);
  }

  private packedFigures(rows: number[], known: Uint8Array | undefined): Uint8Array {
    const buckets = new Map(known ? unpackFigures(known).map((b) => [b.at, b]) : []);
    for (const row of this.sqlite
      .query("SELECT * FROM measure WHERE level = ? AND at >= ? AND at < ? AND lane = ?")
      .all(...rows) as MeasureRow[]) {
      const sum = buckets.get(row.at) ?? { at: row.at, ...noFigures() };
      addFigures(sum, figuresOf(row));
      buckets.set(row.at, sum);
    }
    return packFigures([...buckets.values()].sort((a, b) => a.at - b.at));
  }

  private packedBacklog(rows: number[], known: Uint8Array | undefined): Uint8Array {
    const buckets = new Map<number, number[]>();
    const [times = [], waiting = [], oldestS = []] = known ? unpackColumns(known) : [];
    times.forEach((at, i) => void buckets.set(at, [at, waiting[i]!, oldestS[i]!]));
    for (const row of this.sqlite
      .query("SELECT at, waiting, oldest_s FROM backlog WHERE level = ? AND at >= ? AND at < ? AND lane = ?")
      .values(...rows) as number[][])
      buckets.set(row[0]!, row);
    const sorted = [...buckets.values()].sort((a, b) => a[0]! - b[0]!);
    const columns: Columns = [0, 1, 2].map((i) => sorted.map((row) => row[i]!));
    return packColumns(columns);
  }
}
