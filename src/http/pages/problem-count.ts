// The open causes of failure, for the navigation of every page and for the problems page. Grouping a hundred thousand
// failures takes a while, so they are kept until some lane's count of failures is another one, and while failures pour in,
// looking takes a tenth of the time at most.

import { bySeverity } from "../../healing/problems.ts";
import type { FailureGroup } from "../../queue/job-store.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";

type Parts = Pick<App, "store" | "db" | "settings">;

interface Known {
  of: string;
  causes: FailureGroup[];
  at: number;
  tookMs: number;
}

const known = new WeakMap<object, Known>();

/** 0 as well when the queue cannot be asked: that is said elsewhere. */
export async function openProblems(app: Parts): Promise<number> {
  try {
    return (await openCauses(app)).length;
  } catch {
    return 0;
  }
}

/** The gravest first. The very same array while nothing has changed. */
export async function openCauses(app: Parts): Promise<FailureGroup[]> {
  const hidden = await hiddenGroups(app);
  const failing = (await app.store.tallies()).filter((t) => t.failed > 0 && !hidden.includes(t.lane.group));
  if (failing.length === 0) return none;
  const of = failing.map((t) => `${t.lane.id}:${t.failed}:${t.cleared}`).join();
  const kept = known.get(app.store);
  const now = performance.now();
  if (kept && (kept.of === of || (kept.tookMs > dearMs && now - kept.at < kept.tookMs * 10)))
    return kept.causes;
  const causes = (await app.store.failureGroups(hidden)).sort(bySeverity);
  const at = performance.now();
  known.set(app.store, { of, causes, at, tookMs: at - now });
  return causes;
}

/** What somebody has just done shows at once. */
export function forgetCauses({ store }: Pick<App, "store">): void {
  known.delete(store);
}

const dearMs = 5;
const none: FailureGroup[] = [];
