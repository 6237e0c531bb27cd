// Acts on the jobs of a whole queue, or of all, as bulk operations: begun at once however many there are, watched, aborted
// and taken back like those on ticked jobs.

import type { Context } from "hono";
import type { OperationAction } from "../../queue/operation-actions.ts";
import type { App, Env } from "../context.ts";
import { startOperation } from "../operations.ts";
import { operationInWords } from "./bulk-words.ts";
import { done } from "./flash.ts";
import { operationLine, soonOver } from "./operation-lines.ts";

/** The acts of a queue that may be taken back. */
export const queueOperations = {
  cancel: { action: "cancel", status: ["pending", "running", "paused"], text: [] },
  "clear-failed": { action: "acknowledge", status: ["unacknowledged"], text: ["status=failed"] },
  "retry-failed": { action: "retry", status: ["unacknowledged"], text: ["status=failed"] },
} as const satisfies Record<
  string,
  { action: OperationAction; status: readonly string[]; text: readonly string[] }
>;

/** Waits a moment for its end: then the answer says what came of it, with Undo. */
export async function operateOn(
  app: App,
  c: Context<Env>,
  act: keyof typeof queueOperations,
  queue: string | undefined,
  partials: () => Promise<unknown>,
) {
  const { action, status, text } = queueOperations[act];
  const of = queue === undefined ? {} : { queue: [queue] };
  const words = queue === undefined ? text : [...text, `queue=${encodeURIComponent(queue)}`];
  const ask = { action, filters: [{ ...of, status: [...status] }], filterText: words.join("&") };
  const { id } = await startOperation(app, ask, c.var.identity!.user);
  const op = await soonOver(app, id);
  return done(app, c, {
    text: operationInWords(op),
    back: "/admin/jobs",
    undo: operationLine(app, op).mayUndo ? id : undefined,
    partials: await partials(),
  });
}
