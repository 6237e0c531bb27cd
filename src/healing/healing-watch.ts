// Row I2 and I7: every ten seconds looks for stuck jobs, writes each down once, and, where the owner wants it, ends them. A
// job that moves is never touched, however long it runs: only silence counts.

import { recordEvent } from "../history/event-log.ts";
import type { Stuck } from "../queue/stuck.ts";
import type { RunningJob } from "../queue/worker.ts";
import type { Loop } from "../runtime/service.ts";
import type { HealingParts } from "./parts.ts";
import { noteChangedFiles } from "./quarantine.ts";
import { aboutStuck, endStuck, stuckFailure, stuckJobs, whatBecomes } from "./stuck-jobs.ts";

export interface WatchParts extends HealingParts {
  worker: {
    running(): Pick<RunningJob, "id" | "startedAt">[];
    /** The machine has just woken: how long a run was silent is not known yet. */
    hasMissedBeats(): boolean;
    /** Gives back whatever runs and begins anew. */
    restart(): Promise<number>;
  };
}

/** Within 30 s of a threshold a stuck job is known. */
const everyMs = 10_000;
/** How long a run that was ended may take to give its slot back. */
const slotFreeWithinMs = 15_000;
const mostKnown = 1000;
/** As many stuck runs within an hour, and the worker itself is suspected: what runs well beside them starts anew as well. */
const stuckRunsAnHour = 3;
const hourMs = 60 * 60_000;

interface Evicted {
  id: number;
  at: number;
}

export function healingWatch(parts: WatchParts): Loop {
  /** Attempts that are written down: `17-1767225600000`, by job and start. */
  let known = new Set<string>();
  let evicted: Evicted[] = [];
  let stuckAt: number[] = [];
  let healedAt = Number.NEGATIVE_INFINITY;

  return {
    name: "healing watch",
    everyMs,
    async step() {
      const stuck = parts.worker.hasMissedBeats() ? [] : await stuckJobs(parts);
      await noteChangedFiles(parts);
      for (const one of stuck.filter((one) => !known.has(runOf(one)))) {
        known.add(runOf(one));
        await tellStuck(parts, one);
      }
      if (known.size > mostKnown) known = new Set(stuck.map(runOf));
      const now = parts.clock.now();
      const { enabled, action, checkIntervalS } = parts.settings.get("autoHeal");
      if (!enabled) {
        evicted = [];
        return;
      }
      await restartIfHeld(now);
      // The clock may have been set back meanwhile.
      if (Math.abs(now - healedAt) < checkIntervalS * 1000) return;
      healedAt = now;
      if (action === "alert_only") return;
      const again = action === "clear_and_restart";
      for (const one of stuck) await heal(one, again, now);
      stuckAt = stuckAt.filter((at) => now - at < hourMs);
      if (again && stuckAt.length >= stuckRunsAnHour)
        await restart(`${stuckAt.length} runs have got stuck within an hour`);
    },
  };

  async function heal(one: Stuck, again: boolean, now: number): Promise<void> {
    if (!(await endStuck(parts, one, again))) return;
    stuckAt.push(now);
    if (again) evicted.push({ id: one.job.id, at: now });
    await recordEvent(parts, {
      event: "auto-heal",
      ...aboutStuck(one),
      detail: `${stuckFailure(one).message}; ${whatBecomes(one.job, again)}`,
    });
    parts.log.warn("a stuck job was ended", { job_id: one.job.id, kind: one.job.kind, silentS: one.silentS });
  }

  /** A run that was ended long ago and still stands in its slot. */
  async function restartIfHeld(now: number): Promise<void> {
    const running = parts.worker.running();
    // The same job may run anew by now.
    const holds = (one: Evicted) =>
      running.some(({ id, startedAt }) => id === one.id && startedAt.getTime() < one.at);
    evicted = evicted.filter(holds);
    const late = evicted.find((one) => now - one.at >= slotFreeWithinMs);
    if (late) await restart(`job ${late.id} was ended and did not give its slot back`);
  }

  async function restart(why: string): Promise<void> {
    evicted = [];
    stuckAt = [];
    await recordEvent(parts, { event: "restarted", detail: `auto-heal restarted the worker: ${why}` });
    parts.log.warn("auto-heal restarts the worker", { why });
    // Not waited for: whatever keeps a run from ending must not keep the watch from watching.
    parts.worker.restart().catch((error) => parts.log.error("the worker could not be restarted", { error }));
  }
}

async function tellStuck(parts: WatchParts, one: Stuck): Promise<void> {
  const { enabled, action } = parts.settings.get("autoHeal");
  await recordEvent(parts, { event: "stuck", ...aboutStuck(one), detail: stuckFailure(one).message });
  if (enabled && action === "alert_only")
    await recordEvent(parts, {
      event: "auto-heal",
      ...aboutStuck(one),
      detail: "left alone: auto-heal only alerts",
    });
  const { id, queue } = one.job;
  parts.events.publish({ topic: "job", id, queue, what: "progress" });
  parts.events.publish({ topic: "queue", queue });
}

function runOf({ job }: Stuck): string {
  return `${job.id}-${job.startedAt?.getTime()}`;
}
