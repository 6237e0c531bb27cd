// What a verb on ticked jobs did, and what kept the others from it: "Cancelled 1 job. 1 had already completed."

import { counted, number } from "../../../views/format.ts";
import type { Job, JobStatus, Move } from "../../queue/job.ts";
import { mayMove } from "../../queue/job.ts";

export const pastTense: Record<Move, string> = {
  retry: "Retried",
  cancel: "Cancelled",
  remove: "Removed",
  resume: "Resumed",
  pause: "Held back",
  acknowledge: "Cleared",
  unacknowledge: "Brought back",
};

/** `before`: those of the asked jobs that there were, as they were. */
export function bulkInWords(verb: Move, asked: number, moved: number, before: Job[]): string {
  if (asked === 0) return "No job is ticked.";
  const did =
    moved > 0
      ? `${pastTense[verb]} ${counted(moved, "job")}.`
      : `No job was ${pastTense[verb].toLowerCase()}.`;
  const kept = new Map<string, number>();
  const keep = (why: string) => kept.set(why, (kept.get(why) ?? 0) + 1);
  for (const job of before) if (isKept(verb, job)) keep(reasons[job.status]);
  for (let gone = asked - before.length; gone > 0; gone--) keep("had already been removed");
  const rest = [...kept].map(([why, n]) => `${number(n)} ${n === 1 ? why : plural(why)}`).join(", ");
  return rest ? `${did} ${rest}.` : did;
}

function isKept(verb: Move, job: Job): boolean {
  return !mayMove(verb, job.status) || (verb === "acknowledge" && job.acknowledgedAt !== null);
}

const reasons: Record<JobStatus, string> = {
  pending: "is still waiting",
  queued: "is still waiting",
  running: "is running",
  completed: "had already completed",
  failed: "had already failed",
  cancelled: "was already cancelled",
  paused: "is held back",
};

function plural(why: string): string {
  return why.replace(/^is /, "are ").replace(/^was /, "were ");
}
