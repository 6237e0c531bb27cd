// Gathers what the worker measured, in memory, and writes it down each minute: a crash loses the last minute at most. Also
// answers from memory what pages ask all the time: rates of the last minutes, and how long runs take.

import type { JobStore, Measured } from "../queue/job-store.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Loop } from "../runtime/service.ts";
import { dayAfter } from "./calendar.ts";
import type { Rate } from "./eta.ts";
import { addFigures, addMeasured, noFigures } from "./figures.ts";
import { binOf, type Histogram } from "./histogram.ts";
import type { Backlog, Figures, Flushed, MeasureStore } from "./measure-store.ts";
import { RecentCount } from "./recent-count.ts";

export interface MeasureParts {
  measures: MeasureStore;
  store: JobStore;
  clock: Clock;
  log: Logger;
}

const minuteMs = 60_000;
/** What is typical is read anew this often; in between, each run that ends counts at once. */
const typicalEveryMs = 60 * minuteMs;
const typicalDays = 14;
/** The machine slept, or the loop was held up: nothing was measured in between. */
const longestGapMs = 150_000;
/** What a run that finds nothing to do takes, about. */
const notNeededMs = 50;

interface LaneMemory {
  /** Not written down yet, the newest last. */
  minutes: { minute: number; figures: Figures }[];
  recent: RecentCount;
  typical: Figures;
}

export class Measures {
  private readonly lanes = new Map<string, Map<string, LaneMemory>>();
  private readonly lastCompleted = new Map<string, number>();
  private observedUntil: number;
  private typicalReadAt = Number.NEGATIVE_INFINITY;
  /** Queues whose last written backlog was not empty; undefined before the first look, when any may have been. */
  private backlogged: Set<string> | undefined;
  private sampledMinute: number;
  private notYetWritten: { minute: number; onMs: number }[] = [];
  readonly startedAt: number;

  constructor(private readonly parts: MeasureParts) {
    this.startedAt = parts.clock.now();
    this.observedUntil = this.startedAt;
    this.sampledMinute = Math.floor(this.startedAt / minuteMs) - 1;
  }

  /** Costs next to nothing and never throws: the worker calls it for each run that has ended. */
  add(m: Measured): void {
    const lane = this.lane(m.queue, m.kind);
    addMeasured(this.open(lane, m.at), m);
    addMeasured(lane.typical, m);
    // Whatever leaves the queue shortens it.
    if (m.outcome !== "retry") lane.recent.add(m.at);
    if (m.outcome === "completed" || m.outcome === "not_needed") this.lastCompleted.set(m.queue, m.at);
  }

  /** One more failure of which no run tells. */
  addFailure(queue: string, kind: string): void {
    this.open(this.lane(queue, kind), this.parts.clock.now()).failed++;
  }

  /** Each minute: the figures, and how much waits. */
  loop(): Loop {
    return { name: "measures", everyMs: minuteMs, step: () => this.step() };
  }

  async step(): Promise<void> {
    await this.sample();
    if (this.parts.clock.now() - this.typicalReadAt >= typicalEveryMs) this.readTypical();
  }

  /** Writes down the figures, and how much waits now. */
  async sample(): Promise<void> {
    const backlog = await this.backlogNow();
    this.write(backlog);
    this.backlogged = new Set(backlog.filter((b) => b.waiting > 0).map((b) => b.queue));
    this.sampledMinute = Math.floor(this.parts.clock.now() / minuteMs);
  }

  /** Writes down what is in memory, so that readers find it. A disk that is full loses nothing: it is tried again. */
  flush(): void {
    try {
      this.write([]);
    } catch (error) {
      this.parts.log.warn("measured figures could not be written; trying again", { error });
    }
  }

  /** Jobs that left a queue per minute, over the last five or since the first of them. */
  rate(queue: string, kind?: string): Rate | null {
    const recent = this.lanesOf(queue, kind).map((lane) => lane.recent);
    return RecentCount.rate(recent, this.parts.clock.now());
  }

  /** How long runs take, those that find nothing to do among them; undefined when none was ever seen. */
  runTimes(queue: string, kind?: string): Histogram | undefined {
    const { completed, notNeeded, runs } = this.typical(queue, kind);
    if (completed === 0) return undefined;
    runs[binOf(notNeededMs)]! += notNeeded;
    return runs;
  }

  /** Of runs that had something to do. */
  averageRunMs(queue: string): number | null {
    const { completed, notNeeded, runMs } = this.typical(queue);
    return completed > notNeeded ? runMs / (completed - notNeeded) : null;
  }

  lastCompletedAt(queue: string): Date | null {
    const at = this.lastCompleted.get(queue);
    return at === undefined ? null : new Date(at);
  }

