// The jobs about a file with their attempts, newest first, as its page shows them.

import type { HistoryEntry } from "../../../views/parts/file-history.tsx";
import { failureCodes } from "../../jobs/failures.ts";
import { idsOf } from "../../library/files.ts";
import type { Job } from "../../queue/job.ts";
import { jobViews } from "../api/job-view.ts";
import type { App } from "../context.ts";

const most = 30;

export async function historyOf(
  app: App,
  fileId: number,
): Promise<{ entries: HistoryEntry[]; older: number }> {
  const jobs: Job[] = [];
  let total = 0;
  for (const id of await idsOf(app.db, fileId)) {
    const found = await app.store.list({ subject: { type: "file", id } }, "newest", 0, most);
    jobs.push(...found.jobs);
    total += found.total;
  }
  const shown = jobs.sort((a, b) => b.id - a.id).slice(0, most);
  const views = await jobViews(app, shown);
  const entries = await Promise.all(
    shown.map(async (job, i): Promise<HistoryEntry> => {
      const view = views[i]!;
      const known = job.failure ? failureCodes[job.failure.code] : undefined;
      return {
        job: { ...job, status: view.status },
        kindLabel: view.label,
        attempts: await app.store.attempts(job.id),
        why: view.waitingReason,
        meaning: known?.meaning ?? null,
        hint: known?.nextStep ?? null,
      };
    }),
  );
  return { entries, older: total - shown.length };
}
