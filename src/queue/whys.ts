// Why each of some jobs waits and when it should start, for a list's page or a single one. What they share (pauses, reasons
// to yield, what runs) is read once; places in queues are counted together.

import type { Blocked } from "./budget.ts";
import type { Hold } from "./hold.ts";
import type { Failure, Job } from "./job.ts";
import type { JobStore, Lane, LaneTally, Position, QueueState } from "./job-store.ts";
import type { Catalogue } from "./kind.ts";
import type { RunningNow } from "./limit-reason.ts";
import { pauseOf } from "./pause.ts";
import { runEstimate } from "./run-estimate.ts";
import { type SecondsRange, type StartEstimate, startEstimate } from "./start-estimate.ts";
import { type WaitingReason, waitingReason } from "./waiting-reason.ts";

/** What only the process that runs the jobs knows. */
export interface LiveFacts {
  blocked(lane: Lane): Blocked | undefined;
  holds(): readonly Hold[];
  waitsForSlot(jobId: number): boolean;
  /** Jobs of the queue that may run at once. */
  queueLimit(queue: string): number;
  /** False when nobody runs jobs. */
  isServed: boolean;
}

export interface WhySources {
  store: JobStore;
  catalogue: Catalogue;
  live: LiveFacts;
  now: number;
  /** How long it takes until a job starts that has so many before it; null when nothing was measured. */
  timeAhead?(queue: string, ahead: number, parallel: number): SecondsRange | null;
  /** Why a job's thing must not be worked on, by job. */
  barred?: ReadonlyMap<number, string>;
}

export interface Why extends StartEstimate {
  /** Undefined for jobs that run or are over. */
  reason: WaitingReason | undefined;
  position: Position | undefined;
  /** What the run before ended with, where the job waits for another one. */
  lastFailure: Failure | null;
}

/** So many places are counted exactly, from either end of a queue. */
const countedUpTo = 10_000;

export async function whysOf(sources: WhySources, jobs: Job[]): Promise<Map<number, Why>> {
  const { live } = sources;
  const open = jobs.filter(
    ({ id, status }) =>
      status === "pending" || status === "paused" || (status === "running" && live.waitsForSlot(id)),
  );
  const whys = new Map(jobs.map((job) => [job.id, nothing]));
  if (open.length === 0) return whys;
  const shared = await readShared(sources, open);
  for (const job of open) whys.set(job.id, await whyOf(sources, shared, job));
  return whys;
}

interface Shared {
  states: Map<string, QueueState>;
  tallies: LaneTally[];
  running: RunningNow[];
  /** What they will still need, where that is known. */
  rests: { queue: string; rest: SecondsRange | null }[];
  holds: readonly Hold[];
  positions: Map<number, Position>;
}

async function readShared({ store, catalogue, live, now }: WhySources, open: Job[]): Promise<Shared> {
  const waiting = open.filter((job) => job.status === "pending").map((job) => job.id);
  const [states, tallies, running, positions] = await Promise.all([
    store.queueStates(),
    store.tallies(),
    store.list({ status: ["running"] }, "oldest", 0, 100),
    store.positions(waiting, countedUpTo),
  ]);
  return {
    states: new Map(states.map((state) => [state.queue, state])),
    tallies,
    running: running.jobs.map((job) => ({
      id: job.id,
      name: `${catalogue.find(job.kind)?.label ?? job.kind} of ${job.subject.label}`,
      queue: job.queue,
      category: job.category,
      vramMb: job.vramMb,
      startedAt: job.startedAt ?? job.createdAt,
    })),
    rests: running.jobs.map((job) => ({ queue: job.queue, rest: runEstimate(job, now) })),
    holds: live.holds(),
    positions,
  };
}

