// Why a job that is not running waits, with the figures a person needs. Computed when asked, never stored.

import type { Blocked } from "./budget.ts";
import type { Job } from "./job.ts";
import type { QueueState } from "./job-store.ts";

export interface WaitingFacts {
  job: Job;
  /** Its queue's state, when somebody changed it. */
  state: QueueState | undefined;
  /** False when this build cannot run the kind. */
  kindKnown: boolean;
  blocked: Blocked | undefined;
  /** 1 is next in its queue. */
  position: number | undefined;
  now: number;
}

export interface WaitingReason {
  code:
    | "paused"
    | "queue-paused"
    | "delayed"
    | "kind-unknown"
    | "concurrency"
    | "category"
    | "vram"
    | "behind"
    | "next";
  text: string;
  /** Held back by a resource at the head of its queue: the job shows as `queued`. */
  held: boolean;
}

export function waitingReason({
  job,
  state,
  kindKnown,
  blocked,
  position,
  now,
}: WaitingFacts): WaitingReason | undefined {
  if (job.status === "paused") return reason("paused", "Paused; it starts after it is resumed");
  if (job.status !== "pending") return undefined;
  if (!kindKnown)
    return reason(
      "kind-unknown",
      `This build does not know jobs of kind ${job.kind}; they stay for one that does`,
    );
  if (job.runAt && job.runAt.getTime() > now) {
    const retry = job.retryCount > 0 ? `Retry ${job.retryCount} of ${job.maxRetries}` : "Scheduled";
    return reason("delayed", `${retry}, in ${inWords(job.runAt.getTime() - now)}`);
  }
  if (state?.pausedAt && (!state.pausedUntil || state.pausedUntil.getTime() > now)) {
    const by = state.pausedBy ? ` by ${state.pausedBy}` : "";
    const until = state.pausedUntil ? `, for another ${inWords(state.pausedUntil.getTime() - now)}` : "";
    return reason(
      "queue-paused",
      `The queue ${job.queue} is paused${by} since ${inWords(now - state.pausedAt.getTime())}${until}`,
    );
  }
  const ahead = (position ?? 1) - 1;
  const behind =
    ahead > 0
      ? `; ${ahead.toLocaleString("en")} ${ahead === 1 ? "job" : "jobs"} of ${job.queue} before it`
      : "";
  if (blocked) return { ...blockedReason(job, blocked, behind), held: ahead === 0 };
  if (ahead > 0)
    return reason(
      "behind",
      `Behind ${ahead.toLocaleString("en")} ${ahead === 1 ? "other" : "others"} in ${job.queue}`,
    );
  return reason("next", "Next to start");
}

function blockedReason(job: Job, b: Blocked, behind: string): Omit<WaitingReason, "held"> {
  switch (b.by) {
    case "queue":
      return { code: "concurrency", text: `${b.running} of ${b.limit} ${job.queue} jobs running${behind}` };
    case "category":
      return { code: "category", text: `${b.running} of ${b.limit} ${b.category} jobs running${behind}` };
    case "vram":
      return {
        code: "vram",
        text: `Needs ${b.neededMb} MB of GPU memory, ${b.freeMb} of ${b.budgetMb} MB are free${behind}`,
      };
    case "vram-never":
      return {
        code: "vram",
        text: `Needs ${b.neededMb} MB of GPU memory; the whole budget is ${b.budgetMb} MB`,
      };
    case "reservation":
      return {
        code: "vram",
        text: `${b.heldMb} MB of GPU memory are kept free for a ${b.forLane.kind} job that has waited long${behind}`,
      };
  }
}

function reason(code: WaitingReason["code"], text: string): WaitingReason {
  return { code, text, held: false };
}

function inWords(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 90) return `${s} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  if (s < 48 * 3600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} days`;
}
