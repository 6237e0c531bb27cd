// A job's status as a badge, in the dashboard's words.

import type { JobStatus } from "../../src/queue/job.ts";

export type ShownStatus = JobStatus | "delayed" | "waiting" | "cleared" | "not needed" | "frozen";

const words: Record<ShownStatus, string> = {
  pending: "Waiting",
  waiting: "Waiting",
  queued: "Held back",
  delayed: "Delayed",
  running: "Running",
  completed: "Completed",
  "not needed": "Skipped",
  failed: "Failed",
  cleared: "Failed, cleared",
  cancelled: "Cancelled",
  paused: "Paused",
  frozen: "Frozen",
};

export function StatusBadge({ status }: { status: ShownStatus }) {
  const tone = status === "not needed" ? "skipped" : status;
  return <span class={`badge badge-${tone}`}>{words[status]}</span>;
}
