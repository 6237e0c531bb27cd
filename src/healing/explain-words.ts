// How a job ended or goes on, in one sentence with what to do next.

import { failureCodes } from "../jobs/failures.ts";
import type { Failure, Job } from "../queue/job.ts";
import { runEstimate, workedS } from "../queue/run-estimate.ts";
import { stuckFor } from "../queue/stuck.ts";
import { inWords } from "../queue/time-words.ts";

export interface ExplainedFailure extends Failure {
  meaning: string | null;
  nextStep: string | null;
}

export function explainFailure(failure: Failure): ExplainedFailure {
  const known = failureCodes[failure.code];
  return { ...failure, meaning: known?.meaning ?? null, nextStep: known?.nextStep ?? null };
}

/** Of a job that runs or is over; undefined for those that wait. */
export function stateInWords(job: Job, now: number, stuckAfterS: number): string | undefined {
  const ago = job.finishedAt ? ` ${inWords(now - job.finishedAt.getTime())} ago` : "";
  switch (job.status) {
    case "running":
      return running(job, now, stuckAfterS);
    case "failed":
      return failed(job, ago);
    case "cancelled":
      return `${withoutStop(job.failure?.message ?? "Cancelled")}${ago}`;
    case "completed":
      if (job.outcomeNote?.startsWith(notNeeded))
        return `Not needed: ${withoutStop(job.outcomeNote.slice(notNeeded.length).trim())}`;
      return `Completed${ago}, after ${tookInWords(workedS(job, now))}`;
    default:
      return undefined;
  }
}

export function tookInWords(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : inWords(seconds * 1000);
}

export const notNeeded = "not_needed:";

export function withoutStop(text: string): string {
  return text.trim().replace(/\.$/, "");
}

function running(job: Job, now: number, stuckAfterS: number): string {
  const time = inWords(workedS(job, now) * 1000);
  const at = job.progress === null ? "" : `, at ${Math.floor(job.progress)} %`;
  const stuck = stuckFor(job, stuckAfterS, now);
  if (stuck)
    return `Running for ${time}${at}, without a sign of life for ${inWords(stuck.silentS * 1000)} (${inWords(stuck.thresholdS * 1000)} are allowed): it is stuck`;
  const rest = runEstimate(job, now);
  return `Running for ${time}${at}${rest ? `, about ${inWords(rest.lowS * 1000)} to ${inWords(rest.highS * 1000)} to go` : ""}`;
}

function failed(job: Job, ago: string): string {
  const { code, message, nextStep } = explainFailure(job.failure ?? { code: "internal", message: "" });
  const tries =
    job.retryCount > 0 ? ` after ${job.retryCount} ${job.retryCount === 1 ? "retry" : "retries"}` : "";
  const next = nextStep ? `. Next: ${withoutStop(nextStep)}` : "";
  const seen = job.acknowledgedAt ? " (cleared)" : "";
  return `Failed${ago}${tries} (${code})${seen}: ${withoutStop(message.split("\n")[0]!)}${next}`;
}
