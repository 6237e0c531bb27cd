// Quiet hours in words: which hours, on which days, for which work.

import type { QuietWindow } from "../../src/settings/yield.ts";

/** As rows of a week, which begins on Monday. */
export const dayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

export const categoryNames = { cpu: "CPU work", gpu_encode: "GPU encoding", gpu_ai: "GPU recognition" };

/** `Night, 22:00 to 07:00`. */
export function windowTitle({ name, from, to }: Pick<QuietWindow, "name" | "from" | "to">): string {
  const hours = from === to ? `from ${from} for a day` : `${from} to ${to}`;
  return name ? `${name}, ${hours}` : hours;
}

/** `Mon to Fri · GPU encoding · what runs stands still`. */
export function windowDetail({ days, queues = [], categories = [], mode }: QuietWindow): string {
  const work = [...categories.map((name) => categoryNames[name]), ...queues];
  const what = work.length === 0 ? "all work" : work.join(", ");
  const how = mode && (mode === "freeze" ? "what runs stands still" : "what runs goes on to its end");
  return [daysInWords(days), what, how].filter(Boolean).join(" · ");
}

/** `every day`, `Mon to Fri`, `Sat, Sun`. */
function daysInWords(days: readonly number[] | undefined): string {
  if (!days?.length || days.length === 7) return "every day";
  const rows = days.map((day) => (day + 6) % 7).sort((a, b) => a - b);
  const isRun = rows.length > 2 && rows.every((row, i) => i === 0 || row === rows[i - 1]! + 1);
  if (isRun) return `${dayNames[rows[0]!]} to ${dayNames[rows.at(-1)!]}`;
  return rows.map((row) => dayNames[row]).join(", ");
}
