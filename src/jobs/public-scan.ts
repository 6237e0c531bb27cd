// Enqueues the scans of every library marked public. A kind of its own, because an alias names one kind and the scans are three.

import { z } from "zod";
import { listLibraries } from "../library/libraries.ts";
import type { JobKind } from "../queue/kind.ts";
import { scansOf } from "./scan.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  skipExisting: z.boolean().default(true).meta({
    title: "Skip files that did not change",
    description: "Without it, everything that is made of a file is asked for again",
  }),
});

export const publicScan: JobKind<z.output<typeof params>, Tools> = {
  name: "public-scan",
  alias: "public_scan",
  label: "Scan of public libraries",
  description: "Starts the scans of every library marked public",
  queue: "library-scan",
  category: "cpu",
  params,
  stuckAfterS: 60,
  writes: false,
  dedupKey: () => "all",
  about: () => ({ type: "none", id: null, label: "Public libraries" }),
  async run({ tools, params: { skipExisting }, log }) {
    const libraries = (await listLibraries(tools.db)).filter((library) => library.public);
    if (libraries.length === 0) return { notNeeded: "no library is marked public" };
    const { enqueued, skipped } = await tools.queue.enqueueMany(
      libraries.flatMap((library) =>
        scansOf(library).map((kind) => ({
          kind,
          params: { libraryId: library.id, skipExisting },
          origin: "public-scan",
        })),
      ),
    );
    log(`${enqueued} scans enqueued, ${skipped} were waiting or running already.`);
  },
};
