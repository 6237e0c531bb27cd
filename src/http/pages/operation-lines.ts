// Bulk operations as the pages show them, and the wait for one that is over in a moment.

import type { OperationLine } from "../../../views/parts/operation-line.tsx";
import type { Operation } from "../../queue/operation-rows.ts";
import { operationView } from "../api/operations.ts";
import type { App } from "../context.ts";
import { operationInWords } from "./bulk-words.ts";
import { filterHref, filterInWords } from "./filter-words.ts";

const underWay = ["waiting", "running", "undoing"];
/** So long after its end it is told of where it was begun. */
const toldForMs = 30_000;
/** A request waits so long for an operation: most are done by then. */
const patienceMs = 1000;

export function operationLine(app: Pick<App, "clock">, op: Operation): OperationLine {
  const isOpen = underWay.includes(op.status);
  const { progress, undoable } = operationView(op);
  const isHeldBack = op.status === "waiting" && op.startsAt.getTime() > app.clock.now();
  return {
    id: op.id,
    text: operationInWords(op),
    error: op.error,
    which: filterInWords(op.filter),
    whichHref: filterHref(op.filter),
    state: op.status,
    counts: { matched: op.matched, done: op.done, left: leftOf(op) },
    by: op.byName,
    at: op.createdAt,
    progress: isOpen ? progress : null,
    startsAt: isHeldBack ? op.startsAt : null,
    mayAbort: isOpen,
    mayUndo: undoable && !isOpen,
    mayResume: (op.status === "interrupted" || op.status === "aborted") && op.isPrepared && hasLeft(op),
  };
}

/** Whether something is under way that another act would have to wait for. */
export async function isBusy(app: App): Promise<boolean> {
  const { operations } = await app.operations.list(0, 5);
  return operations.some((op) => ["running", "undoing"].includes(op.status));
}

/** Those under way or just over; what was done to a single job, its toast has told. */
export async function operationsNow(app: App): Promise<OperationLine[]> {
  const { operations } = await app.operations.list(0, 5);
  const now = app.clock.now();
  return operations
    .filter((op) => !isOfOne(op))
    .filter((op) => underWay.includes(op.status) || now - (op.finishedAt?.getTime() ?? 0) < toldForMs)
    .map((op) => operationLine(app, op));
}

/** As it is when it has ended, or after a moment. One that leaves time for second thoughts is not waited for. */
export async function soonOver(
  app: Pick<App, "operations" | "events" | "clock">,
  id: number,
  isOver: (op: Operation) => boolean = (op) => !underWay.includes(op.status),
): Promise<Operation> {
  const first = await app.operations.get(id);
  if (isOver(first) || (first.status === "waiting" && first.startsAt.getTime() > app.clock.now()))
    return first;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = async () => {
    if (isOver(await app.operations.get(id))) resolve();
  };
  const stop = app.events.subscribe((e) => {
    if (e.topic === "operation" && e.id === id) look().catch(() => resolve());
  });
  const forget = app.clock.after(patienceMs, resolve);
  // It may have ended between the first look and listening.
  look().catch(() => resolve());
  await promise;
  stop();
  forget();
  return app.operations.get(id);
}

function isOfOne({ filter }: Operation): boolean {
  return /^ids=\d+$/.test(filter);
}

function hasLeft(op: Operation): boolean {
  return leftOf(op) > 0;
}

function leftOf(op: Operation): number {
  if (op.undoStartedAt) return Math.max(0, op.done - op.undone - op.notUndone);
  const skipped = Object.values(op.skipped).reduce((n, m) => n + m, 0);
  return Math.max(0, op.matched - op.done - op.failed - skipped);
}
