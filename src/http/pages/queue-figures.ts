// The queues as the dashboard shows them: the API's view of each, less those this build has no work for.

import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import type { Totals } from "../../../views/parts/tiles.tsx";
import { queueViews } from "../api/queue-view.ts";
import type { App } from "../context.ts";

/** In the catalogue's order; a queue without a kind shows only while it holds jobs. */
export async function queueFigures(app: App): Promise<QueueFigures[]> {
  const { kinds } = app.queue.catalogue;
  return (await queueViews(app))
    .filter((q) => q.kinds.length > 0 || q.waiting + q.active + q.delayed + q.paused + q.failed > 0)
    .map((q) => ({
      ...q,
      pausedUntil: q.pausedUntil ? new Date(q.pausedUntil) : null,
      lastCompletedAt: q.lastCompletedAt ? new Date(q.lastCompletedAt) : null,
      canRun: kinds.some((k) => k.queue === q.name && k.pending),
      // To the minute, so that a card does not change with every look at the clock.
      oldestWaitingAt: q.oldestWaitingS === null ? null : toMinute(app.clock.now() - q.oldestWaitingS * 1000),
    }));
}

export function totalsOf(queues: QueueFigures[]): Totals {
  const totals: Totals = { running: 0, waiting: 0, delayed: 0, failed: 0, paused: 0, finished: 0 };
  for (const q of queues) {
    totals.running += q.active;
    totals.waiting += q.waiting;
    totals.delayed += q.delayed;
    totals.failed += q.failed;
    totals.paused += q.paused;
    totals.finished += q.completed;
  }
  return totals;
}

function toMinute(ms: number): Date {
  return new Date(Math.floor(ms / 60_000) * 60_000);
}
