// A job's status as a badge: an icon and a word, in the dashboard's words.

import type { JobStatus } from "../../src/queue/job.ts";
import { Icon, type IconName } from "./icon.tsx";

export type ShownStatus = JobStatus | "delayed" | "waiting" | "cleared" | "not needed" | "frozen";

export function StatusBadge({ status }: { status: ShownStatus }) {
  const tone = status === "not needed" ? "skipped" : status;
  return (
    <span class={`badge badge-${tone}`}>
      <Icon name={statusIcons[status]} />
      {words[status]}
    </span>
  );
}

export function StuckBadge() {
  return (
    <span class="badge badge-failed">
      <Icon name="triangle-alert" />
      Stuck
    </span>
  );
}

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

export const statusIcons: Record<ShownStatus, IconName> = {
  pending: "clock",
  waiting: "clock",
  queued: "hourglass",
  delayed: "timer",
  running: "play",
  completed: "circle-check",
  "not needed": "chevron-right",
  failed: "circle-x",
  cleared: "check",
  cancelled: "ban",
  paused: "pause",
  frozen: "snowflake",
};
