// What a bulk operation did, and what kept the others from it: "Cancelled 1 job. 1 had already completed."

import { counted, number } from "../../../views/format.ts";
import type { Move } from "../../queue/job.ts";
import type { OperationAction } from "../../queue/operation-actions.ts";
import type { Operation } from "../../queue/operation-rows.ts";

export const pastTense: Record<Move, string> = {
  retry: "Retried",
  cancel: "Cancelled",
  remove: "Removed",
  resume: "Resumed",
  pause: "Paused",
  acknowledge: "Cleared",
  unacknowledge: "Brought back",
};

type Told = Pick<
  Operation,
  "action" | "params" | "status" | "matched" | "done" | "skipped" | "failed" | "undoStartedAt"
> &
  Pick<Operation, "undone" | "notUndone" | "error">;

/** `Cancel`, `Move to the front`: what is asked. */
export function imperative({ action, params }: Pick<Operation, "action" | "params">): string {
  if (action === "priority") return `Set priority ${params.priority} for`;
  if (action === "position") return `Move to the ${params.position === "first" ? "front" : "end"}`;
  return verbs[action];
}

/** `asked`: how many were ticked; those of them that no longer exist match nothing. */
export function operationInWords(op: Told, asked = op.matched): string {
  if (op.undoStartedAt) return undoInWords(op);
  if (op.status === "waiting" || op.status === "running")
    return `${doing(op)} ${counted(op.matched, "job")}…`;
  const did = op.done > 0 ? `${past(op)} ${counted(op.done, "job")}.` : `No job was ${pastPassive(op)}.`;
  const kept = Object.entries(op.skipped).map(([why, n]) => `${number(n)} ${told(why, n)}`);
  if (asked > op.matched) kept.push(`${number(asked - op.matched)} had already been removed`);
  if (op.failed > 0) kept.push(`${number(op.failed)} could not be changed because of an error`);
  const left = op.matched - op.done - op.failed - Object.values(op.skipped).reduce((n, m) => n + m, 0);
  const ended = op.status === "interrupted" ? "Interrupted" : "Aborted";
  const rest = op.status === "done" || left <= 0 ? "" : ` ${ended}; ${counted(left, "job")} left as they were.`;
  return `${did}${kept.length > 0 ? ` ${kept.join(", ")}.` : ""}${rest}`;
}

function undoInWords({ status, done, undone, notUndone }: Told): string {
  if (status === "undoing" || status === "running") return `Putting back ${counted(done, "job")}…`;
  const changed = notUndone > 0 ? ` ${number(notUndone)} had changed since and stay as they are.` : "";
  return `Put back ${counted(undone, "job")}.${changed}`;
}

const verbs: Record<OperationAction, string> = {
  retry: "Retry",
  cancel: "Cancel",
  pause: "Pause",
  resume: "Resume",
  remove: "Remove",
  acknowledge: "Clear",
  unacknowledge: "Bring back",
  priority: "Set the priority of",
  position: "Move",
};

function past(op: Told): string {
  if (op.action === "priority") return `Set priority ${op.params.priority} for`;
  if (op.action === "position") return `Moved to the ${op.params.position === "first" ? "front" : "end"}:`;
  return pastTense[op.action];
}

function pastPassive({ action }: Told): string {
  if (action === "priority") return "given another priority";
  return action === "position" ? "moved" : pastTense[action].toLowerCase();
}

function doing(op: Told): string {
  if (op.action === "priority") return `Setting priority ${op.params.priority} for`;
  if (op.action === "position") return `Moving to the ${op.params.position === "first" ? "front" : "end"}:`;
  return {
    retry: "Retrying",
    cancel: "Cancelling",
    pause: "Pausing",
    resume: "Resuming",
    remove: op.status === "waiting" ? "About to remove" : "Removing",
    acknowledge: "Clearing",
    unacknowledge: "Bringing back",
  }[op.action];
}

/** `is completed`, as the operation wrote it down, in words for `n` jobs. */
function told(why: string, n: number): string {
  const words = reasons[why] ?? why;
  return n === 1 ? words : words.replace(/^is /, "are ").replace(/^was /, "were ").replace(/^does /, "do ");
}

const reasons: Record<string, string> = {
  "is pending": "is still waiting",
  "is queued": "is still waiting",
  "is completed": "had already completed",
  "is failed": "had already failed",
  "is cancelled": "was already cancelled",
  "is paused": "is paused",
  "is cleared already": "was already cleared",
  "is gone": "is gone",
  "the same work is open already": "would double work that is open already",
};
