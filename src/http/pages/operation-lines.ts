// Bulk operations as the pages show them, and the wait for one that is over in a moment.

import type { OperationLine } from "../../../views/parts/operation-line.tsx";
import type { Operation } from "../../queue/operation-rows.ts";
import { operationView } from "../api/operations.ts";
import type { App } from "../context.ts";
import { operationInWords } from "./bulk-words.ts";

const underWay = ["waiting", "running", "undoing"];
/** So long after its end it is told of where it was begun. */
const toldForMs = 120_000;
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
    filter: readable(op.filter),
    by: op.byName,
    at: op.createdAt,
    progress: isOpen ? progress : null,
    startsAt: isHeldBack ? op.startsAt : null,
    mayAbort: isOpen,
    mayUndo: undoable && !isOpen,
    mayResume: (op.status === "interrupted" || op.status === "aborted") && op.isPrepared && hasLeft(op),
  };
}

/** Those under way or just over. */
export async function operationsNow(app: App): Promise<OperationLine[]> {
  const { operations } = await app.operations.list(0, 5);
  const now = app.clock.now();
  return operations
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

function hasLeft(op: Operation): boolean {
  if (op.undoStartedAt) return op.undone + op.notUndone < op.done;
  const skipped = Object.values(op.skipped).reduce((n, m) => n + m, 0);
  return op.done + op.failed + skipped < op.matched;
}

/** `status=failed&q=took%3A%3E5m` as it was typed. */
function readable(filter: string): string {
  try {
    return filter
      .split("&")
      .map((part) => decodeURIComponent(part))
      .join(", ");
  } catch {
    return filter;
  }
}
