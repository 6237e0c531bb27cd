// Bulk operations as rows: what was asked, how far it came, and batch by batch the jobs with what it takes to undo.
// Single statements; what the queue commits after them carries them to disk.

import { and, asc, count, desc, eq, inArray, isNotNull, lt } from "drizzle-orm";
import type { Db } from "../db/open.sqlite.ts";
import { operationItem as item, operation } from "../db/tables/operations.ts";
import type { OperationAction, OperationParams, Was } from "./operation-actions.ts";

/** `waiting`: for its turn, or for second thoughts. `interrupted`: the server stopped, or the database failed it. */
export const operationStatuses = [
  "waiting",
  "running",
  "done",
  "aborted",
  "interrupted",
  "undoing",
  "undone",
] as const;
export type OperationStatus = (typeof operationStatuses)[number];

export interface Operation {
  id: number;
  action: OperationAction;
  params: OperationParams;
  filter: string;
  byEmail: string | null;
  byName: string | null;
  status: OperationStatus;
  createdAt: Date;
  startsAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  undoStartedAt: Date | null;
  isPrepared: boolean;
  matched: number;
  done: number;
  failed: number;
  skipped: Record<string, number>;
  isUndoable: boolean;
  undone: number;
  notUndone: number;
  error: string | null;
}

export interface Batch {
  id: number;
  ids: number[];
  movedAt: number | null;
  was: Record<string, Was> | null;
}

const dayMs = 86_400_000;
const undoableForMs = 7 * dayMs;
const keptForMs = 365 * dayMs;
/** Of all operations together: some 30 MB. */
const mostKeptJobs = 1_000_000;

export class OperationRows {
  constructor(private readonly db: Db) {}

  async insert(row: typeof operation.$inferInsert): Promise<Operation> {
    const [made] = await this.db.insert(operation).values(row).returning();
    return made as Operation;
  }

  async get(id: number): Promise<Operation | undefined> {
    const [row] = await this.db.select().from(operation).where(eq(operation.id, id));
    return row as Operation | undefined;
  }

  /** Newest first. */
  async list(offset: number, limit: number): Promise<{ operations: Operation[]; total: number }> {
    const rows = await this.db
      .select()
      .from(operation)
      .orderBy(desc(operation.id))
      .limit(limit)
      .offset(offset);
    const [all] = await this.db.select({ total: count() }).from(operation);
    return { operations: rows as Operation[], total: all!.total };
  }

  async update(id: number, change: Partial<typeof operation.$inferInsert>): Promise<void> {
    await this.db.update(operation).set(change).where(eq(operation.id, id));
  }

  /** Those that a stop of the server has cut off. */
  async cutOff(): Promise<Operation[]> {
    const rows = await this.db
      .select()
      .from(operation)
      .where(inArray(operation.status, ["waiting", "running", "undoing"]));
    return rows as Operation[];
  }

  async addBatches(of: number, batches: number[][]): Promise<void> {
    if (batches.length > 0) await this.db.insert(item).values(batches.map((ids) => ({ operation: of, ids })));
  }

  async nextBatch(of: number): Promise<Batch | undefined> {
    const [row] = await this.db
      .select()
      .from(item)
      .where(and(eq(item.operation, of), eq(item.isDone, false)))
      .orderBy(asc(item.id))
      .limit(1);
    return row;
  }

  /** Backwards: what was moved last is put back first. */
  async nextToUndo(of: number): Promise<Batch | undefined> {
    const [row] = await this.db
      .select()
      .from(item)
      .where(and(eq(item.operation, of), isNotNull(item.was)))
      .orderBy(desc(item.id))
      .limit(1);
    return row;
  }

  async updateBatch(id: number, change: Partial<typeof item.$inferInsert>): Promise<void> {
    await this.db.update(item).set(change).where(eq(item.id, id));
  }

  async removeBatch(id: number): Promise<void> {
    await this.db.delete(item).where(eq(item.id, id));
  }

  async removeBatches(of: number): Promise<void> {
    await this.db.delete(item).where(eq(item.operation, of));
    await this.update(of, { isUndoable: false });
  }

  /** Forgets how to undo what is old or too much, and very old operations altogether. */
  async prune(now: number): Promise<void> {
    const ended = await this.db
      .select({ id: operation.id, finishedAt: operation.finishedAt, done: operation.done })
      .from(operation)
      .where(
        // What was interrupted has still to go on with its batches.
        and(eq(operation.isUndoable, true), inArray(operation.status, ["done", "aborted"])),
      )
      .orderBy(desc(operation.id));
    let kept = 0;
    for (const { id, finishedAt, done } of ended) {
      const isNewest = kept === 0;
      kept += done;
      if ((kept > mostKeptJobs && !isNewest) || (finishedAt?.getTime() ?? now) < now - undoableForMs)
        await this.removeBatches(id);
    }
    await this.db
      .delete(operation)
      .where(and(lt(operation.createdAt, new Date(now - keptForMs)), eq(operation.isUndoable, false)));
  }
}
