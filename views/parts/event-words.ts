// What the events of the history are called, and their icons.

import { dateTime } from "../format.ts";
import type { IconName } from "./icon-paths.ts";

const words: Record<string, [label: string, icon: IconName]> = {
  stuck: ["Stuck", "hourglass"],
  cleared: ["Stuck job ended", "square"],
  "auto-heal": ["Auto-heal", "heart-pulse"],
  orphaned: ["Orphaned", "skull"],
  paused: ["Paused", "pause"],
  resumed: ["Resumed", "play"],
  quarantined: ["Quarantined", "lock"],
  released: ["Released", "shield-check"],
  upgrade: ["Upgrade", "package"],
  setting: ["Setting changed", "settings"],
  scan: ["Scan", "folder"],
  failed: ["Failed", "circle-x"],
  restarted: ["Workers restarted", "refresh-cw"],
  bulk: ["Bulk act", "layers"],
  killed: ["Killed", "skull"],
  held: ["Made way", "snowflake"],
  import: ["Import", "download"],
};

/** Details are stored as the log has them: moments in UTC. */
export function detailWords(detail: string): string {
  return detail.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (moment) => dateTime(new Date(moment)));
}

export function eventWords(event: string): string {
  return words[event]?.[0] ?? event;
}

export function eventIcon(event: string): IconName {
  return words[event]?.[1] ?? "activity";
}
