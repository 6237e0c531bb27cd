// What ended last, and how long it took.

import type { RecentLine } from "../../../views/parts/recent-list.tsx";
import { workedS } from "../../queue/run-estimate.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { kindLabel, targetHref } from "./job-lines.ts";

const shown = 5;

export async function recentLines(app: App): Promise<RecentLine[]> {
  const hideGroups = await hiddenGroups(app);
  const { jobs } = await app.store.list(
    { status: ["completed", "failed"], ...(hideGroups.length > 0 ? { hideGroups } : {}) },
    "finished",
    0,
    shown,
  );
  const now = app.clock.now();
  return jobs.map((job) => ({
    id: job.id,
    kindLabel: kindLabel(app, job),
    target: job.subject.label,
    targetHref: targetHref(job),
    status:
      job.status === "failed"
        ? "failed"
        : job.outcomeNote?.startsWith("not_needed")
          ? "not needed"
          : "completed",
    tookS: job.startedAt ? workedS(job, now) : null,
    finishedAt: job.finishedAt ?? job.createdAt,
  }));
}
