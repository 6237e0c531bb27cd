// A queue as the API and the queue cards show it.

import { type Estimate, middleS, type Rate } from "../../history/eta.ts";
import { pauseEndsAt } from "../../queue/job.ts";
import type { Finished, LaneTally, PauseMode, QueueState, Tally } from "../../queue/job-store.ts";
import { type Pause, pauseOf } from "../../queue/pause.ts";
import { type Stuck, stuckFor } from "../../queue/stuck.ts";
import type { App } from "../context.ts";
import { stuckThresholdS } from "./job-view.ts";

export interface QueueView {
  name: string;
  section: string;
  description: string;
  /** `idle`: nothing runs, and nothing is there that should. `stalled`: something should run and does not. */
  state: "running" | "paused" | "stalled" | "idle";
  isPaused: boolean;
  pausedSince: string | null;
  pausedUntil: string | null;
  /** It goes on by itself when nobody watches any more. */
  pausedUntilPlaybackEnds: boolean;
  pausedBy: string | null;
  pauseMode: PauseMode | null;
  /** All queues are paused, not this one alone. */
  isEverythingPaused: boolean;
  waiting: number;
  active: number;
  delayed: number;
  paused: number;
  /** Failed and not acknowledged. */
  failed: number;
  completed: number;
  cancelled: number;
  /** Jobs per minute over the last five, or since the first of them ended. */
  rate: number;
  /** Seconds until the backlog is worked off, the middle of `etaRange`; null when nothing moves or nothing is known. */
  eta: number | null;
  /** Holds the truth eight times in ten. */
  etaRange: { lowS: number; highS: number } | null;
  oldestWaitingS: number | null;
  /** Of runs of the last two weeks that had something to do. */
  averageRunMs: number | null;
  lastCompletedAt: string | null;
  concurrency: number;
  weight: number;
  kinds: string[];
  stuckJobs: {
    jobId: string;
    ageSeconds: number;
    silentSeconds: number;
    assetId: string | null;
    assetPath: string;
  }[];
}

const rateWindowMs = 5 * 60_000;
/** Work that could run and does not for so long is a stall. */
const stalledAfterMs = 60_000;

/** Every queue of the catalogue in its order, and after them any that only the database knows. */
export async function queueViews(app: App): Promise<QueueView[]> {
  const now = app.clock.now();
  // Figures of before the start, until this process has measured for as long itself.
  const isFresh = now - app.history.since.getTime() < rateWindowMs;
  const [tallies, states, oldest, ended, running] = await Promise.all([
    app.store.tallies(),
    app.store.queueStates(),
    app.store.oldestWaiting(),
    isFresh ? app.store.finishedSince(now - rateWindowMs) : new Map<string, Finished>(),
    app.store.list({ status: ["running"] }, "newest", 0, 200),
  ]);
  const stuck = running.jobs.flatMap((job) => stuckFor(job, stuckThresholdS(app, job.kind), now) ?? []);
  const stateOf = new Map(states.map((s) => [s.queue, s]));
  const names = new Set([
    ...app.queue.catalogue.queues.map((q) => q.name),
    ...tallies.map((t) => t.lane.queue),
  ]);
  return [...names].map((name) =>
    view(app, {
      name,
      now,
      lanes: tallies.filter((t) => t.lane.queue === name),
      state: stateOf.get(name),
      pause: pauseOf(stateOf, name, now),
      oldest: oldest.get(name),
      rate: app.history.rate(name) ?? earlierRate(ended.get(name), now),
      stuck: stuck.filter((s) => s.job.queue === name),
    }),
  );
}

interface Facts {
  name: string;
  now: number;
  lanes: LaneTally[];
  state: QueueState | undefined;
  pause: Pause | undefined;
  oldest: Date | undefined;
  rate: Rate | null;
  stuck: Stuck[];
}

