// What stands on charts as ticks, in groups that differ in their strokes as well as in colour.

export type MarkGroup = "upgrade" | "setting" | "scan" | "pause";

export const markGroups: Record<MarkGroup, string> = {
  upgrade: "Upgrade",
  pause: "Pause, resume, restart",
  setting: "Setting",
  scan: "Scan",
};

export function markTone(event: string): MarkGroup {
  return event === "upgrade" || event === "setting" || event === "scan" ? event : "pause";
}
