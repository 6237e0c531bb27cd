// The queues as the dashboard shows them: the API's view of each with what holds it and how it went in the last hour, less
// those this build has no work for.

import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import type { Totals } from "../../../views/parts/tiles.tsx";
import { type QueueView, queueViews } from "../api/queue-view.ts";
import type { App } from "../context.ts";
import { holdOf, lackOf } from "./queue-hindrance.ts";
import { noPace, pacesNow } from "./queue-pace.ts";

/** A queue that worked so lately keeps its card: cards must not come and go with every job. */
const quietAfterMs = 5 * 60_000;

/** In the catalogue's order; a queue without a kind shows only while it holds jobs. */
export async function queueFigures(app: App): Promise<QueueFigures[]> {
  const { kinds } = app.queue.catalogue;
  const [views, tallies] = await Promise.all([queueViews(app), app.store.tallies()]);
  const paces = pacesNow(app);
  const now = app.clock.now();
  return views
    .filter((q) => q.kinds.length > 0 || openIn(q) + q.failed > 0)
    .map((q) => {
      const lanes = tallies.filter((tally) => tally.lane.queue === q.name);
      const figures = {
        ...q,
        pausedUntil: q.pausedUntil ? new Date(q.pausedUntil) : null,
        lastCompletedAt: q.lastCompletedAt ? new Date(q.lastCompletedAt) : null,
        canRun: kinds.some((k) => k.queue === q.name && k.pending),
        oldestWaitingAt: q.oldestWaitingS === null ? null : bornAt(now, q.oldestWaitingS),
        hold: holdOf(app, q.name, openIn(q) > 0),
        lack: q.active > 0 || q.isPaused ? null : lackOf(app, lanes),
        pace: paces.get(q.name) ?? noPace,
      };
      return { ...figures, isQuiet: isQuiet(figures, now) };
    });
}

export function totalsOf(queues: QueueFigures[]): Totals {
  const totals: Totals = {
    running: 0,
    waiting: 0,
    delayed: 0,
    failed: 0,
    paused: 0,
    finished: 0,
    oldestAt: null,
  };
  for (const q of queues) {
    totals.running += q.active;
    totals.waiting += q.waiting;
    totals.delayed += q.delayed;
    totals.failed += q.failed;
    totals.paused += q.paused;
    totals.finished += q.completed;
    if (q.oldestWaitingAt && (!totals.oldestAt || q.oldestWaitingAt < totals.oldestAt))
      totals.oldestAt = q.oldestWaitingAt;
  }
  return totals;
}

function openIn(q: Pick<QueueView, "waiting" | "active" | "delayed" | "paused">): number {
  return q.waiting + q.active + q.delayed + q.paused;
}

/** Nothing to tell: no work now or lately, no failure, and nobody paused this queue alone. */
function isQuiet(q: Omit<QueueFigures, "isQuiet">, now: number): boolean {
  const workedLately = q.lastCompletedAt !== null && now - q.lastCompletedAt.getTime() < quietAfterMs;
  return (
    openIn(q) + q.failed === 0 &&
    q.stuckJobs.length === 0 &&
    !(q.isPaused && !q.isEverythingPaused) &&
    !workedLately
  );
}

/** Rounded, so that a card does not change with every look at the clock, and never by more than its age bears. */
function bornAt(now: number, ageS: number): Date {
  const step = ageS < 300 ? 5000 : 60_000;
  return new Date(Math.floor((now - ageS * 1000) / step) * step);
}
