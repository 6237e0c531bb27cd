// The jobs that are `queued`: at the head of their queue, held back by a limit. A server knows by what it runs; beside
// one, the rows say what runs.

import type { Tools } from "../jobs/tools.ts";
import { Budget } from "../queue/budget.ts";
import type { JobStore } from "../queue/job-store.ts";
import type { Catalogue } from "../queue/kind.ts";
import { pauseOf } from "../queue/pause.ts";
import type { Settings } from "../settings/settings.ts";

export async function heldBack(
  store: JobStore,
  catalogue: Catalogue<Tools>,
  settings: Settings,
  now: number,
): Promise<{ id: number; lane: number }[]> {
  const budget = new Budget(() => ({
    multiplier: settings.get("concurrencyMultiplier"),
    category: settings.get("categoryLimits"),
    vramBudgetMb: settings.get("vramBudgetMb") ?? 0,
  }));
  const tallies = await store.tallies();
  for (const { lane, running } of tallies) for (let n = 0; n < running; n++) budget.take(lane);
  const states = new Map((await store.queueStates()).map((state) => [state.queue, state]));
  const held: { id: number; lane: number }[] = [];
  for (const { lane, waiting } of tallies) {
    const spec = catalogue.queueByName.get(lane.queue);
    const state = states.get(lane.queue);
    if (waiting === 0 || !spec || !catalogue.find(lane.kind) || pauseOf(states, lane.queue, now)) continue;
    if (!budget.blocked(lane, { base: spec.base, override: state?.concurrency ?? null }, now)) continue;
    const id = await store.head(lane.id);
    if (id !== undefined && (await store.position(id)) === 1) held.push({ id, lane: lane.id });
  }
  return held;
}
