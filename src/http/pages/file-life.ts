// The jobs about a file with their attempts, newest first, as its page shows them.

import type { HistoryEntry } from "../../../views/parts/file-history.tsx";
import { failureCodes } from "../../jobs/failures.ts";
import { lifeOf } from "../../library/content-life.ts";
import { getFile } from "../../library/files.ts";
import { jobsOfLife } from "../api/file-history.ts";
import { jobViews } from "../api/job-view.ts";
import type { App } from "../context.ts";

const most = 30;

export async function historyOf(
  app: App,
  fileId: number,
): Promise<{ entries: HistoryEntry[]; older: number }> {
  const life = await lifeOf(app.db, await getFile(app.db, fileId));
  const { jobs: shown, total } = await jobsOfLife(app, life, 0, most);
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
