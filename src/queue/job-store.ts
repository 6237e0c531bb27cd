// What a database engine must do for the queue. Every method is one atomic step; `test/queue/job-store.conformance.ts`
// is the contract that each engine passes.
//
// A *lane* is one (queue, kind, category, VRAM class, group). Jobs wait in lanes, so that finding the best job that fits the
// free budget costs a look at the heads of a few lanes, however many jobs wait behind one that does not fit.

import type {
  Attempt,
  AttemptOutcome,
  Category,
  Failure,
  Job,
  JobStatus,
  Move,
  Params,
  PauseEnd,
  Subject,
} from "./job.ts";
import type { JobTerm } from "./job-term.ts";

export interface LaneKey {
  queue: string;
  kind: string;
  category: Category;
  vramMb: number;
  /** What the subjects belong to (a library's id), 0 for nothing: lists leave out or pick groups by it. */
  group: number;
}

export interface Lane extends LaneKey {
  id: number;
}

export interface NewJob extends LaneKey {
  params: Params;
  subject: Subject;
  priority: number;
  backfill: boolean;
  dedupKey: string | null;
  runAt: Date | null;
  maxRetries: number;
  origin: string | null;
}

export interface Inserted {
  id: number;
  /** True when the same work was already open: `id` is the open job's. */
  deduplicated: boolean;
}

/** A worker's time-limited claim. Every write of a run carries it; a lease that was taken away writes nothing. */
export interface Lease {
  jobId: number;
  attempt: number;
  worker: string;
}

export interface Claimed extends Lease {
  lane: Lane;
  params: Params;
  subject: Subject;
  backfill: boolean;
  retryCount: number;
  maxRetries: number;
  /** Since when it could have started: when it was enqueued, or fell due. Milliseconds since 1970. */
  readyAt: number;
}

/** A run as the store sees it, for the worker that holds it. */
export interface HeldRun extends Lease {
  /** Since when its processes are to stand still, by whom, and whether only to yield to something. */
  frozen: { at: number; by: string | null; yields: boolean } | null;
}

/** A job that ended or went back to waiting, measured. Times in milliseconds. */
export interface Measured {
  at: number;
  jobId: number;
  queue: string;
  kind: string;
  category: Category;
  outcome: "completed" | "not_needed" | "failed" | "retry" | "orphaned";
  /** From when it could have started until it did. */
  waitMs: number;
  /** Without the time it stood frozen. */
  runMs: number;
  code: string | null;
}

/** Failures that nobody has cleared, of one cause. */
export interface FailureGroup {
  fingerprint: string;
  code: string;
  /** Of the newest. */
  message: string;
  kinds: string[];
  queues: string[];
  /** Of their subjects: a library's id, or 0. */
  groups: number[];
  count: number;
  firstAt: Date;
  lastAt: Date;
  /** The newest few. */
  jobIds: number[];
}

export interface ClaimAsk {
  /** The lanes of one queue whose jobs fit now. The best head among them wins: lowest rank, then oldest. */
  lanes: number[];
  worker: string;
  now: number;
  leaseMs: number;
}

export type Settlement =
  | { outcome: "completed"; note?: string }
  | { outcome: "failed"; failure: Failure }
  /** Back to waiting until `runAt`. `strike` counts as a retry. */
  | { outcome: "retry"; runAt: number; failure: Failure; strike: boolean }
  /** Clean shutdown: back to waiting at once, without a strike. */
  | { outcome: "handed_back" }
  /** Only if the lease had really ended before `leaseEndedBefore`: a heartbeat may have come since. */
  | { outcome: "orphaned"; failure: Failure; again: boolean; leaseEndedBefore: number };

export interface Report {
  lease: Lease;
  /** When, in milliseconds since 1970. */
  at: number;
  progress?: number | null;
  /** The run has shown life, though its figure may be the same. */
  alive?: boolean;
  /** The whole tail of the attempt's log so far, already bounded. */
  logTail?: string;
}

/** Counts of one lane. `failed` is not acknowledged; `cleared` is. */
export interface Tally {
  waiting: number;
  delayed: number;
  paused: number;
  running: number;
  completed: number;
  failed: number;
  cleared: number;
  cancelled: number;
}

