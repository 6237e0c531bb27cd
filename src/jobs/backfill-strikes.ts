// Row A12: a backfill gives a file up after three failed jobs of one kind. `pending-files.ts` reads the strikes; a success
// wipes them, and so does a change of the file (the scan starts it anew).

import { and, eq, sql } from "drizzle-orm";
import { backfillStrike } from "../db/tables/library.ts";
import type { JobStore } from "../queue/job-store.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Service } from "../runtime/service.ts";
import type { Tools } from "./tools.ts";

export function backfillStrikes(parts: {
  db: Tools["db"];
  store: JobStore;
  events: EventBus;
  log: Logger;
}): Service {
  let stop = () => {};
  return {
    name: "backfill strikes",
    start() {
      stop = parts.events.subscribe((e) => {
        if (e.topic !== "job" || e.what !== "settled") return;
        note(parts, e.id).catch((error) =>
          parts.log.error("a strike was not noted", { job_id: e.id, error }),
        );
      });
    },
    stop: () => stop(),
  };
}

async function note({ db, store }: { db: Tools["db"]; store: JobStore }, jobId: number): Promise<void> {
  const job = await store.get(jobId);
  const fileId = job?.subject.type === "file" ? job.subject.id : null;
  if (!job || fileId === null) return;
  const strikes = { fileId, kind: job.kind, strikes: 1 };
  if (job.status === "failed" && job.backfill)
    await db
      .insert(backfillStrike)
      .values(strikes)
      .onConflictDoUpdate({
        target: [backfillStrike.fileId, backfillStrike.kind],
        set: { strikes: sql`${backfillStrike.strikes} + 1` },
      });
  else if (job.status === "completed")
    await db
      .delete(backfillStrike)
      .where(and(eq(backfillStrike.fileId, fileId), eq(backfillStrike.kind, job.kind)));
}
