// Exchanges the moments that a digest chose in one go. One that somebody has changed since is theirs, and stays.

import { and, eq, gt } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { moment } from "../db/tables/media.ts";

export function replaceDigestMoments(
  db: Db,
  fileId: number,
  stretches: { startMs: number; endMs: number }[],
  now: Date,
): void {
  const chosen = and(eq(moment.fileId, fileId), eq(moment.source, "digest"));
  db.transaction((tx) => {
    tx.update(moment)
      .set({ source: "user" })
      .where(and(chosen, gt(moment.updatedAt, moment.createdAt)))
      .run();
    tx.delete(moment).where(chosen).run();
    if (stretches.length === 0) return;
    const rows = stretches.map(({ startMs, endMs }, n) => ({
      ...{ fileId, startMs, endMs, title: `Best moment ${n + 1}`, source: "digest" as const },
      createdAt: now,
      updatedAt: now,
    }));
    tx.insert(moment).values(rows).run();
  });
}
