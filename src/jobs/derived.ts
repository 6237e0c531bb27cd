// A kind that makes something of a file. On a file that is known to be damaged it tries all the same, since half a film
// still has a poster; when nothing can be made, that is no second failure of the same cause.

import { getFile } from "../library/files.ts";
import type { JobKind } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import type { Tools } from "./tools.ts";

export function derived<P extends { fileId: number }>(kind: JobKind<P, Tools>): JobKind<P, Tools> {
  return {
    ...kind,
    async run(job) {
      try {
        return await kind.run(job);
      } catch (error) {
        if (!(error instanceof GiveUp) || !ofContent.includes(error.code)) throw error;
        const { state, reasonCode } = await getFile(job.tools.db, job.params.fileId);
        if (state !== "invalid") throw error;
        job.log(error.message);
        return { notNeeded: `nothing can be made of the file, which is damaged (${reasonCode})` };
      }
    },
  };
}

/** Failures that lie in what the file holds: they stay until it changes. */
export const ofContent = ["input.truncated", "input.corrupt", "input.unsupported"];
