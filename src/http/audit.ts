// The audit log: who did what to what. Every administrative act writes one row after it has succeeded.

import { and, count, desc, eq, gte, isNull, lt } from "drizzle-orm";
import { user } from "../db/tables/accounts.ts";
import { audit as auditTable } from "../db/tables/settings.ts";
import type { App } from "./context.ts";

export interface AuditEntry {
  id: number;
  at: Date;
  /** An e-mail address, or null for the server itself. */
  actor: string | null;
  action: string;
  target: string | null;
  detail: unknown;
}

/**
 * `actor` is a user, a user's id, or null for the server itself; `action` reads `user.delete`, `queue.pause`. Answers the
 * entry's id: some acts are taken back by it.
 */
export async function audit(
  app: Pick<App, "db" | "clock">,
  actor: { email: string } | string | null | undefined,
  action: string,
  target: string | number | null = null,
  detail?: unknown,
): Promise<number> {
  const values = {
    at: new Date(app.clock.now()),
    actor: await emailOf(app, actor),
    action,
    target: target === null ? null : String(target),
    detail: detail ?? null,
  };
  const [row] = await app.db.insert(auditTable).values(values).returning({ id: auditTable.id });
  return row!.id;
}

export interface AuditFilter {
  /** An e-mail address; null for the server itself. */
  actor?: string | null;
  /** `job.retry`; `job.*` is every action on a job. */
  action?: string;
  from?: Date;
  to?: Date;
}

/** Newest first. */
export async function listAudit(
  app: Pick<App, "db">,
  page: number,
  limit: number,
  filter: AuditFilter = {},
): Promise<{ entries: AuditEntry[]; total: number }> {
  const matches = matching(filter);
  const entries = await app.db
    .select()
    .from(auditTable)
    .where(matches)
    .orderBy(desc(auditTable.id))
    .limit(limit)
    .offset((page - 1) * limit);
  const [row] = await app.db.select({ total: count() }).from(auditTable).where(matches);
  return { entries, total: row!.total };
}

/** Newest first, from behind an entry, without counting: a page of a list that grows at its top. */
export async function auditBefore(
  app: Pick<App, "db">,
  filter: AuditFilter,
  before: number,
  limit: number,
): Promise<AuditEntry[]> {
  return await app.db
    .select()
    .from(auditTable)
    .where(and(matching(filter), lt(auditTable.id, before)))
    .orderBy(desc(auditTable.id))
    .limit(limit);
}

/** All that match, newest first, a stretch at a time. */
export async function* auditStretches(
  app: Pick<App, "db">,
  filter: AuditFilter,
  size = 500,
): AsyncIterable<AuditEntry[]> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const entries = await auditBefore(app, filter, before, size);
    if (entries.length > 0) yield entries;
    if (entries.length < size) return;
    before = entries.at(-1)!.id;
  }
}

function matching({ actor, action, from, to }: AuditFilter) {
  const area = action?.endsWith(".*") ? action.slice(0, -1) : undefined;
  return and(
    actor === undefined ? undefined : actor === null ? isNull(auditTable.actor) : eq(auditTable.actor, actor),
    // From `job.` to before `job/`, so that the index serves it.
    area === undefined
      ? undefined
      : and(gte(auditTable.action, area), lt(auditTable.action, `${area.slice(0, -1)}/`)),
    action === undefined || area !== undefined ? undefined : eq(auditTable.action, action),
    from && gte(auditTable.at, from),
    to && lt(auditTable.at, to),
  );
}

/** Kept as an e-mail address: it still says who it was when the account is gone. */
async function emailOf(
  app: Pick<App, "db">,
  actor: { email: string } | string | null | undefined,
): Promise<string | null> {
  if (typeof actor !== "string") return actor?.email ?? null;
  const [row] = await app.db.select({ email: user.email }).from(user).where(eq(user.id, actor));
  return row?.email ?? actor;
}
