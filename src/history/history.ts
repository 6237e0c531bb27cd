// The history as the rest of the server uses it: one record with its parts joined, and what runs in the background for it.

import type { Db } from "../db/open.sqlite.ts";
import type { JobStore, Measured } from "../queue/job-store.ts";
import type { Retention } from "../queue/pruner.ts";
import type { Clock } from "../runtime/clock.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import { loopService, type Service } from "../runtime/service.ts";
import type { Version } from "../runtime/version.ts";
import { type Estimate, estimateFinish, estimateStart, type Rate } from "./eta.ts";
import {
  countNewer,
  type EventFilter,
  eventBatches,
  eventsKept,
  type HistoryEntry,
  listEvents,
  type RecordedEvent,
  recordEvent,
} from "./event-log.ts";
import type { FailedLog } from "./failed-log.sqlite.ts";
import type { Histogram } from "./histogram.ts";
import { type KeptFacts, keptFacts } from "./kept.ts";
import {
  listMarks,
  type Mark,
  noticeOrphan,
  noticeScan,
  noticeSetting,
  noticeUpgrade,
  settingsSeen,
} from "./marks.ts";
import type { Ended, MeasureStore } from "./measure-store.ts";
import { Measures } from "./measures.ts";
import { pruneHistory, seriesPacker } from "./pruner.ts";
import { readAllSeries, type Series, type SeriesAsk, type SeriesName } from "./series.ts";
import { readStatistics, type Statistics, type StatisticsFilter } from "./statistics.ts";

export interface HistoryParts {
  db: Db;
  store: JobStore;
  measures: MeasureStore;
  failed: FailedLog;
  events: EventBus;
  clock: Clock;
  log: Logger;
  retention: () => Retention;
  /** The kinds whose runs are marks on charts. */
  scanKinds: readonly string[];
  version: Pick<Version, "version" | "commit">;
}

export interface History {
  /** For the worker, once per run that has ended. Costs under 2 µs and never throws. */
  measure(m: Measured): void;
  record(entry: HistoryEntry): Promise<void>;
  /** A job that failed without its run having ended by itself: it was taken from its worker. */
  addFailure(queue: string, kind: string): void;
  /** For the reaper. */
  orphaned(jobId: number, again: boolean): Promise<void>;

  events(filter: EventFilter, limit: number, offset?: number): Promise<RecordedEvent[]>;
  eventBatches(filter: EventFilter, size?: number): AsyncGenerator<RecordedEvent[]>;
  /** How many match that came after the event with this id; `most` at most. */
  countNewer(filter: EventFilter, id: number, most: number): Promise<number>;
  failed: FailedLog;
  marks(from: Date, to: Date, hideLibraries?: number[]): Promise<Mark[]>;
  series(name: SeriesName, ask: SeriesAsk): Promise<Series>;
  /** Several over the same time, read together. */
  allSeries(names: readonly SeriesName[], ask: SeriesAsk): Promise<Series[]>;
  statistics(filter?: StatisticsFilter): Statistics;
  /** Since when and how long it is kept, and what it takes. */
  kept(): Promise<KeptFacts>;

  /** Forgets events that the retention setting keeps no longer; answers how many. */
  prune(): Promise<number>;
  /** How many jobs ended in each minute, queue by queue; two hours back at most. */
  endedSince(from: number): Ended[];
  /** Jobs that left a queue per minute, over the last five or since the first of them; null when none did. */
  rate(queue: string, kind?: string): Rate | null;
  /** How long runs take; of all the queue's kinds together when none is named. */
  runTimes(queue: string, kind?: string): Histogram | undefined;
  averageRunMs(queue: string): number | null;
  lastCompletedAt(queue: string): Date | null;
  /** When what waits and runs in a queue will be done. */
  eta(ask: EtaAsk): Estimate | null;
  /** When a waiting job will start that has `ahead` others before it in its queue, if no slot is free now. */
  startEstimate(ask: { queue: string; ahead: number; parallel: number }): Estimate | null;

  /** In the order of their start. The worker starts after them. */
  services(): Service[];
  /** Since when this process measures. */
  since: Date;
}

