// What the events of the history are called.

import { dateTime } from "../format.ts";

const words: Record<string, string> = {
  stuck: "Stuck",
  cleared: "Stuck job ended",
  "auto-heal": "Auto-heal",
  orphaned: "Orphaned",
  paused: "Paused",
  resumed: "Resumed",
  quarantined: "Quarantined",
  released: "Released",
  upgrade: "Upgrade",
  setting: "Setting changed",
  scan: "Scan",
  failed: "Failed",
  restarted: "Workers restarted",
  bulk: "Bulk act",
  killed: "Killed",
  held: "Made way",
  import: "Import",
};

/** Details are stored as the log has them: moments in UTC. */
export function detailWords(detail: string): string {
  return detail.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (moment) => dateTime(new Date(moment)));
}

export function eventWords(event: string): string {
  return words[event] ?? event;
}