async function whyOf(sources: WhySources, shared: Shared, job: Job): Promise<Why> {
  const { store, catalogue, live, now, barred } = sources;
  const position = shared.positions.get(job.id);
  const lane = laneOf(job, shared.tallies);
  // A frozen run has its place already: what keeps new ones out does not concern it.
  const blocked = job.status === "pending" ? live.blocked(lane) : undefined;
  const lastFailure = await failureBefore(store, job, now);
  const reason = waitingReason({
    job,
    now,
    kindKnown: catalogue.find(job.kind) !== undefined,
    kindLabel: (kind) => catalogue.find(kind)?.label ?? kind,
    pause: pauseOf(shared.states, job.queue, now),
    holds: shared.holds.filter((hold) => hold.holds(lane)),
    blocked,
    position: position?.position,
    isPositionLeast: position?.isLeast,
    running: shared.running,
    barred: barred?.get(job.id),
    lastFailure,
    waitsForSlot: live.waitsForSlot(job.id),
    isUnserved: !live.isServed,
  });
  const work = reason && workBefore(sources, shared, job, position, blocked);
  return {
    reason,
    position,
    lastFailure,
    ...(reason ? startEstimate(reason.gates, work ?? null, now) : nowhere),
  };
}

/** How long what runs and what stands before it will take. */
function workBefore(
  { live, timeAhead }: WhySources,
  { tallies, rests }: Shared,
  job: Job,
  position: Position | undefined,
  blocked: Blocked | undefined,
): SecondsRange | null {
  const ahead = (position?.position ?? 1) - 1;
  const isFree = !blocked || blocked.by === "hold";
  if (ahead === 0 && isFree) return { lowS: 0, highS: 0 };
  const free = blocked?.by === "queue" ? firstFree(rests, job.queue) : null;
  if (ahead === 0 && free) return free;
  const parallel = live.queueLimit(job.queue);
  const least = timeAhead?.(job.queue, ahead, parallel);
  if (!least) return null;
  if (!position?.isLeast) {
    const lowS = isFree ? 0 : Math.max(least.lowS, free?.lowS ?? 0);
    return { lowS, highS: Math.max(lowS, least.highS) };
  }
  const waiting = tallies.reduce((n, t) => n + (t.lane.queue === job.queue ? t.waiting : 0), 0);
  const most = timeAhead?.(job.queue, Math.max(ahead, waiting - 1), parallel);
  return most ? { lowS: least.lowS, highS: most.highS } : null;
}

/** When the first of a queue's slots comes free; null when one of its runs may end at any time. */
function firstFree(rests: Shared["rests"], queue: string): SecondsRange | null {
  const mine = rests.filter((one) => one.queue === queue);
  const known = mine.flatMap(({ rest }) => rest ?? []);
  if (known.length === 0 || known.length < mine.length) return null;
  return {
    lowS: Math.min(...known.map((rest) => rest.lowS)),
    highS: Math.min(...known.map((rest) => rest.highS)),
  };
}

/** The lane of a job as far as limits and reasons to yield ask for it. */
function laneOf({ queue, kind, category, vramMb, subject }: Job, tallies: LaneTally[]): Lane {
  const group = subject.group ?? 0;
  const key = { queue, kind, category, vramMb, group };
  const same = tallies.find(
    ({ lane }) =>
      lane.kind === kind &&
      lane.group === group &&
      lane.vramMb === vramMb &&
      lane.queue === queue &&
      lane.category === category,
  );
  return same?.lane ?? { id: -1, ...key };
}

async function failureBefore(store: JobStore, job: Job, now: number): Promise<Failure | null> {
  if (job.status !== "pending") return null;
  const isDelayed = job.runAt !== null && job.runAt.getTime() > now;
  if (job.retryCount === 0 && !isDelayed) return null;
  return (await store.attempts(job.id)).at(-1)?.failure ?? null;
}

const nowhere: StartEstimate = { startsIn: null, startsAt: null };
const nothing: Why = { reason: undefined, position: undefined, lastFailure: null, ...nowhere };
