// Quiet hours: windows of the week in which the named work rests. Times are local to the server (`TZ`), so that 22:00 stays
// 22:00 when the clocks change; a time that the clocks jump over begins when they have jumped.

import type { PauseMode } from "../queue/job-store.ts";
import type { QuietWindow } from "../settings/yield.ts";
import type { Found, HeldLane } from "./source.ts";

/** A window as it is open at some moment. */
export interface OpenWindow {
  window: QuietWindow;
  since: Date;
  until: Date;
}

export function openWindows(windows: readonly QuietWindow[], now: number): OpenWindow[] {
  return windows.flatMap((window) => {
    const found = occurrences(window, now).find(
      ({ since, until }) => since.getTime() <= now && now < until.getTime(),
    );
    return found ?? [];
  });
}

/** The first moment from `now` on at which no window rests this work; null when there is none within a week. */
export function nextOpening(windows: readonly QuietWindow[], lane: HeldLane, now: number): Date | null {
  const mine = windows.filter((window) => rests(window, lane));
  // An hour more than a week: the week that has a day of 25.
  const horizon = now + (7 * 24 + 1) * 3_600_000;
  let at = now;
  while (at <= horizon) {
    const ends = openWindows(mine, at).map(({ until }) => until.getTime());
    if (ends.length === 0) return new Date(at);
    at = Math.max(...ends);
  }
  return null;
}

/** Whether work of this lane is what the window names. */
export function rests({ queues = [], categories = [] }: QuietWindow, lane: HeldLane): boolean {
  if (queues.length === 0 && categories.length === 0) return true;
  return queues.includes(lane.queue) || categories.includes(lane.category);
}

export function windowHolds(
  windows: readonly QuietWindow[],
  now: number,
  { mode, exempt }: { mode: PauseMode; exempt: (lane: HeldLane) => boolean },
): Found[] {
  return openWindows(windows, now).map(({ window, since, until }) => ({
    code: "window",
    text: `Quiet hours${window.name ? ` “${window.name}”` : ""} from ${window.from} to ${window.to}`,
    since,
    until,
    mode: window.mode ?? mode,
    holds: (lane) => rests(window, lane) && !exempt(lane),
    substance: `window ${since.getTime()} ${JSON.stringify(window)} ${mode}`,
  }));
}

/** Those that could be open now: of today and yesterday, with the day that each began on. */
function occurrences(window: QuietWindow, now: number): OpenWindow[] {
  const today = new Date(now);
  const overMidnight = window.to <= window.from;
  return [0, -1].flatMap((offset) => {
    const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() + offset);
    if (window.days?.length && !window.days.includes(day.getDay())) return [];
    return { window, since: at(day, 0, window.from), until: at(day, overMidnight ? 1 : 0, window.to) };
  });
}

function at(day: Date, later: number, time: string): Date {
  const [hour, minute] = time.split(":").map(Number) as [number, number];
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + later, hour, minute);
}