export interface EtaAsk {
  queue: string;
  /** Per kind. Running jobs count half: they are on their way. */
  jobs: { kind: string; waiting: number; running: number }[];
  parallel: number;
  /** What is known of the pace from elsewhere, where this process has not measured one yet. */
  rate?: Rate | null;
}

export function openHistory(parts: HistoryParts): History {
  const { db, store, events, clock, log } = parts;
  const measures = new Measures({ measures: parts.measures, store, clock, log });
  const scanKinds = new Set(parts.scanKinds);
  const notices = new Set<Promise<void>>();
  const notice = (what: string, done: Promise<void>) => {
    const noticed = done.catch((error) => log.warn(`${what} is missing in the history`, { error }));
    notices.add(noticed);
    void noticed.then(() => notices.delete(noticed));
    return noticed;
  };
  const service: Service & { stopListening: () => void } = {
    name: "history",
    stopListening: () => {},
    async start() {
      await measures.load();
      const seen = await settingsSeen(db);
      await notice("an upgrade", noticeUpgrade(parts, parts.version));
      service.stopListening = events.subscribe((e) => {
        if (e.topic === "setting") void notice("a setting", noticeSetting(parts, e.key, seen));
      });
    },
    async stop() {
      service.stopListening();
      await Promise.all(notices);
      measures.flush();
    },
  };
  const allSeries: History["allSeries"] = async (names, ask) => {
    // What waits is looked at each minute; whoever asks wants it as of now.
    if (names.some((name) => name === "waiting" || name === "oldest-waiting")) await measures.sample();
    else measures.flush();
    return readAllSeries(parts.measures, clock.now(), names, ask);
  };
  return {
    measure(m) {
      measures.add(m);
      if (scanKinds.has(m.kind)) void notice("a scan", noticeScan(parts, m));
    },
    record: (entry) => recordEvent(parts, entry),
    async orphaned(jobId, again) {
      const job = await store.get(jobId);
      if (job && !again) measures.addFailure(job.queue, job.kind);
      await notice("an orphaned job", noticeOrphan(parts, jobId, job, again));
    },
    addFailure: (queue, kind) => measures.addFailure(queue, kind),
    events: (filter, limit, offset) => listEvents(db, filter, limit, offset),
    eventBatches: (filter, size) => eventBatches(db, filter, size),
    failed: parts.failed,
    marks: (from, to, hideLibraries) => listMarks(db, from, to, hideLibraries),
    countNewer: (filter, id, most) => countNewer(db, filter, id, most),
    series: async (name, ask) => (await allSeries([name], ask))[0]!,
    allSeries,
    statistics(filter) {
      measures.flush();
      return readStatistics(parts.measures, clock.now(), filter);
    },
    kept: keptFacts(parts, () => eventsKept(db)),
    endedSince(from) {
      measures.flush();
      return parts.measures.ended(from, clock.now() + 1);
    },
    prune: () => pruneHistory(parts),
    rate: (queue, kind) => measures.rate(queue, kind),
    runTimes: (queue, kind) => measures.runTimes(queue, kind),
    averageRunMs: (queue) => measures.averageRunMs(queue),
    lastCompletedAt: (queue) => measures.lastCompletedAt(queue),
    eta: ({ queue, jobs, parallel, rate }) =>
      estimateFinish({
        ahead: perKind(jobs).map(([kind, n]) => ({ n, runMs: measures.runTimes(queue, kind) })),
        parallel,
        rate: measures.rate(queue) ?? rate ?? null,
      }),
    startEstimate: ({ queue, ahead, parallel }) =>
      estimateStart({ ahead, runMs: measures.runTimes(queue), parallel, rate: measures.rate(queue) }),
    services: () => [
      service,
      loopService(measures.loop(), clock, log),
      loopService(seriesPacker(parts), clock, log),
    ],
    since: new Date(measures.startedAt),
  };
}

/** Lanes of one kind are one sample. */
function perKind(jobs: EtaAsk["jobs"]): [kind: string, n: number][] {
  const sums = new Map<string, number>();
  for (const { kind, waiting, running } of jobs)
    sums.set(kind, (sums.get(kind) ?? 0) + waiting + running / 2);
  return [...sums].filter(([, n]) => n > 0);
}
