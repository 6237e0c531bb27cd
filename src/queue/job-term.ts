// What a search asks of jobs, besides the plain filters: terms that all must hold, each with alternatives, each possibly
// negated. People's words for it are read elsewhere; here are only subjects, groups and labels.

import type { Category } from "./job.ts";
import type { ListedStatus } from "./job-store.ts";

/** From and including, up to and excluding. Times in milliseconds. */
export interface Range {
  from?: number;
  to?: number;
}

export type JobTest =
  | { of: "status"; in: ListedStatus[] }
  | { of: "queue" | "kind"; in: string[] }
  | { of: "category"; in: Category[] }
  | { of: "group"; in: number[] }
  | { of: "id"; in: number[] }
  /** Contains one of these, in any case. `text`: the label, the failure or the kind. */
  | { of: "label" | "error" | "text" | "worker"; any: string[] }
  | { of: "origin" | "fingerprint"; in: string[] }
  /** `input` stands for all codes that begin with `input.` as well. */
  | { of: "code"; in: string[] }
  | { of: "priority" | "retries" | "created" | "finished"; ranges: Range[] }
  /** How long it has run, without standing frozen; `now` for those that run still. */
  | { of: "runMs"; ranges: Range[]; now: number }
  /** A failure that somebody has acknowledged. */
  | { of: "cleared" }
  | { of: "backfill" | "frozen" }
  | { of: "any"; tests: JobTest[] };

export interface JobTerm {
  not: boolean;
  test: JobTest;
}

/** The filter's plain text means one bare word. */
export function textTerm(text: string): JobTerm {
  return { not: false, test: { of: "text", any: [text] } };
}
