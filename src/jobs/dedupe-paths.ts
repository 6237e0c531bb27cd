// The same path twice becomes one row; jobs, derivatives and what people said of either lead to the one that is kept.

import { z } from "zod";
import { mergeDoubles, suspectedDoubles } from "../library/double-paths.ts";
import type { JobKind } from "../queue/kind.ts";
import { idOf } from "./ids.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  libraryId: idOf("library").optional().meta({
    title: "Library",
    description: "Only doubles of which one is there; left empty, all libraries",
  }),
});

export const dedupePaths: JobKind<z.infer<typeof params>, Tools> = {
  name: "dedupe-paths",
  label: "Merge double paths",
  description: "One file on disk that stands in the lists twice becomes one",
  queue: "library-maintenance",
  category: "cpu",
  params,
  stuckAfterS: 300,
  writes: false,
  about: () => ({ type: "none", id: null, label: "Double paths" }),
  dedupKey: (p) => String(p.libraryId ?? "all"),
  async run({ params: p, tools, signal, progress, log, pausePoint }) {
    const { db, clock, events } = tools;
    let merged = 0;
    let looked = 0;
    for await (const rows of suspectedDoubles(db, p.libraryId)) {
      await pausePoint();
      signal.throwIfAborted();
      for (const { kept, dropped } of await mergeDoubles({ db, now: clock.now() }, rows, log)) {
        log(
          `${dropped.library}: ${dropped.path} is ${kept.library}: ${kept.path}; merged into file ${kept.id}.`,
        );
        events.publish({ topic: "file", id: kept.id });
        merged++;
      }
      // How many there are is known at the end only.
      progress(Math.min(99, (100 * ++looked) / (looked + 10)));
    }
    if (merged === 0) return { notNeeded: "No file stands at two paths." };
    log(`${merged} double paths merged.`);
  },
};