export const noTally = (): Tally => ({
  waiting: 0,
  delayed: 0,
  paused: 0,
  running: 0,
  completed: 0,
  failed: 0,
  cleared: 0,
  cancelled: 0,
});

export interface LaneTally extends Tally {
  lane: Lane;
}

/** `delayed` narrows `pending`; `queued` is resolved by the caller, who knows what is held back. */
export type ListedStatus = Exclude<JobStatus, "queued"> | "delayed" | "waiting" | "unacknowledged";

export interface JobFilter {
  status?: ListedStatus[];
  queue?: string[];
  kind?: string[];
  category?: Category[];
  subject?: { type: Subject["type"]; id: number };
  /** Substring of the subject's label, the failure message or the kind: one bare word of a search. */
  text?: string;
  /** What a search asks besides; all must hold. */
  terms?: JobTerm[];
  ids?: number[];
  /** A few waiting jobs to leave out: those shown as `queued`. */
  exceptIds?: { id: number; lane: number }[];
  /** Only jobs whose subject belongs to one of these groups. */
  group?: number[];
  /** Leave out jobs whose subject belongs to one of these groups. */
  hideGroups?: number[];
  fingerprint?: string;
}

export type JobOrder = "newest" | "oldest" | "position" | "finished" | "longest";

export interface JobPage {
  jobs: Job[];
  total: number;
  /** There may be more than `total`: a search stopped counting. */
  totalIsCapped?: boolean;
  /** False: a search gave up before its page was full. What it found is right, and there may be more. */
  complete?: boolean;
}

/** 1 is claimed next. */
export interface Position {
  position: number;
  /** Counting stopped there: it stands at `position` or behind. */
  isLeast: boolean;
}

export interface Finished {
  completed: number;
  failed: number;
  first: Date | null;
}

/** The state that stands for all queues at once. */
export const everyQueue = "*";

/** `drain` lets running jobs end, `freeze` stops their processes where they are. */
export type PauseMode = "drain" | "freeze";

export interface QueueState {
  /** A queue's name, or `everyQueue`. */
  queue: string;
  pausedAt: Date | null;
  pauseEnds: PauseEnd;
  pausedBy: string | null;
  pauseMode: PauseMode;
  /** Overrides of the catalogue's figures. */
  concurrency: number | null;
  weight: number | null;
}

export type QueueChange = Pick<QueueState, "queue"> & Partial<QueueState>;

/** What became of a verb on a job. */
export interface Moved {
  from: JobStatus;
  moved: boolean;
  /** A retry that was refused because the same work is already open: that job. */
  openAs?: number;
}

/** Where a job stood before a bulk operation moved it, to put it back. Times in milliseconds since 1970. */
export interface Standing {
  status: "pending" | "paused" | "failed" | "cancelled";
  runAt?: number;
  retryCount?: number;
  pausedAt?: number;
  pausedBy?: string | null;
  pauseEnds?: PauseEnd;
  startedAt?: number;
  finishedAt?: number;
  progress?: number | null;
  frozenMs?: number;
  note?: string | null;
  failure?: Failure | null;
  acknowledgedAt?: number;
}

