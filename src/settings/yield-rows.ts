// How the parts of `yield` stand on the settings page: one row for each thing the server makes way for.

import type { PartsRow } from "./rows.ts";

export const yieldRows: PartsRow[] = [
  {
    id: "quietHours",
    label: "Quiet hours",
    help: "Hours of the week in which work rests: all of it, or some queues and kinds of work.",
    parts: ["quietHours"],
  },
  {
    id: "mediaServers",
    label: "Media servers",
    help: "Work rests while somebody watches or listens on a Jellyfin, Emby or Plex server. Each is asked every 15 s.",
    parts: ["playback.servers"],
  },
  {
    id: "playback",
    label: "Playback",
    help: "Work rests while somebody plays a file in Sprocket, and for a while after anything was played anywhere.",
    parts: ["playback.own", "playback.graceS"],
  },
  {
    id: "cpuLoad",
    label: "CPU use of other programs",
    help: "Work rests while other programs use more than this for half a minute. Empty: not looked at.",
    parts: ["cpuLoad"],
  },
  {
    id: "diskFree",
    label: "Free disk space",
    help: "Jobs that write rest while the data folder's disk has less room, and go on when there is a tenth more. 0: not looked at.",
    parts: ["diskFreeMb"],
  },
  {
    id: "yieldMode",
    label: "What runs already",
    help: "What becomes of running jobs when work rests. Quiet hours may say it for themselves.",
    parts: ["mode"],
  },
];