  /** What earlier processes left. */
  async load(): Promise<void> {
    this.readTypical();
    const { store } = this.parts;
    const done = (await store.tallies()).filter((t) => t.completed > 0);
    for (const queue of new Set(done.map((t) => t.lane.queue))) {
      const { jobs } = await store.list({ queue: [queue], status: ["completed"] }, "finished", 0, 1);
      const at = jobs[0]?.finishedAt?.getTime();
      if (at !== undefined) this.lastCompleted.set(queue, Math.max(at, this.lastCompleted.get(queue) ?? 0));
    }
  }

  private write(backlog: Backlog[]): void {
    this.observe();
    const figures = [...this.lanes].flatMap(([queue, kinds]) =>
      [...kinds].flatMap(([kind, { minutes }]) => minutes.map((m) => ({ queue, kind, ...m }))),
    );
    const flushed: Flushed = { figures, backlog, observed: this.notYetWritten };
    if (figures.length + backlog.length + flushed.observed.length === 0) return;
    this.parts.measures.add(flushed);
    this.notYetWritten = [];
    for (const kinds of this.lanes.values()) for (const lane of kinds.values()) lane.minutes = [];
  }

  /** The time since the last look, minute by minute. */
  private observe(): void {
    const now = this.parts.clock.now();
    let from = this.observedUntil;
    this.observedUntil = now;
    if (now - from > longestGapMs) return;
    while (from < now) {
      const minute = Math.floor(from / minuteMs);
      const to = Math.min(now, (minute + 1) * minuteMs);
      this.notYetWritten.push({ minute, onMs: to - from });
      from = to;
    }
  }

  /** Only what is not empty, and what has just become so. */
  private async backlogNow(): Promise<Backlog[]> {
    const { store, clock } = this.parts;
    const [tallies, oldest] = await Promise.all([store.tallies(), store.oldestWaiting()]);
    const now = clock.now();
    const waiting = new Map<string, number>();
    for (const t of tallies) waiting.set(t.lane.queue, (waiting.get(t.lane.queue) ?? 0) + t.waiting);
    const minute = Math.floor(now / minuteMs);
    return [...waiting]
      .filter(([queue, n]) => n > 0 || !this.backlogged || this.backlogged.has(queue))
      .flatMap(([queue, n]) =>
        this.minutesUntil(minute).map((m) => ({
          minute: m,
          queue,
          waiting: n,
          oldestS: Math.max(0, oldestS(oldest.get(queue), now) - (minute - m) * 60),
        })),
      );
  }

  /** This one, and any that a look which came a moment late has skipped: no row would mean that nothing waited. */
  private minutesUntil(minute: number): number[] {
    const skipped = Math.max(0, minute - this.sampledMinute - 1);
    if (skipped * minuteMs > longestGapMs) return [minute];
    return Array.from({ length: skipped + 1 }, (_, i) => minute - skipped + i);
  }

  private readTypical(): void {
    const { measures, clock } = this.parts;
    const now = clock.now();
    this.flush();
    const span = { level: "day" as const, from: dayAfter(now, -typicalDays), to: now + 1 };
    for (const kinds of this.lanes.values())
      for (const lane of kinds.values()) {
        lane.typical = noFigures();
        // What could not be written just now.
        for (const m of lane.minutes) addFigures(lane.typical, m.figures);
      }
    for (const { queue, kind, figures } of measures.sums(span))
      addFigures(this.lane(queue, kind).typical, figures);
    this.typicalReadAt = now;
  }

  private open({ minutes }: LaneMemory, at: number): Figures {
    const minute = Math.floor(at / minuteMs);
    const last = minutes.at(-1);
    if (last?.minute === minute) return last.figures;
    const figures = noFigures();
    minutes.push({ minute, figures });
    return figures;
  }

  private typical(queue: string, kind?: string): Figures {
    const sum = noFigures();
    for (const lane of this.lanesOf(queue, kind)) addFigures(sum, lane.typical);
    return sum;
  }

  private lanesOf(queue: string, kind?: string): LaneMemory[] {
    const lanes = [...(this.lanes.get(queue) ?? [])];
    return lanes.filter(([name]) => (kind ?? name) === name).map(([, lane]) => lane);
  }

  private lane(queue: string, kind: string): LaneMemory {
    const kinds = this.lanes.get(queue) ?? new Map<string, LaneMemory>();
    if (kinds.size === 0) this.lanes.set(queue, kinds);
    const known = kinds.get(kind);
    if (known) return known;
    const lane: LaneMemory = { minutes: [], recent: new RecentCount(), typical: noFigures() };
    kinds.set(kind, lane);
    return lane;
  }
}

function oldestS(since: Date | undefined, now: number): number {
  return since ? Math.max(0, Math.round((now - since.getTime()) / 1000)) : 0;
}