export interface JobStore {
  insert(jobs: NewJob[], now: number): Promise<Inserted[]>;
  claim(ask: ClaimAsk): Promise<Claimed | undefined>;
  /** Prolongs leases; answers those that are gone. */
  extend(leases: Lease[], until: number): Promise<Lease[]>;
  /** False when the lease was gone: nothing was written. `stoodMs`: how long it stood still, waits for a slot included. */
  settle(lease: Lease, how: Settlement, now: number, stoodMs?: number): Promise<boolean>;
  /** Progress and logs, many at once. Reports of lost leases are ignored, but for the log of an attempt that has ended. */
  report(reports: Report[]): Promise<void>;
  /** Running jobs whose lease ended before `t`. */
  leasesLostBefore(t: number): Promise<Lease[]>;
  /** What a worker's runs are to do; a lease that is not among them is gone. */
  runsOf(worker: string): Promise<HeldRun[]>;
  /** The worker itself stops a run for something it yields to. False when the lease is gone or it is frozen already. */
  freeze(lease: Lease, by: string, now: number): Promise<boolean>;
  thaw(lease: Lease, now: number): Promise<boolean>;
  /** Takes a running job away from its worker, as failed or, with `again`, back to waiting with a strike. */
  evict(id: number, failure: Failure, again: boolean, now: number): Promise<boolean>;
  /** One verb on one job; answers the job's state before, or `undefined` when there is none. Illegal moves change nothing. */
  move(
    id: number,
    verb: Move,
    by: string | null,
    now: number,
    pauseEnds?: PauseEnd,
  ): Promise<Moved | undefined>;
  /**
   * Undoes a cancel or a retry without a strike: a cancelled job stands as it did, a retried one that waits is as it
   * ended. False when it is elsewhere by now, or the same work is open anew.
   */
  restore(id: number, was: Standing, now: number): Promise<boolean>;
  setPriority(id: number, priority: number): Promise<boolean>;
  /** Before or behind all that waits in its queue. False when it does not wait. */
  setPosition(id: number, where: "first" | "last"): Promise<boolean>;
  /** Wakes what has fallen due: delayed jobs, pauses of single jobs. Answers the jobs. */
  wakeDue(now: number): Promise<number[]>;
  /** Resumes single jobs that were paused until playback ends. Answers them. */
  endPlaybackPauses(now: number): Promise<number[]>;

  lanes(): Promise<Lane[]>;
  tallies(): Promise<LaneTally[]>;
  /** When the next delayed job or pause is due, in milliseconds since 1970. */
  nextDue(): Promise<number | undefined>;
  /** Grows whenever another process has written. */
  foreignWrites(): number;

  get(id: number): Promise<Job | undefined>;
  list(filter: JobFilter, order: JobOrder, offset: number, limit: number): Promise<JobPage>;
  /** Takes the labels of so many jobs more into what search looks in. False when it has caught up. */
  indexText(limit: number): Promise<boolean>;
  /** The ids that match, in batches, for a bulk action that moves them while it goes. */
  idBatches(filter: JobFilter, size: number): AsyncIterable<number[]>;
  /** The job that would be claimed next from a lane. */
  head(lane: number): Promise<number | undefined>;
  /** How many jobs would be claimed before this one in its queue; undefined when it does not wait. */
  position(id: number): Promise<number | undefined>;
  /** Of many at once, those that wait; at most `cap` jobs are counted from either end of a queue. */
  positions(ids: number[], cap: number): Promise<Map<number, Position>>;
  attempts(id: number): Promise<Attempt[]>;
  /** Bounded text of one attempt's log, or of the newest. */
  log(id: number, attempt?: number): Promise<string>;
  /** `waiting since` of the oldest waiting job per queue. */
  oldestWaiting(): Promise<Map<string, Date>>;
  /** Per kind, from the newest completed runs of each lane. */
  averageRunMs(): Promise<Map<string, { count: number; averageMs: number }>>;
  /** Failures that nobody has cleared, grouped by cause, the most frequent first. */
  failureGroups(hideGroups?: number[]): Promise<FailureGroup[]>;
  /** How many failures of a cause that nobody has cleared fall into each step since `from`, by the step's number. */
  failureTimes(
    fingerprint: string,
    from: number,
    stepMs: number,
    hideGroups?: number[],
  ): Promise<Map<number, number>>;
  /** Jobs completed and failed per queue since `t`, and when the first of them ended. */
  finishedSince(t: number): Promise<Map<string, Finished>>;

  queueStates(): Promise<QueueState[]>;
  /** What is not named stays as it is: two who change different things at once lose nothing. */
  setQueueState(change: QueueChange): Promise<void>;

  /** Removes finished jobs older than `before`; failures only when older than `failedBefore`. Answers which. */
  prune(before: number, failedBefore: number, limit: number): Promise<number[]>;
  /** What this process has written to the database by now, queue or not, is on disk when this returns. */
  persist(): Promise<void>;
  close(): void;
}

export type { AttemptOutcome };
