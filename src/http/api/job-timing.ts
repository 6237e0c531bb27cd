// How long things take, from what was measured: of a kind's runs, and until a place in a queue is reached.

import { percentile } from "../../history/histogram.ts";
import type { RunTimes } from "../../queue/run-estimate.ts";
import type { WhySources } from "../../queue/whys.ts";
import type { App } from "../context.ts";

/** Quartiles of a kind's runs; undefined when none was measured. */
export function runTimes(
  { history, queue }: Pick<App, "history" | "queue">,
  kind: string,
): RunTimes | undefined {
  const spec = queue.catalogue.find(kind);
  const measured = spec && history.runTimes(spec.queue, kind);
  if (!measured) return undefined;
  const [p25Ms, p75Ms] = [percentile(measured, 0.25), percentile(measured, 0.75)];
  return p25Ms === null || p75Ms === null ? undefined : { p25Ms, p75Ms };
}

export function timeAhead({ history }: Pick<App, "history">): WhySources["timeAhead"] {
  return (queue, ahead, parallel) => history.startEstimate({ queue, ahead, parallel });
}
