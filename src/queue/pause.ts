// Whether a queue stands still because somebody paused it, or everything.

import { type PauseEnd, pauseEndsAt } from "./job.ts";
import { everyQueue, type PauseMode, type QueueState } from "./job-store.ts";

export interface Pause {
  by: string | null;
  since: Date;
  ends: PauseEnd;
  mode: PauseMode;
  /** All queues are paused, not this one alone. */
  everything: boolean;
}

/**
 * The pause that holds a queue longest; undefined when it runs. Where one of two freezes, what runs stands still: who
 * freezes everything means the queues too that others drain.
 */
export function pauseOf(
  states: ReadonlyMap<string, QueueState>,
  queue: string,
  now: number,
): Pause | undefined {
  const own = pause(states.get(queue), now);
  const all = pause(states.get(everyQueue), now);
  if (!own || !all) return own ?? all;
  const mode = own.mode === "freeze" ? own.mode : all.mode;
  return { ...(endsAt(own.ends) >= endsAt(all.ends) ? own : all), mode };
}

function pause(state: QueueState | undefined, now: number): Pause | undefined {
  if (!state?.pausedAt || endsAt(state.pauseEnds) <= now) return undefined;
  return {
    by: state.pausedBy,
    since: state.pausedAt,
    ends: state.pauseEnds,
    mode: state.pauseMode,
    everything: state.queue === everyQueue,
  };
}

function endsAt(ends: PauseEnd): number {
  return pauseEndsAt(ends) ?? Number.POSITIVE_INFINITY;
}
