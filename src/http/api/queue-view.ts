// A queue as the API and the queue cards show it.

import type { Job } from "../../queue/job.ts";
import type { Finished, QueueState, Tally } from "../../queue/job-store.ts";
import type { App } from "../context.ts";
import { isPaused, isStuck } from "./job-view.ts";

export interface QueueView {
  name: string;
  section: string;
  description: string;
  isPaused: boolean;
  pausedUntil: string | null;
  pausedBy: string | null;
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
  /** Seconds until the backlog is worked off at that rate; null when nothing moves. */
  eta: number | null;
  oldestWaitingS: number | null;
  concurrency: number;
  weight: number;
  kinds: string[];
  stuckJobs: { jobId: string; ageSeconds: number; assetId: string | null; assetPath: string }[];
}

const rateWindowMs = 5 * 60_000;

/** Every queue of the catalogue in its order, and after them any that only the database knows. */
export async function queueViews(app: App): Promise<QueueView[]> {
  const now = app.clock.now();
  const [tallies, states, oldest, ended, running] = await Promise.all([
    app.store.tallies(),
    app.store.queueStates(),
    app.store.oldestWaiting(),
    app.store.finishedSince(now - rateWindowMs),
    app.store.list({ status: ["running"] }, "newest", 0, 200),
  ]);
  const stuck = running.jobs.filter((j) => isStuck(app, j, now));
  const stateOf = new Map(states.map((s) => [s.queue, s]));
  const names = new Set([
    ...app.queue.catalogue.queues.map((q) => q.name),
    ...tallies.map((t) => t.lane.queue),
  ]);
  return [...names].map((name) => {
    const mine = tallies.filter((t) => t.lane.queue === name);
    const sum = (state: keyof Tally) => mine.reduce((n, t) => n + t[state], 0);
    return view(app, name, sum, stateOf.get(name), {
      now,
      oldest: oldest.get(name),
      ended: ended.get(name),
      stuck: stuck.filter((j) => j.queue === name),
    });
  });
}

interface Facts {
  now: number;
  oldest: Date | undefined;
  ended: Finished | undefined;
  stuck: Job[];
}

function view(
  app: App,
  name: string,
  sum: (s: keyof Tally) => number,
  state: QueueState | undefined,
  f: Facts,
): QueueView {
  const spec = app.queue.catalogue.queueByName.get(name);
  const rate = ratePerMinute(f.ended, f.now);
  const paused = isPaused(state, f.now);
  const waiting = sum("waiting");
  return {
    name,
    section: spec?.section ?? "Upkeep",
    description: spec?.description ?? "Not a queue of this build; its jobs stay where they are",
    isPaused: paused,
    pausedUntil: paused ? (state?.pausedUntil?.toISOString() ?? null) : null,
    pausedBy: paused ? (state?.pausedBy ?? null) : null,
    waiting,
    active: sum("running"),
    delayed: sum("delayed"),
    paused: sum("paused"),
    failed: sum("failed"),
    completed: sum("completed"),
    cancelled: sum("cancelled"),
    rate: Math.round(rate * 10) / 10,
    eta: waiting === 0 ? 0 : rate > 0 && !paused ? Math.round((waiting / rate) * 60) : null,
    oldestWaitingS: f.oldest ? Math.max(0, Math.round((f.now - f.oldest.getTime()) / 1000)) : null,
    concurrency: spec ? app.worker.queueLimit(spec) : 0,
    weight: state?.weight ?? spec?.weight ?? 0,
    kinds: app.queue.catalogue.kinds.filter((k) => k.queue === name).map((k) => k.name),
    stuckJobs: f.stuck.map((j) => ({
      jobId: String(j.id),
      ageSeconds: Math.round((f.now - j.startedAt!.getTime()) / 1000),
      assetId: j.subject.id === null ? null : String(j.subject.id),
      assetPath: j.subject.label,
    })),
  };
}

/** Work that began a moment ago is measured over that moment, not over five minutes of nothing; one job says nothing yet. */
function ratePerMinute(ended: Finished | undefined, now: number): number {
  const jobs = (ended?.completed ?? 0) + (ended?.failed ?? 0);
  if (jobs < 2 || !ended?.first) return jobs / (rateWindowMs / 60_000);
  return (jobs - 1) / (Math.max(1000, now - ended.first.getTime()) / 60_000);
}
