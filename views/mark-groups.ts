// What stands on charts as ticks, in groups that differ in height as well as in colour.

export type MarkGroup = "upgrade" | "setting" | "scan" | "pause";

/** Of a plot that is 100 high. */
export const markGroups: Record<MarkGroup, { label: string; from: number; to: number }> = {
  upgrade: { label: "Upgrade", from: 0, to: 100 },
  pause: { label: "Pause, resume, restart", from: 0, to: 60 },
  setting: { label: "Setting", from: 0, to: 30 },
  scan: { label: "Scan", from: 85, to: 100 },
};

export function markTone(event: string): MarkGroup {
  return event === "upgrade" || event === "setting" || event === "scan" ? event : "pause";
}
