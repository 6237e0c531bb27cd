// The quiet hours of a week at a glance: a bar for each on its days, and a line where now is.

import type { QuietWindow } from "../../src/settings/yield.ts";
import { dayNames, windowTitle } from "./quiet-words.ts";

export interface QuietWeek {
  windows: QuietWindow[];
  /** On which days they lie, Monday is 0, from which minute to which. */
  bars: { index: number; day: number; from: number; to: number }[];
  now: { day: number; minute: number };
  open: { index: number; until: Date }[];
  next: { index: number; at: Date } | null | undefined;
}

/** The list below says the same: to screen readers it is one picture. */
export function WeekStrip({ week }: { week: QuietWeek }) {
  const { bars, now, windows } = week;
  return (
    <div class="week" role="img" aria-label="The quiet hours of the week, as in the list below">
      <div class="week-days">
        {dayNames.map((day, i) => (
          <span class={i === now.day ? "today" : undefined}>{day}</span>
        ))}
      </div>
      <svg viewBox="0 0 1440 700" preserveAspectRatio="none" aria-hidden="true">
        {[0, 1, 2, 3, 4, 5, 6].map((day) => (
          <rect class="day" x="0" y={day * 100 + 12} width="1440" height="76" />
        ))}
        {[360, 720, 1080].map((minute) => (
          <path class="hour" d={`M${minute} 0V700`} />
        ))}
        {bars.map(({ index, day, from, to }) => (
          <rect class="quiet" x={from} y={day * 100 + 12} width={Math.max(to - from, 4)} height="76">
            <title>{`${dayNames[day]}, ${windowTitle(windows[index]!)}`}</title>
          </rect>
        ))}
        <path class="now" d={`M${now.minute} ${now.day * 100}v100`} />
      </svg>
      <div class="week-hours">
        {["0:00", "6:00", "12:00", "18:00", "24:00"].map((hour) => (
          <span>{hour}</span>
        ))}
      </div>
    </div>
  );
}
