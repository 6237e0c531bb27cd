// What the events of the history are called.

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

export function eventWords(event: string): string {
  return words[event] ?? event;
}
