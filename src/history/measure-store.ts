// What a database engine must keep of the measured figures: buckets of time at four levels, which every flush adds to at
// once, so that no later rolling up can be missed.

import type { Histogram } from "./histogram.ts";

export const levels = ["minute", "tenMinutes", "hour", "day"] as const;
/** A day is a local one; the others are cut by UTC. */
export type Level = (typeof levels)[number];

/** What is added up of runs, without how they spread. */
export interface Sums {
  /** Those that found nothing to do are among them. */
  completed: number;
  notNeeded: number;
  failed: number;
  retries: number;
  waitMs: number;
  /** Of those that completed with something to do. */
  runMs: number;
}

/** What ended within one bucket, of one kind in one queue. */
export interface Figures extends Sums {
  waits: Histogram;
  runs: Histogram;
}

export interface MeasuredLane {
  queue: string;
  kind: string;
}

export interface MinuteFigures extends MeasuredLane {
  /** Minutes since 1970. */
  minute: number;
  figures: Figures;
}

export interface Backlog {
  minute: number;
  queue: string;
  waiting: number;
  oldestS: number;
}

export interface Flushed {
  figures: MinuteFigures[];
  backlog: Backlog[];
  /** For how long the server was there to measure. */
  observed: { minute: number; onMs: number }[];
}

/** Times are milliseconds since 1970; `to` is not included. */
export interface Span {
  level: Level;
  from: number;
  to: number;
}

export interface LaneSpan extends Span {
  queue?: string;
  kind?: string;
}

export interface Counts extends Sums {
  at: number;
}

export interface Ended {
  queue: string;
  at: number;
  completed: number;
  failed: number;
}

export interface MeasureStore {
  /** All of it or nothing. */
  add(flushed: Flushed): void;
  /** One entry per bucket, over all lanes that match; empty buckets are left out. */
  counts(span: LaneSpan): Counts[];
  /** Adds what each bucket counted, lane by lane, to the histogram that `into` answers for its start. */
  histograms(span: LaneSpan, of: "waits" | "runs", into: (at: number) => Histogram): void;
  /** Over the whole span, lane by lane. */
  sums(span: LaneSpan): (MeasuredLane & { figures: Figures })[];
  backlog(span: Span & { queue?: string }): { at: number; queue: string; waiting: number; oldestS: number }[];
  /** Minute by minute and queue by queue, of the last two hours at most; minutes in which nothing ended are left out. */
  ended(from: number, to: number): Ended[];
  observed(span: Span): { at: number; onMs: number }[];
  /** The start of the first bucket of a level in which the server measured; null: none is kept. */
  firstObserved(level: Level): number | null;
  /** Bytes on the disk. Walks the pages: not for every request. */
  bytes(): number;
  /** Makes what is over small. To be called now and then. */
  pack(now: number): Promise<void>;
  /** Forgets the buckets of each level that began before. */
  prune(before: Record<Level, number>): void;
}
