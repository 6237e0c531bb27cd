// Adding up what was measured, run by run and bucket by bucket.

import type { Measured } from "../queue/job-store.ts";
import { addTo, emptyHistogram, merge } from "./histogram.ts";
import type { Figures, Sums } from "./measure-store.ts";

export function noFigures(): Figures {
  return {
    completed: 0,
    notNeeded: 0,
    failed: 0,
    retries: 0,
    waitMs: 0,
    runMs: 0,
    waits: emptyHistogram(),
    runs: emptyHistogram(),
  };
}

export function addFigures(into: Figures, from: Figures): void {
  addSums(into, from);
  merge(into.waits, from.waits);
  merge(into.runs, from.runs);
}

export function addSums(into: Sums, from: Sums): void {
  into.completed += from.completed;
  into.notNeeded += from.notNeeded;
  into.failed += from.failed;
  into.retries += from.retries;
  into.waitMs += from.waitMs;
  into.runMs += from.runMs;
}

/** Runs that found nothing to do, or failed, say nothing of how long the work takes. */
export function addMeasured(into: Figures, m: Measured): void {
  into.waitMs += m.waitMs;
  addTo(into.waits, m.waitMs);
  if (m.outcome === "completed") {
    into.completed++;
    into.runMs += m.runMs;
    addTo(into.runs, m.runMs);
  } else if (m.outcome === "not_needed") {
    into.completed++;
    into.notNeeded++;
  } else if (m.outcome === "retry") into.retries++;
  else into.failed++;
}
