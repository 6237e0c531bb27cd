// What is in work now: the jobs that run, and those that stand still in the middle of their run.

import type { RunningLine } from "../../../views/parts/running-list.tsx";
import { runEstimate } from "../../queue/run-estimate.ts";
import { type Stuck, stuckFor } from "../../queue/stuck.ts";
import { runTimes } from "../api/job-timing.ts";
import { stuckThresholdS, whysOfJobs } from "../api/job-view.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { kindLabel, targetHref, waits } from "./job-lines.ts";

export async function runningLines(app: App): Promise<RunningLine[]> {
  const hideGroups = await hiddenGroups(app);
  const shown = hideGroups.length > 0 ? { hideGroups } : {};
  const mine = new Map(app.worker.running().map((run) => [run.id, run]));
  const frozen = [...mine.values()].flatMap((run) => (run.isFrozen ? [run.id] : []));
  const { jobs } = await app.store.list({ status: ["running"], ...shown }, "newest", 0, 100);
  // Those that stand still count as paused, and belong to what is in work all the same.
  const still =
    frozen.length === 0
      ? []
      : (await app.store.list({ ids: frozen, ...shown }, "newest", 0, 100)).jobs.filter(
          (job) => job.frozen && !jobs.some(({ id }) => id === job.id),
        );
  const now = app.clock.now();
  const whys = await whysOfJobs(app, [...still, ...jobs.filter((job) => app.worker.waitsForSlot(job.id))]);
  return [...jobs, ...still]
    .map((row) => {
      // Fresher than the row: reports reach the database in batches.
      const job = { ...row, progress: mine.get(row.id)?.progress ?? row.progress };
      const reason = whys.get(job.id)?.reason;
      return {
        id: job.id,
        kindLabel: kindLabel(app, job),
        target: job.subject.label,
        targetHref: targetHref(job),
        progress: job.progress,
        startedAt: job.startedAt ?? job.createdAt,
        remaining: reason ? null : runEstimate(job, now, runTimes(app, job.kind)),
        queue: job.queue,
        host: hostOf(job.worker),
        silentMin: silentMin(stuckFor(job, stuckThresholdS(app, job.kind), now)),
        standsStill: reason ? waits(reason, job, []) : null,
        mayGoOn: job.frozen,
      };
    })
    .sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime() || a.id - b.id);
}

/** In whole minutes, so that the line does not change with every look; null while it shows signs of life. */
function silentMin(stuck: Stuck | undefined): number | null {
  return stuck ? Math.max(1, Math.floor(stuck.silentS / 60)) : null;
}

/** `nas-4711-1a2b` → `nas`. */
function hostOf(worker: string | null): string | null {
  return worker?.replace(/-\d+-[0-9a-f]{4}$/, "") ?? null;
}
