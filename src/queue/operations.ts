// Bulk operations on jobs, one at a time, in the background: written down before they begin, moved in batches between
// which they can be aborted and others get their turn, and undone from what was kept of each job. What a stop of the
// server cuts off is `interrupted` afterwards, and can be resumed or undone.

import type { Db } from "../db/open.sqlite.ts";
import type { Clock } from "../runtime/clock.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import type { EventBus } from "../runtime/events.ts";
import type { Logger } from "../runtime/log.ts";
import type { Failure, Job } from "./job.ts";
import type { JobFilter, JobStore } from "./job-store.ts";
import { isReversible, type OperationAction, type OperationParams } from "./operation-actions.ts";
import { type BatchParts, doBatch, undoBatch } from "./operation-batches.ts";
import { idsMeant, mostPositioned, turn } from "./operation-jobs.ts";
import { type Operation, OperationRows } from "./operation-rows.ts";

export interface OperationAsk {
  action: OperationAction;
  params?: OperationParams;
  /** Jobs that match any of them. */
  filters: JobFilter[];
  /** The same for people. */
  filterText: string;
  by: { email: string; name: string } | null;
  /** How many matched when it was asked for; counted again as it is prepared. */
  matched: number;
}

export interface OperationParts {
  db: Db;
  store: JobStore;
  events: EventBus;
  clock: Clock;
  log: Logger;
  /** Why what a job is about must not be worked on: a retry passes it over. */
  heldBack?: (id: number) => Promise<Failure | undefined>;
  /** Told of each operation that has ended, for the audit log. */
  onEnd?: (operation: Operation, by: string | null) => Promise<void>;
}

/** What one commit moves, so that the event loop is never held for long. */
export const jobsABatch = 100;
/** Time to think again before many jobs are removed, which nothing brings back. */
export const graceMs = 10_000;
const publishEveryMs = 250;

interface UnderWay {
  abort: AbortController;
  over: Promise<void>;
  /** Whose doing it is: an undo may be somebody else's. */
  by: string | null;
}

export class Operations {
  readonly name = "bulk operations";
  private readonly rows: OperationRows;
  private readonly batchParts: BatchParts;
  /** Ends when the operation whose turn it is has ended. */
  private line: Promise<void> = Promise.resolve();
  private readonly underWay = new Map<number, UnderWay>();
  private readonly publishedAt = new Map<number, number>();
  private isStopping = false;

  constructor(private readonly parts: OperationParts) {
    this.rows = new OperationRows(parts.db);
    this.batchParts = { store: parts.store, rows: this.rows, heldBack: parts.heldBack };
  }

  /** What the last run of the server left half done is there to be resumed, or undone. */
  async start(): Promise<void> {
    for (const op of await this.rows.cutOff()) {
      if (op.isPrepared) await this.end(op, "interrupted");
      else await this.end(op, "aborted", "The server stopped before it began; nothing was changed.");
    }
    await this.rows.prune(this.parts.clock.now());
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    for (const { abort } of this.underWay.values()) abort.abort();
    await this.settled();
  }

  /** When everything under way has ended. */
  async settled(): Promise<void> {
    await Promise.all([...this.underWay.values()].map(({ over }) => over));
  }

  async begin(ask: OperationAsk): Promise<Operation> {
    const { action, params = {}, filterText, by, matched } = ask;
    if (action === "position" && matched > mostPositioned)
      throw new Refused(
        422,
        "operation.too-many",
        `At most ${mostPositioned} jobs can be moved in line at once; ${matched} match.`,
        { hint: "Change their priority instead." },
      );
    const now = this.parts.clock.now();
    await this.rows.prune(now);
    const op = await this.rows.insert({
      action,
      params,
      filter: filterText,
      byEmail: by?.email ?? null,
      byName: by?.name ?? null,
      status: "waiting",
      createdAt: new Date(now),
      startsAt: new Date(action === "remove" && matched > 1 ? now + graceMs : now),
      matched,
      isUndoable: isReversible(action),
    });
    this.inBackground(op, op.byEmail, async (signal) => {
      await this.prepare(op, ask.filters, signal);
      await this.wait(op.startsAt.getTime(), signal);
      await this.inTurn(signal, () => this.run(op, signal));
    });
    return op;
  }

  async get(id: number): Promise<Operation> {
    const op = await this.rows.get(id);
    if (!op) throw new NotFound("operation", id);
    return op;
  }

  list(offset: number, limit: number): Promise<{ operations: Operation[]; total: number }> {
    return this.rows.list(offset, limit);
  }

  /** Ends it between two batches; what it has moved stays moved. */
  async abort(id: number): Promise<Operation> {
    const op = await this.get(id);
    const way = this.underWay.get(id);
    if (!way) throw wrongState(op, "aborted");
    way.abort.abort();
    await way.over;
    return this.get(id);
  }

  /** Goes on with what was interrupted or aborted, be it the doing or the undoing. */
  async resume(id: number, by: string | null): Promise<Operation> {
    const op = await this.get(id);
    const isOpen = op.status === "interrupted" || op.status === "aborted";
    if (!isOpen || this.underWay.has(id) || !op.isPrepared) throw wrongState(op, "resumed");
    if (op.undoStartedAt) return this.undo(id, by);
    return this.goOn(op, "waiting", by, (signal) => this.run(op, signal));
  }

  /** Puts back every job that is still as the operation left it. One that has not begun is aborted instead. */
  async undo(id: number, by: string | null): Promise<Operation> {
    const op = await this.get(id);
    if (op.status === "waiting") return this.abort(id);
    const hasEnded = ["done", "aborted", "interrupted"].includes(op.status) && !this.underWay.has(id);
    if (!hasEnded) throw wrongState(op, "undone");
    if (!op.isUndoable)
      throw new Refused(409, "operation.state", `Operation ${id} cannot be undone.`, {
        hint: isReversible(op.action)
          ? "What it takes to undo it is kept for seven days."
          : "What was removed is gone.",
      });
    return this.goOn(op, "undoing", by, (signal) => this.takeAllBack(op, signal));
  }

