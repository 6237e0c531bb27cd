// What a job is: its states, the legal moves between them, and the shapes every other file speaks in.

export const categories = ["cpu", "gpu_encode", "gpu_ai"] as const;
export type Category = (typeof categories)[number];

export const jobStatuses = [
  "pending",
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
  "paused",
] as const;
/** `queued` is a view of `pending`: chosen by the scheduler, held back by a resource. It is never stored. */
export type JobStatus = (typeof jobStatuses)[number];

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Params = { [key: string]: Json };

/** What a job is about. Pages derive a thing's state from the newest job about it. */
export interface Subject {
  type: "file" | "library" | "none";
  id: number | null;
  /** For people: a path or a name. */
  label: string;
  /** What it belongs to: a library's id. */
  group?: number | null;
  /** Why nothing new may be started about it now, when something holds it back. Not stored. */
  heldBack?: Failure;
}

export interface Failure {
  /** Stable, from the catalogue: `input.truncated`. */
  code: string;
  message: string;
}

/** How long a pause lasts: until a moment (milliseconds since 1970), until playback ends, or until somebody resumes. */
export type PauseEnd = { at: number } | "playback" | null;

/** Null for a pause that ends at no known moment. */
export function pauseEndsAt(ends: PauseEnd): number | null {
  return ends === null || ends === "playback" ? null : ends.at;
}

/** A job as every reader sees it. */
export interface Job {
  id: number;
  kind: string;
  queue: string;
  category: Category;
  vramMb: number;
  status: JobStatus;
  params: Params;
  subject: Subject;
  /** 1 (first) to 10 (last) inside its queue. */
  priority: number;
  /** A backfill yields to fresh work of the same priority. */
  backfill: boolean;
  /** 0–100; null when its tool gives none. */
  progress: number | null;
  /** When a running job last showed life: its progress changed, its tools spoke or used the CPU. */
  progressAt: Date | null;
  /** A running job whose processes were stopped keeps them: `paused`, and resuming goes on where it stood. */
  frozen: boolean;
  /** Frozen by its worker, to yield to something; `pausedBy` says to what. */
  yields: boolean;
  /** Milliseconds of its run that it has stood frozen. */
  frozenMs: number;
  pausedAt: Date | null;
  pausedBy: string | null;
  pauseEnds: PauseEnd;
  /** Why it ended as it did when it neither failed nor simply completed: `not_needed: already playable`. */
  outcomeNote: string | null;
  retryCount: number;
  maxRetries: number;
  runAt: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  worker: string | null;
  failure: Failure | null;
  /** Failures of one cause share it. */
  fingerprint: string | null;
  /** A failure that someone has seen and cleared. */
  acknowledgedAt: Date | null;
  /** Who or what asked for it: a user id, `scan`, `backfill`, `cli`. */
  origin: string | null;
}

export type AttemptOutcome =
  | "running"
  | "completed"
  | "not_needed"
  | "failed"
  | "cancelled"
  | "orphaned"
  | "handed_back";

/** One execution of a job by a worker. */
export interface Attempt {
  number: number;
  startedAt: Date;
  finishedAt: Date | null;
  outcome: AttemptOutcome;
  failure: Failure | null;
  worker: string;
}

/** The verbs a person may use on a job, and from which states. Everything else is refused with 409. */
export const legalMoves = {
  retry: ["failed", "cancelled"],
  cancel: ["pending", "queued", "running", "paused"],
  pause: ["pending", "queued", "running"],
  resume: ["paused"],
  remove: ["pending", "queued", "paused", "completed", "failed", "cancelled"],
  acknowledge: ["failed"],
  unacknowledge: ["failed"],
} as const satisfies Record<string, readonly JobStatus[]>;
export type Move = keyof typeof legalMoves;

export function mayMove(move: Move, from: JobStatus): boolean {
  return (legalMoves[move] as readonly JobStatus[]).includes(from);
}
