// Causes of failure that somebody has chosen to ignore: what has failed of them is cleared, and what fails later is cleared
// as it comes, until a time or until somebody takes it back.

import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { type IgnoredCauseRow, ignoredCause } from "../db/tables/healing.ts";
import { recordEvent } from "../history/event-log.ts";
import type { Job } from "../queue/job.ts";
import { NotFound } from "../runtime/errors.ts";
import type { HealingParts } from "./parts.ts";

export interface Ignoring {
  by: string;
  until: Date | null;
  note: string | null;
}

/** The newest first, without those whose time is over. */
export async function ignoredCauses({
  db,
  clock,
}: Pick<HealingParts, "db" | "clock">): Promise<IgnoredCauseRow[]> {
  return await db
    .select()
    .from(ignoredCause)
    .where(stillIgnored(clock.now()))
    .orderBy(desc(ignoredCause.ignoredAt));
}

/** Answers how many failures were cleared. `cause` is what the ignored failures said, and how many it has cleared so far. */
export async function ignoreCause(
  parts: HealingParts,
  cause: { fingerprint: string; code: string; message: string; cleared?: number },
  { by, until, note }: Ignoring,
  hideGroups: number[],
): Promise<number> {
  const values = {
    code: cause.code,
    message: cause.message,
    ignoredAt: new Date(parts.clock.now()),
    ignoredBy: by,
    until,
    note,
    cleared: cause.cleared ?? 0,
  };
  await parts.db
    .insert(ignoredCause)
    .values({ fingerprint: cause.fingerprint, ...values })
    .onConflictDoUpdate({ target: ignoredCause.fingerprint, set: values });
  const filter = { fingerprint: cause.fingerprint, status: ["unacknowledged" as const], hideGroups };
  const cleared = await parts.queue.moveAll(filter, "acknowledge", by);
  await addCleared(parts, cause.fingerprint, cleared);
  const how = [
    until ? `until ${until.toISOString()}` : "until taken back",
    ...(note ? [note] : []),
    `${cleared} cleared`,
  ];
  await recordEvent(parts, {
    event: "bulk",
    actor: by,
    detail: `ignored the cause ${cause.code}: ${cause.message} (${how.join("; ")})`,
  });
  return cleared;
}

/** Failures of this cause are shown again; what was cleared stays so. */
export async function stopIgnoring({ db }: Pick<HealingParts, "db">, fingerprint: string): Promise<void> {
  const gone = await db
    .delete(ignoredCause)
    .where(eq(ignoredCause.fingerprint, fingerprint))
    .returning({ fingerprint: ignoredCause.fingerprint });
  if (gone.length === 0) throw new NotFound("ignored cause", fingerprint);
}

/** A job that has just failed of an ignored cause is cleared at once. */
export async function clearIfIgnored(parts: HealingParts, job: Job): Promise<void> {
  if (!job.fingerprint || job.acknowledgedAt) return;
  const now = parts.clock.now();
  const [ignored] = await parts.db
    .select()
    .from(ignoredCause)
    .where(and(eq(ignoredCause.fingerprint, job.fingerprint), stillIgnored(now)));
  if (!ignored) return;
  const moved = await parts.store.move(job.id, "acknowledge", ignored.ignoredBy, now);
  if (!moved?.moved) return;
  await addCleared(parts, job.fingerprint, 1);
  parts.events.publish({ topic: "job", id: job.id, queue: job.queue, what: "moved" });
}

function stillIgnored(now: number) {
  return or(isNull(ignoredCause.until), gt(ignoredCause.until, new Date(now)));
}

async function addCleared({ db }: HealingParts, fingerprint: string, n: number): Promise<void> {
  await db
    .update(ignoredCause)
    .set({ cleared: sql`${ignoredCause.cleared} + ${n}` })
    .where(eq(ignoredCause.fingerprint, fingerprint));
}
