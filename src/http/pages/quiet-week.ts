// Quiet hours as a week that one can look at: bars on days, what is open now until when, and what begins next. Times are
// local to the server, as the windows themselves are.

import type { QuietWeek } from "../../../views/parts/week-strip.tsx";
import type { QuietWindow } from "../../settings/yield.ts";
import { openWindows } from "../../yielding/quiet-hours.ts";

export function quietWeek(windows: readonly QuietWindow[], now: number): QuietWeek {
  const today = new Date(now);
  const next = nextBeginning(windows, now);
  return {
    windows: [...windows],
    bars: windows.flatMap((window, index) => barsOf(window, index)),
    now: { day: rowOf(today.getDay()), minute: today.getHours() * 60 + today.getMinutes() },
    open: openWindows(windows, now).map(({ window, until }) => ({
      index: windows.indexOf(window),
      until,
    })),
    next: next && { index: next.index, at: next.at },
  };
}

/** Over midnight it goes on in the next day's row, from Sunday's into Monday's. */
function barsOf(window: QuietWindow, index: number): QuietWeek["bars"] {
  const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
  return daysOf(window).flatMap((weekday) => {
    const day = rowOf(weekday);
    if (to > from) return [{ index, day, from, to }];
    const rest = to > 0 ? [{ index, day: (day + 1) % 7, from: 0, to }] : [];
    return [{ index, day, from, to: 1440 }, ...rest];
  });
}

/** Of those that are not open now. */
function nextBeginning(
  windows: readonly QuietWindow[],
  now: number,
): { index: number; at: Date } | undefined {
  const today = new Date(now);
  return windows
    .flatMap((window, index) =>
      Array.from({ length: 8 }, (_, later) => {
        const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() + later);
        const minute = minuteOf(window.from);
        const at = new Date(day.getFullYear(), day.getMonth(), day.getDate(), 0, minute);
        return { index, at, begins: daysOf(window).includes(day.getDay()) };
      }),
    )
    .filter(({ at, begins }) => begins && at.getTime() > now)
    .sort((a, b) => a.at.getTime() - b.at.getTime())[0];
}

function daysOf({ days }: QuietWindow): number[] {
  return days?.length ? days : [0, 1, 2, 3, 4, 5, 6];
}

/** Weeks begin on Monday here, and on Sunday in a Date. */
function rowOf(weekday: number): number {
  return (weekday + 6) % 7;
}

function minuteOf(time: string): number {
  const [hour, minute] = time.split(":").map(Number) as [number, number];
  return hour * 60 + minute;
}
