// How many causes of failure are open, for the navigation of every page. Grouping a hundred thousand failures takes a
// while, so the number is kept until some lane's count of failures is another one.

import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";

const known = new WeakMap<object, { of: string; count: number }>();

/** 0 as well when the queue cannot be asked: that is said elsewhere. */
export async function openProblems(app: Pick<App, "store" | "db" | "settings">): Promise<number> {
  try {
    return await counted(app);
  } catch {
    return 0;
  }
}

async function counted(app: Pick<App, "store" | "db" | "settings">): Promise<number> {
  const hidden = await hiddenGroups(app);
  const failing = (await app.store.tallies()).filter((t) => t.failed > 0 && !hidden.includes(t.lane.group));
  if (failing.length === 0) return 0;
  const of = failing.map((t) => `${t.lane.id}:${t.failed}:${t.cleared}`).join();
  const kept = known.get(app.store);
  if (kept?.of === of) return kept.count;
  const { length: count } = await app.store.failureGroups(hidden);
  known.set(app.store, { of, count });
  return count;
}
