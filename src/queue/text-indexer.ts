// Takes the labels of new jobs into what search looks in, behind the newest: enqueueing pays nothing, and until it has
// caught up, search looks at the rest itself.

import type { Loop } from "../runtime/service.ts";
import type { JobStore } from "./job-store.ts";

/** A few milliseconds' worth: claims and readers get their turn in between. */
const batch = 300;

export function textIndexer({ store }: { store: JobStore }): Loop {
  return {
    name: "search index",
    everyMs: 2000,
    atStart: true,
    async step(signal) {
      while (!signal.aborted && (await store.indexText(batch)))
        await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
