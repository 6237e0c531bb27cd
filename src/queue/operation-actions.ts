// What a bulk operation does to one job, and how that is taken back. What it takes to put a job back is kept small: a
// million jobs may be in one operation.

import type { Job, Move, PauseEnd } from "./job.ts";
import { mayMove } from "./job.ts";
import type { JobStore, ListedStatus, Standing } from "./job-store.ts";

export const operationActions = [
  "retry",
  "cancel",
  "pause",
  "resume",
  "remove",
  "acknowledge",
  "unacknowledge",
  "priority",
  "position",
] as const satisfies (Move | "priority" | "position")[];
export type OperationAction = (typeof operationActions)[number];

export interface OperationParams {
  priority?: number;
  position?: "first" | "last";
  /** Of `pause`; left out, until somebody resumes. */
  pauseEnds?: PauseEnd;
}

export interface OperationKind {
  action: OperationAction;
  params: OperationParams;
  byName: string | null;
}

/** What it takes to put a job back, as JSON. 0: nothing but to do it. */
export type Was = unknown;

/** States of which every job may be acted on; `cleared` are failures that somebody has seen. */
export type Countable = Exclude<ListedStatus, "pending" | "failed"> | "cleared";
export const legalFrom: Record<OperationAction, Countable[]> = {
  retry: ["unacknowledged", "cleared", "cancelled"],
  cancel: ["waiting", "delayed", "running", "paused"],
  pause: ["waiting", "delayed", "running"],
  resume: ["paused"],
  remove: ["waiting", "delayed", "paused", "completed", "unacknowledged", "cleared", "cancelled"],
  acknowledge: ["unacknowledged"],
  unacknowledge: ["cleared"],
  priority: ["waiting", "delayed", "paused"],
  position: ["waiting", "delayed", "paused"],
};

/** Removed is removed. */
export const isReversible = (action: OperationAction) => action !== "remove";

/** Why a job is passed over, in words that may be counted; undefined when the action is legal. */
export function whyNot(action: OperationAction, job: Job): string | undefined {
  const isOrder = action === "priority" || action === "position";
  // A person's pause takes over from what it yields to.
  if (action === "pause" && job.yields) return undefined;
  const legal = isOrder
    ? (job.status === "pending" || job.status === "paused") && !job.frozen
    : mayMove(action, job.status);
  if (!legal) return job.frozen ? "is frozen" : `is ${job.status}`;
  if (action === "remove" && job.frozen) return "is frozen";
  if (action === "acknowledge" && job.acknowledgedAt) return "is cleared already";
  if (action === "unacknowledge" && !job.acknowledgedAt) return "is not cleared";
  return undefined;
}

/** Does it; answers why not when it could not be done. */
export async function act(
  store: JobStore,
  { action, params, byName }: OperationKind,
  id: number,
  now: number,
): Promise<string | undefined> {
  if (action === "priority") return (await store.setPriority(id, params.priority!)) ? undefined : "is gone";
  if (action === "position")
    return (await store.setPosition(id, params.position!)) ? undefined : "does not wait";
  const moved = await store.move(id, action, byName, now, params.pauseEnds ?? null);
  if (!moved) return "is gone";
  if (moved.openAs !== undefined) return "the same work is open already";
  return moved.moved ? undefined : `is ${moved.from}`;
}

/** Asked before the job is acted on. */
export function wasOf(action: OperationAction, job: Job): Was {
  switch (action) {
    case "retry":
    case "cancel":
      return standingOf(job);
    case "resume":
      return compact({ frozen: job.frozen, by: job.pausedBy, ends: job.pauseEnds });
    case "unacknowledge":
      return job.finishedAt?.getTime() ?? 0;
    case "priority":
      return job.priority;
    default:
      return 0;
  }
}

/** Whether nobody has touched a job since the operation did, at `at`. */
export function isAsLeft({ action, params, byName }: OperationKind, job: Job, was: Was, at: number): boolean {
  switch (action) {
    case "retry":
      return job.status === "pending" && job.retryCount === ((was as Standing).retryCount ?? 0) + 1;
    case "cancel":
      return job.status === "cancelled" && job.finishedAt?.getTime() === at;
    case "pause":
      return job.status === "paused" && job.pausedBy === byName && (job.pausedAt?.getTime() ?? at + 1) <= at;
    case "resume":
      return job.status === ((was as { frozen?: boolean }).frozen ? "running" : "pending");
    case "acknowledge":
      return job.acknowledgedAt?.getTime() === at;
    case "unacknowledge":
      return job.status === "failed" && !job.acknowledgedAt && job.finishedAt?.getTime() === was;
    case "priority":
      return job.priority === params.priority && whyNot(action, job) === undefined;
    case "position":
      return whyNot(action, job) === undefined;
    case "remove":
      return false;
  }
}

/** Puts a job back that is as the operation left it. */
export async function takeBack(
  store: JobStore,
  { action, byName }: OperationKind,
  job: Job,
  was: Was,
  now: number,
): Promise<boolean> {
  switch (action) {
    case "retry":
    case "cancel":
      return store.restore(job.id, (was || { status: "pending" }) as Standing, now);
    case "pause":
      return (await store.move(job.id, "resume", byName, now))?.moved ?? false;
    case "resume": {
      const { by = null, ends = null } = (was || {}) as { by?: string; ends?: PauseEnd };
      return (await store.move(job.id, "pause", by, now, ends))?.moved ?? false;
    }
    case "acknowledge":
      return (await store.move(job.id, "unacknowledge", byName, now))?.moved ?? false;
    case "unacknowledge":
      return (await store.move(job.id, "acknowledge", byName, now))?.moved ?? false;
    case "priority":
      return store.setPriority(job.id, was as number);
    // Its old place is not known any more: it goes where its priority and age put it.
    case "position":
      return store.setPriority(job.id, job.priority);
    case "remove":
      return false;
  }
}

function standingOf(job: Job): Was {
  const at = (date: Date | null) => date?.getTime();
  const isOver = job.status === "failed" || job.status === "cancelled";
  // What only yielded was nobody's pause.
  const isPaused = job.status === "paused" && !job.yields;
  const standing: Standing = {
    status: isOver ? (job.status as "failed" | "cancelled") : isPaused ? "paused" : "pending",
    runAt: at(job.runAt),
    retryCount: job.retryCount || undefined,
    ...(isPaused && { pausedAt: at(job.pausedAt), pausedBy: job.pausedBy, pauseEnds: job.pauseEnds }),
    ...(isOver && {
      startedAt: at(job.startedAt),
      finishedAt: at(job.finishedAt),
      progress: job.progress,
      frozenMs: job.frozenMs || undefined,
      note: job.outcomeNote,
      failure: job.failure,
      acknowledgedAt: at(job.acknowledgedAt),
    }),
  };
  const kept = compact(standing);
  return Object.keys(kept).length === 1 && standing.status === "pending" ? 0 : kept;
}

function compact(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([, v]) => v !== undefined && v !== null && v !== false),
  );
}