function view(app: App, f: Facts): QueueView {
  const { name, now, pause } = f;
  const sum = (state: keyof Tally) => f.lanes.reduce((n, t) => n + t[state], 0);
  const spec = app.queue.catalogue.queueByName.get(name);
  const range = pause ? null : etaOf(app, f);
  const averageRunMs = app.history.averageRunMs(name);
  const endsAt = pauseEndsAt(pause?.ends ?? null);
  return {
    name,
    section: spec?.section ?? "Upkeep",
    description: spec?.description ?? "Not a queue of this build; its jobs stay where they are",
    state: stateOf(app, f),
    isPaused: pause !== undefined,
    pausedSince: pause?.since.toISOString() ?? null,
    pausedUntil: endsAt === null ? null : new Date(endsAt).toISOString(),
    pausedUntilPlaybackEnds: pause?.ends === "playback",
    pausedBy: pause?.by ?? null,
    pauseMode: pause?.mode ?? null,
    isEverythingPaused: pause?.everything ?? false,
    waiting: sum("waiting"),
    active: sum("running"),
    delayed: sum("delayed"),
    paused: sum("paused"),
    failed: sum("failed"),
    completed: sum("completed"),
    cancelled: sum("cancelled"),
    rate: Math.round((f.rate?.perMinute ?? 0) * 10) / 10,
    eta: sum("waiting") === 0 ? 0 : range && Math.round(middleS(range)),
    etaRange: range && { lowS: Math.round(range.lowS), highS: Math.round(range.highS) },
    oldestWaitingS: f.oldest ? Math.max(0, Math.round((now - f.oldest.getTime()) / 1000)) : null,
    averageRunMs: averageRunMs === null ? null : Math.round(averageRunMs),
    lastCompletedAt: app.history.lastCompletedAt(name)?.toISOString() ?? null,
    concurrency: spec ? app.worker.queueLimit(spec) : 0,
    weight: f.state?.weight ?? spec?.weight ?? 0,
    kinds: app.queue.catalogue.kinds.filter((k) => k.queue === name).map((k) => k.name),
    stuckJobs: f.stuck.map(({ job, silentS }) => ({
      jobId: String(job.id),
      ageSeconds: Math.round((now - job.startedAt!.getTime()) / 1000),
      silentSeconds: silentS,
      assetId: job.subject.id === null ? null : String(job.subject.id),
      assetPath: job.subject.label,
    })),
  };
}

/** Null while all that waits is held back by something outside the queue: nobody knows for how long. */
function etaOf(app: App, { name, lanes, rate }: Facts): Pick<Estimate, "lowS" | "highS"> | null {
  const waiting = lanes.filter((t) => t.waiting > 0);
  if (waiting.length === 0) return { lowS: 0, highS: 0 };
  const blocks = waiting.map((t) => app.worker.blocked(t.lane)?.by);
  if (blocks.every((by) => by === "hold" || by === "vram-never")) return null;
  const spec = app.queue.catalogue.queueByName.get(name);
  const { category } = app.worker.limits();
  const atOnce = Math.max(...waiting.map((t) => category[t.lane.category]));
  return app.history.eta({
    queue: name,
    jobs: lanes.map((t) => ({ kind: t.lane.kind, waiting: t.waiting, running: t.running })),
    parallel: Math.min(spec ? app.worker.queueLimit(spec) : 1, atOnce),
    rate,
  });
}

function stateOf(app: App, f: Facts): QueueView["state"] {
  const active = f.lanes.reduce((n, t) => n + t.running, 0);
  const isIdleForNoReason =
    !f.pause && active === 0 && f.lanes.some((t) => t.waiting > 0 && nothingHolds(app, t));
  const since = fineUntil(app, f, isIdleForNoReason);
  if (f.pause) return "paused";
  const spec = app.queue.catalogue.queueByName.get(f.name);
  if (spec && f.stuck.length > 0 && f.stuck.length >= app.worker.queueLimit(spec)) return "stalled";
  if (active > 0) return "running";
  return isIdleForNoReason && f.now - since > stalledAfterMs ? "stalled" : "idle";
}

/** A need that no budget of this machine can ever meet is no reason to be patient. */
function nothingHolds(app: App, { lane }: LaneTally): boolean {
  const blocked = app.worker.blocked(lane);
  return !blocked || blocked.by === "vram-never";
}

/** When each queue of a worker was last seen to be all right. */
const lastFine = new WeakMap<object, Map<string, number>>();

/** The last sign that all was right: it was seen so, a job ended, or nothing waited yet. */
function fineUntil(app: App, { name, now, oldest }: Facts, isIdleForNoReason: boolean): number {
  const seen = lastFine.get(app.worker) ?? new Map<string, number>();
  lastFine.set(app.worker, seen);
  if (!isIdleForNoReason) seen.set(name, now);
  return Math.max(
    seen.get(name) ?? 0,
    app.history.since.getTime(),
    oldest?.getTime() ?? 0,
    app.history.lastCompletedAt(name)?.getTime() ?? 0,
  );
}

/** From the jobs themselves; one alone says nothing yet of a pace. */
function earlierRate(ended: Finished | undefined, now: number): Rate | null {
  const sample = (ended?.completed ?? 0) + (ended?.failed ?? 0);
  if (sample === 0 || !ended?.first) return null;
  if (sample === 1) return { perMinute: 60_000 / rateWindowMs, sample };
  return { perMinute: (sample - 1) / (Math.max(1000, now - ended.first.getTime()) / 60_000), sample };
}
