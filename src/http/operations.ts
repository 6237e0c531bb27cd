// Bulk operations joined with the audit log, and the way to begin one from a request.

import { eq } from "drizzle-orm";
import { user } from "../db/tables/accounts.ts";
import { recordEvent } from "../history/event-log.ts";
import type { JobFilter } from "../queue/job-store.ts";
import type { OperationAction, OperationParams } from "../queue/operation-actions.ts";
import type { Operation } from "../queue/operation-rows.ts";
import { type OperationParts, Operations } from "../queue/operations.ts";
import { audit } from "./audit.ts";
import type { App, User } from "./context.ts";
import { operationInWords } from "./pages/bulk-words.ts";
import { filterInWords } from "./pages/filter-words.ts";

export function openOperations(parts: Omit<OperationParts, "onEnd">): Operations {
  return new Operations({ ...parts, onEnd: (op, by) => writeDown(parts, op, by) });
}

export interface BulkAsk {
  action: OperationAction;
  params?: OperationParams;
  /** Jobs that match any of them, of those the caller may see. */
  filters: JobFilter[];
  /** The same in the words of the jobs list's query: `status=failed&queue=thumbnails`. */
  filterText: string;
}

/** Begins it in the background and answers at once; its end is written to the audit log. */
export async function startOperation(
  app: Pick<App, "operations" | "store">,
  ask: BulkAsk,
  user: Pick<User, "email" | "name">,
): Promise<Operation> {
  let matched = 0;
  for (const filter of ask.filters) matched += (await app.store.list(filter, "newest", 0, 0)).total;
  return app.operations.begin({ ...ask, by: user, matched });
}

/** Who did what to which jobs, and what came of it: in the audit log with the figures, in the history as a sentence. */
async function writeDown(
  parts: Pick<App, "db" | "clock" | "events">,
  op: Operation,
  by: string | null,
): Promise<void> {
  const { filter, params, status, matched, done, skipped, failed, undone, notUndone } = op;
  const actor = by === null ? null : { email: by };
  const target = `operation:${op.id}`;
  // Of a single job its own history tells, and nobody calls that a bulk act.
  const single = /^ids=(\d+)$/.exec(filter)?.[1];
  if (single !== undefined) {
    const action = op.undoStartedAt ? "job.undo" : `job.${op.action}`;
    const detail = op.undoStartedAt ? { action: op.action, undone } : op.params;
    if (done > 0)
      await audit(parts, actor, action, `job:${single}`, Object.keys(detail).length > 0 ? detail : undefined);
    return;
  }
  if (op.undoStartedAt) await audit(parts, actor, "operation.undo", target, { status, undone, notUndone });
  else
    await audit(parts, actor, `jobs.${op.action}`, target, {
      filter,
      ...(Object.keys(params).length > 0 && { params }),
      status,
      matched,
      done,
      ...(Object.keys(skipped).length > 0 && { skipped }),
      ...(failed > 0 && { failed }),
    });
  await recordEvent(parts, { event: "bulk", actor: by && (await nameOf(parts, by)), detail: inWords(op) });
}

/** The history calls people by their names, the audit log by their addresses. */
async function nameOf({ db }: Pick<App, "db">, email: string): Promise<string> {
  const [row] = await db.select({ name: user.name }).from(user).where(eq(user.email, email));
  return row?.name ?? email;
}

function inWords(op: Operation): string {
  return `${operationInWords(op)} Meant: ${filterInWords(op.filter)}.`;
}
