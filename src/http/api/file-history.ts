// A file's whole life: every job about it with every attempt, newest first, also from before it was merged by a move.

import { idsOf } from "../../library/files.ts";
import type { Attempt, Job } from "../../queue/job.ts";
import type { App } from "../context.ts";
import { type JobView, jobViews } from "./job-view.ts";

export interface FileHistory {
  data: (JobView & { attempts: AttemptView[] })[];
  total: number;
}

export type AttemptView = Omit<Attempt, "startedAt" | "finishedAt"> & {
  startedAt: string;
  finishedAt: string | null;
};

export async function fileHistory(
  app: App,
  fileId: number,
  offset: number,
  limit: number,
): Promise<FileHistory> {
  const jobs: Job[] = [];
  let total = 0;
  // Nearly always one id; those of merged files are few, so each may be read up to the page's end.
  for (const id of await idsOf(app.db, fileId)) {
    const page = await app.store.list({ subject: { type: "file", id } }, "newest", 0, offset + limit);
    jobs.push(...page.jobs);
    total += page.total;
  }
  const shown = jobs.sort((a, b) => b.id - a.id).slice(offset, offset + limit);
  const views = await jobViews(app, shown);
  const data = await Promise.all(
    views.map(async (view) => ({
      ...view,
      attempts: (await app.store.attempts(Number(view.id))).map(attemptView).reverse(),
    })),
  );
  return { data, total };
}

function attemptView(attempt: Attempt): AttemptView {
  return {
    ...attempt,
    startedAt: attempt.startedAt.toISOString(),
    finishedAt: attempt.finishedAt?.toISOString() ?? null,
  };
}
