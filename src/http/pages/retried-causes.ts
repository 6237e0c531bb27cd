// What becomes of causes that somebody has retried: how many of the jobs still work at it, and how many fail again of the
// same. Kept in memory: it is there for whoever watches, and after a restart the queue tells the rest.

import type { Problem } from "../../healing/problems.ts";
import type { App } from "../context.ts";

export interface RetriedCause {
  /** As it was when it was retried. */
  problem: Problem;
  by: string;
  at: Date;
  total: number;
  /** Still wait or run. */
  open: number;
  succeeded: number;
  /** Failed again of this very cause. */
  cameBack: number;
}

type Parts = Pick<App, "store" | "events" | "clock" | "log">;

interface Watched extends Omit<RetriedCause, "open"> {
  left: Set<number>;
}

/** More than one can watch; then the lists tell. */
export const mostWatched = 5000;
/** A cause that came back says so for so long. */
const rememberedMs = 60 * 60_000;

const perStore = new WeakMap<object, Map<string, Watched>>();

/** From now on. Call it before the jobs are moved, so that none ends unseen. */
export function watchRetried(app: Parts, problem: Problem, jobIds: number[], by: string): void {
  if (jobIds.length === 0 || jobIds.length > mostWatched) return;
  watchedIn(app).set(problem.fingerprint, {
    problem,
    by,
    at: new Date(app.clock.now()),
    total: jobIds.length,
    left: new Set(jobIds),
    succeeded: 0,
    cameBack: 0,
  });
}

/** Those that are still at it, and those that came back, by fingerprint. */
export function retriedCauses(app: Parts): Map<string, RetriedCause> {
  const shown = new Map<string, RetriedCause>();
  const watched = watchedIn(app);
  for (const [fingerprint, { left, ...rest }] of watched) {
    const isOld = app.clock.now() - rest.at.getTime() > rememberedMs;
    if (left.size === 0 && (rest.cameBack === 0 || isOld)) watched.delete(fingerprint);
    else shown.set(fingerprint, { ...rest, open: left.size });
  }
  return shown;
}

function watchedIn(app: Parts): Map<string, Watched> {
  const known = perStore.get(app.store);
  if (known) return known;
  const watched = new Map<string, Watched>();
  perStore.set(app.store, watched);
  app.events.subscribe((e) => {
    if (e.topic !== "job" || e.what === "progress") return;
    for (const one of watched.values())
      if (one.left.has(e.id))
        note(app, one, e.id).catch((error) => app.log.warn("a retried job was lost sight of", { error }));
  });
  return watched;
}

async function note({ store }: Parts, one: Watched, id: number): Promise<void> {
  const job = await store.get(id);
  if (job && job.status !== "completed" && job.status !== "failed" && job.status !== "cancelled") return;
  if (!one.left.delete(id)) return;
  // Put back by Undo: what it says is from before.
  if (job?.finishedAt && job.finishedAt < one.at) return;
  if (job?.status === "completed") one.succeeded++;
  if (job?.status === "failed" && job.fingerprint === one.problem.fingerprint) one.cameBack++;
}
