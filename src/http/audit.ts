// The audit log: who did what to what. Every administrative act writes one row after it has succeeded.

import { count, desc, eq } from "drizzle-orm";
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

/** `actor` is a user, a user's id, or null for the server itself; `action` reads `user.delete`, `queue.pause`. */
export async function audit(
  app: Pick<App, "db" | "clock">,
  actor: { email: string } | string | null | undefined,
  action: string,
  target: string | number | null = null,
  detail?: unknown,
): Promise<void> {
  await app.db.insert(auditTable).values({
    at: new Date(app.clock.now()),
    actor: await emailOf(app, actor),
    action,
    target: target === null ? null : String(target),
    detail: detail ?? null,
  });
}

/** Newest first. */
export async function listAudit(
  app: Pick<App, "db">,
  page: number,
  limit: number,
): Promise<{ entries: AuditEntry[]; total: number }> {
  const entries = await app.db
    .select()
    .from(auditTable)
    .orderBy(desc(auditTable.id))
    .limit(limit)
    .offset((page - 1) * limit);
  const [row] = await app.db.select({ total: count() }).from(auditTable);
  return { entries, total: row!.total };
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
