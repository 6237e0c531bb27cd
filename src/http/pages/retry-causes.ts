// Retrying all failures of some causes, as a bulk operation that may be taken back, and watched until it is known what came
// of them.

import { counted } from "../../../views/format.ts";
import { allOf, findProblem } from "../../healing/problems.ts";
import { NotFound } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, User } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { startOperation } from "../operations.ts";
import { operationInWords } from "./bulk-words.ts";
import { operationLine, soonOver } from "./operation-lines.ts";
import { mostWatched, watchRetried } from "./retried-causes.ts";

export async function retryCauses(
  app: App,
  causes: string[],
  user: User,
): Promise<{ text: string; undo?: number }> {
  const hidden = await hiddenGroups(app);
  const problems = (await Promise.all(causes.map((one) => findProblem(app, one, hidden)))).filter(
    (one) => one !== undefined,
  );
  if (problems.length === 0) throw new NotFound("problem", causes.join());
  for (const problem of problems) {
    const ids: number[] = [];
    if (problem.count <= mostWatched)
      for await (const batch of app.store.idBatches(allOf(problem.fingerprint, hidden), 500))
        ids.push(...batch);
    watchRetried(app, problem, ids, user.name);
  }
  const filters = problems.map((one) => allOf(one.fingerprint, hidden));
  const words = problems.map((one) => `cause:${one.fingerprint}`).join(" or ");
  const filterText = `status=failed&q=${encodeURIComponent(words)}`;
  const { id } = await startOperation(app, { action: "retry", filters, filterText }, user);
  const op = await soonOver(app, id);
  for (const { fingerprint, count } of problems)
    await audit(app, user, "problem.retry", fingerprint, { retried: count, operation: id });
  const isPlain = op.status === "done" && op.done === op.matched;
  return {
    text: isPlain
      ? `${counted(op.done, "job")} ${op.done === 1 ? "waits" : "wait"} again.`
      : operationInWords(op),
    ...(operationLine(app, op).mayUndo && { undo: id }),
  };
}
