// Whether it is known already that nothing can be made of a picture, so that each look at a broken one does not add a
// failed job.

import { stat } from "node:fs/promises";
import type { FileRow } from "../../db/tables/library.ts";
import { ofContent } from "../../jobs/derived.ts";
import { findDerivative } from "../../library/derivatives.ts";
import { absolutePath } from "../../library/files.ts";
import type { Failure, Job } from "../../queue/job.ts";
import type { App } from "../context.ts";

/** What the newest try found; undefined when nobody has tried, or the file changed since. */
export async function knownFault(app: Pick<App, "db" | "store">, row: FileRow): Promise<Failure | undefined> {
  const subject = { type: "file", id: row.id } as const;
  const filter = { subject, kind: ["image-transform", "image-thumbnail"] };
  const { jobs } = await app.store.list(filter, "newest", 0, recent);
  const last = jobs.find(({ status }) => status === "completed" || status === "failed");
  if (!last?.startedAt) return undefined;
  // The time of the last change to name, rights or content: a copy that keeps its date changes this all the same.
  const { ctimeMs } = await stat(await absolutePath(app.db, row));
  if (last.startedAt.getTime() <= ctimeMs) return undefined;
  return (await isBarren(app, row, last)) ? { code: row.reasonCode!, message: row.reason! } : faultIn(last);
}

/** Damaged, and its thumbnail came to nothing, which is no second failure of the same cause. */
async function isBarren({ db }: Pick<App, "db">, row: FileRow, last: Job): Promise<boolean> {
  if (row.state !== "invalid" || !row.reasonCode || !row.reason || !ofContent.includes(row.reasonCode))
    return false;
  if (last.kind !== "image-thumbnail" || last.status !== "completed") return false;
  return (await findDerivative(db, row.id, "preview")) === undefined;
}

function faultIn({ status, failure }: Job): Failure | undefined {
  return status === "failed" && failure && ofContent.includes(failure.code) ? failure : undefined;
}

const recent = 20;
