// What a bulk operation will do, does and did, and what kept some jobs from it: "Cancelled 1 job. 1 had already completed."

import { counted, number } from "../../../views/format.ts";
import type { Move } from "../../queue/job.ts";
import type { OperationAction } from "../../queue/operation-actions.ts";
import type { Operation } from "../../queue/operation-rows.ts";

type Asked = Pick<Operation, "action" | "params">;
type Told = Asked &
  Pick<
    Operation,
    "status" | "matched" | "done" | "skipped" | "failed" | "undoStartedAt" | "undone" | "notUndone"
  >;

export function pastTense(move: Move): string {
  return forms[move][2];
}

/** `Cancel 3 jobs`, `Move 3 jobs to the front`. */
export function imperative(op: Asked, jobs: string): string {
  return `${forms[op.action][0]} ${jobs}${tail(op)}`;
}

/** `cancelled`, `moved to the front`: what cannot be done to some. */
export function passive(op: Asked): string {
  return `${op.action === "priority" ? "given" : forms[op.action][2].toLowerCase()}${tail(op)}`;
}

/** `asked`: how many were ticked; those of them that no longer exist match nothing. */
export function operationInWords(op: Told, asked = op.matched): string {
  if (op.undoStartedAt) return undoInWords(op);
  if (op.status === "waiting" && op.action === "remove")
    return `About to remove ${counted(op.matched, "job")}.`;
  if (op.status === "waiting" || op.status === "running")
    return `${forms[op.action][1]} ${counted(op.matched, "job")}${tail(op)}…`;
  const did =
    op.done > 0
      ? `${forms[op.action][2]} ${counted(op.done, "job")}${tail(op)}.`
      : `No job was ${passive(op)}.`;
  const kept = Object.entries(op.skipped).map(
    ([why, n]) => `${number(n)} ${inNumber(reasons[why] ?? why, n)}`,
  );
  if (asked > op.matched) kept.push(`${number(asked - op.matched)} had already been removed`);
  if (op.failed > 0) kept.push(`${number(op.failed)} met with an error`);
  return `${did}${kept.length > 0 ? ` ${kept.join(", ")}.` : ""}${endInWords(op)}`;
}

function undoInWords({ status, done, undone, notUndone }: Told): string {
  if (status === "undoing") return `Putting back ${counted(done, "job")}…`;
  const changed =
    notUndone > 0
      ? ` ${number(notUndone)} had changed since and ${notUndone === 1 ? "stays as it is" : "stay as they are"}.`
      : "";
  return `Put back ${counted(undone, "job")}.${changed}`;
}

function endInWords({ status, matched, done, failed, skipped }: Told): string {
  const left = matched - done - failed - Object.values(skipped).reduce((n, m) => n + m, 0);
  if (status === "done" || left <= 0) return "";
  return ` ${status === "interrupted" ? "Interrupted" : "Aborted"}; ${counted(left, "job")} left alone.`;
}

function tail({ action, params }: Asked): string {
  if (action === "priority") return ` priority ${params.priority}`;
  return action === "position" ? ` to the ${params.position === "first" ? "front" : "end"}` : "";
}

/** `is running` of several jobs is `are running`. */
function inNumber(words: string, n: number): string {
  return n === 1
    ? words
    : words
        .replace(/^is /, "are ")
        .replace(/^was /, "were ")
        .replace(/^does /, "do ");
}

/** Why a job was passed over, as the operation wrote it down. */
const reasons: Record<string, string> = {
  "is pending": "is still waiting",
  "is queued": "is still waiting",
  "is completed": "had already completed",
  "is failed": "had already failed",
  "is cancelled": "was already cancelled",
  "is cleared already": "was already cleared",
  "the same work is open already": "would double work that is open already",
};

const forms: Record<OperationAction, [string, string, string]> = {
  retry: ["Retry", "Retrying", "Retried"],
  cancel: ["Cancel", "Cancelling", "Cancelled"],
  pause: ["Pause", "Pausing", "Paused"],
  resume: ["Resume", "Resuming", "Resumed"],
  remove: ["Remove", "Removing", "Removed"],
  acknowledge: ["Clear", "Clearing", "Cleared"],
  unacknowledge: ["Bring back", "Bringing back", "Brought back"],
  priority: ["Give", "Giving", "Gave"],
  position: ["Move", "Moving", "Moved"],
};
