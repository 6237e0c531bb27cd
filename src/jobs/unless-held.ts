// A job that was enqueued, or retried, before what it is about was held back: it ends with nothing done, and says so.

import type { JobKind } from "../queue/kind.ts";
import type { Tools } from "./tools.ts";

export function unlessHeld<P>(kind: JobKind<P, Tools>): JobKind<P, Tools> {
  return {
    ...kind,
    async run(job) {
      const { heldBack } = await kind.about(job.params, job.tools);
      if (!heldBack) return await kind.run(job);
      return { notNeeded: heldBack.message };
    },
  };
}