  /** Nothing is awaited between the look at its state and its being under way: two who ask at once get one. */
  private goOn(
    op: Operation,
    status: Operation["status"],
    by: string | null,
    work: (signal: AbortSignal) => Promise<void>,
  ): Operation {
    const change = { status, finishedAt: null, error: null };
    this.inBackground(op, by, async (signal) => {
      await this.change(op, change);
      await this.inTurn(signal, () => work(signal));
    });
    return { ...op, ...change };
  }

  private inBackground(op: Operation, by: string | null, work: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const over = (async () => {
      try {
        await work(abort.signal);
        if (abort.signal.aborted && !op.finishedAt)
          await this.end(op, this.isStopping && op.isPrepared ? "interrupted" : "aborted");
      } catch (error) {
        this.parts.log.error(`bulk operation ${op.id} failed`, { error });
        const message = error instanceof Error ? error.message : String(error);
        // The database may be what failed it: then the next start finds it cut off.
        await this.end(op, "interrupted", message).catch(() => {});
      } finally {
        this.underWay.delete(op.id);
        this.publishedAt.delete(op.id);
      }
    })();
    this.underWay.set(op.id, { abort, over, by });
  }

  /** Writes down which jobs are meant, so that neither jobs that come later nor a restart change it. */
  private async prepare(op: Operation, filters: JobFilter[], signal: AbortSignal): Promise<void> {
    const { store } = this.parts;
    const ids = await idsMeant(store, filters, op.params, signal);
    if (signal.aborted) return;
    for (let at = 0; at < ids.length; at += jobsABatch * 10) {
      const some = ids.slice(at, at + jobsABatch * 10);
      const batches = [];
      for (let i = 0; i < some.length; i += jobsABatch) batches.push(some.slice(i, i + jobsABatch));
      await this.rows.addBatches(op.id, batches);
      await turn();
    }
    await this.change(op, { isPrepared: true, matched: ids.length });
    await store.persist();
  }

  private async run(op: Operation, signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    await this.change(op, { status: "running", startedAt: op.startedAt ?? new Date(clock.now()) });
    while (!signal.aborted) {
      const batch = await this.rows.nextBatch(op.id);
      if (!batch) return this.end(op, "done");
      const { moved, done, failed, skipped } = await doBatch(this.batchParts, op, batch, clock.now());
      for (const job of moved) this.publishJob(job, op.action === "remove" ? "removed" : "moved");
      const reasons = { ...op.skipped };
      for (const [reason, n] of Object.entries(skipped)) reasons[reason] = (reasons[reason] ?? 0) + n;
      await this.change(op, { done: op.done + done, failed: op.failed + failed, skipped: reasons });
      this.publish(op);
      await turn();
    }
  }

  private async takeAllBack(op: Operation, signal: AbortSignal): Promise<void> {
    const { clock, store } = this.parts;
    await this.change(op, { undoStartedAt: op.undoStartedAt ?? new Date(clock.now()) });
    while (!signal.aborted) {
      const batch = await this.rows.nextToUndo(op.id);
      if (!batch) {
        await this.rows.removeBatches(op.id);
        op.isUndoable = false;
        await store.persist();
        return this.end(op, "undone");
      }
      const { back, left } = await undoBatch(this.batchParts, op, batch, clock.now());
      for (const job of back) this.publishJob(job, "moved");
      await this.change(op, { undone: op.undone + back.length, notUndone: op.notUndone + left });
      this.publish(op);
      await turn();
    }
  }

  /** One at a time: waits for those before it, unless it is aborted meanwhile. */
  private async inTurn(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const before = this.line;
    const mine = Promise.withResolvers<void>();
    this.line = Promise.all([before, mine.promise]).then(() => {});
    try {
      await Promise.race([before, aborted(signal)]);
      if (!signal.aborted) await work();
    } finally {
      mine.resolve();
    }
  }

  private wait(until: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    const ms = until - clock.now();
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const forget = clock.after(ms, resolve);
      signal.addEventListener("abort", () => {
        forget();
        resolve();
      });
    });
  }

  private async end(op: Operation, status: Operation["status"], error: string | null = null): Promise<void> {
    if (status === "aborted" && !op.isPrepared) await this.rows.removeBatches(op.id);
    await this.change(op, { status, error, finishedAt: new Date(this.parts.clock.now()) });
    this.publish(op, true);
    const by = this.underWay.get(op.id)?.by ?? op.byEmail;
    try {
      await this.parts.onEnd?.(op, by);
    } catch (error) {
      this.parts.log.error(`the end of bulk operation ${op.id} was not written down`, { error });
    }
  }

  private async change(op: Operation, change: Partial<Operation>): Promise<void> {
    await this.rows.update(op.id, change);
    Object.assign(op, change);
    if (change.status) this.publish(op, true);
  }

  private publishJob(job: Job, what: "moved" | "removed"): void {
    this.parts.events.publish({ topic: "job", id: job.id, queue: job.queue, what });
  }

  private publish({ id }: Operation, atOnce = false): void {
    const now = this.parts.clock.now();
    if (!atOnce && now - (this.publishedAt.get(id) ?? 0) < publishEveryMs) return;
    this.publishedAt.set(id, now);
    this.parts.events.publish({ topic: "operation", id });
  }
}

function wrongState(op: Operation, wish: string): Refused {
  return new Refused(409, "operation.state", `Operation ${op.id} is ${op.status}; it cannot be ${wish} now.`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
