// Forgets finished jobs and old events by the retention setting, and says how many went. Nothing else removes them.

import { z } from "zod";
import type { JobKind } from "../queue/kind.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({});

export const pruneHistory: JobKind<z.output<typeof params>, Tools> = {
  name: "prune-history",
  label: "History pruning",
  description: "Forgets finished jobs and events that are older, or more, than the setting keeps",
  queue: "maintenance",
  category: "cpu",
  params,
  stuckAfterS: 300,
  writes: false,
  about: () => ({ type: "none", id: null, label: "History" }),
  dedupKey: () => "all",
  async *pending() {
    yield {};
  },
  async run({ tools, signal, log, progress, pausePoint }) {
    await pausePoint();
    const { days, rows } = tools.settings.get("retention");
    const { jobs, events } = await tools.forget(signal, progress);
    const kept = `kept are ${days} days and at most ${rows} jobs, failures four times as long`;
    if (jobs + events === 0) return { notNeeded: `nothing is older or more than that: ${kept}` };
    log(`${jobs} finished jobs and ${events} events are forgotten; ${kept}.`);
  },
};
