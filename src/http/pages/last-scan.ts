// How the last scans of libraries ended, where they did not end well: an unmounted disk looks like an empty library.

import { failureCodes } from "../../jobs/failures.ts";
import { scanKinds } from "../../jobs/scan.ts";
import type { App } from "../context.ts";

export interface ScanTrouble {
  jobId: number;
  at: Date;
  code: string;
  message: string;
  meaning: string | null;
  nextStep: string | null;
}

/** Null when the newest scan of each type of media went well, or is still to end. */
export async function scanTrouble(app: Pick<App, "store">, libraryId: number): Promise<ScanTrouble | null> {
  const filter = { subject: { type: "library" as const, id: libraryId }, kind: Object.values(scanKinds) };
  const { jobs } = await app.store.list(filter, "newest", 0, looksAt);
  for (const kind of filter.kind) {
    const newest = jobs.find((job) => job.kind === kind);
    if (newest?.status !== "failed" || !newest.failure || newest.acknowledgedAt) continue;
    const known = failureCodes[newest.failure.code];
    return {
      jobId: newest.id,
      at: newest.finishedAt ?? newest.createdAt,
      code: newest.failure.code,
      message: newest.failure.message,
      meaning: known?.meaning ?? null,
      nextStep: known?.nextStep ?? null,
    };
  }
  return null;
}

/** Scans of all types come in turns. */
const looksAt = 12;
