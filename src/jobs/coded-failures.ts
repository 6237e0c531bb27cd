// What the system or the database throws in the middle of a kind gets its code: a disk that fills up between two looks at it
// is waited for, and counts as nobody's fault.

import type { JobKind } from "../queue/kind.ts";
import { GiveUp, JobFailure, NotFound, Refused, RetryLater } from "../runtime/errors.ts";
import { failureOf } from "./failures.ts";
import type { Tools } from "./tools.ts";

export function withCodedFailures<P>(kind: JobKind<P, Tools>): JobKind<P, Tools> {
  return {
    ...kind,
    async run(job) {
      try {
        return await kind.run(job);
      } catch (error) {
        throw coded(error);
      }
    },
  };
}

function coded(error: unknown): unknown {
  if ([GiveUp, JobFailure, RetryLater].some((known) => error instanceof known)) return error;
  // What it is about was removed while it waited, or what was asked for cannot be done any more.
  if (error instanceof NotFound) return new GiveUp("input.missing", error.message);
  if (error instanceof Refused) return new GiveUp("params.invalid", error.message);
  const { code, message, retryable } = failureOf(error);
  // As it is: its stack tells more.
  if (code === "internal" || code === "job.cancelled") return error;
  return retryable ? new JobFailure(code, message) : new GiveUp(code, message);
}
