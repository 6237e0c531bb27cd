// A job's life as stretches of time: it waited, ran, waited to be tried again.

import { duration } from "../../../views/format.ts";
import type { Step } from "../../../views/parts/job-timeline.tsx";
import type { Attempt, Job } from "../../queue/job.ts";

/** Shorter waits between two stretches are the queue's own turnaround. */
const leastGapMs = 500;

export function stepsOf(job: Job, attempts: Attempt[], askedBy: string | null, now: number): Step[] {
  const steps: Step[] = [];
  let at = job.createdAt;
  for (const [i, attempt] of attempts.entries()) {
    const gap = attempt.startedAt.getTime() - at.getTime();
    if (i === 0 || gap >= leastGapMs)
      steps.push(wait(i, at, attempt.startedAt, now, i === 0 ? askedBy : null));
    steps.push(run(job, attempt, i === attempts.length - 1, now));
    at = attempt.finishedAt ?? at;
  }
  const isOpen =
    job.status === "pending" || job.status === "queued" || (job.status === "paused" && !job.frozen);
  if (isOpen) steps.push(wait(attempts.length, at, null, now, attempts.length === 0 ? askedBy : null));
  else if (attempts.length === 0) steps.push(...neverRan(job, askedBy, now));
  return steps;
}

function wait(tries: number, from: Date, to: Date | null, now: number, askedBy: string | null): Step {
  const what = tries === 0 ? (to ? "Waited" : "Waits") : to ? "Waited to try again" : "Waits to try again";
  const notes = askedBy === null ? [] : [`asked for by ${askedBy}`];
  return { kind: "waited", what, from, to, seconds: secondsOf(from, to, now), notes };
}

function run(
  job: Job,
  { number, startedAt, finishedAt, outcome, failure, worker }: Attempt,
  isLast: boolean,
  now: number,
): Step {
  const frozen =
    isLast && job.frozenMs >= 1000 ? [`stood frozen for ${duration(job.frozenMs / 1000)} of it`] : [];
  const why = failure ? [`${failure.code}: ${failure.message.split("\n")[0]}`] : [];
  return {
    kind: outcome === "running" && job.frozen ? "frozen" : kinds[outcome],
    what: `Attempt ${number} ${outcome === "running" && job.frozen ? "stands frozen" : words[outcome]}`,
    from: startedAt,
    to: finishedAt,
    seconds: secondsOf(startedAt, finishedAt, now),
    notes: [...why, ...frozen, `on ${worker}`],
  };
}

function neverRan(job: Job, askedBy: string | null, now: number): Step[] {
  const to = job.finishedAt ?? new Date(now);
  const first = wait(0, job.createdAt, to, now, askedBy);
  const kind = job.status === "failed" ? "failed" : "cancelled";
  const what = job.status === "failed" ? "Failed before it ran" : "Cancelled before it ran";
  return [first, { kind, what, from: to, to, seconds: 0, notes: job.failure ? [job.failure.message] : [] }];
}

function secondsOf(from: Date, to: Date | null, now: number): number {
  return Math.max(0, (to?.getTime() ?? now) - from.getTime()) / 1000;
}

const kinds: Record<Attempt["outcome"], Step["kind"]> = {
  running: "running",
  completed: "completed",
  not_needed: "skipped",
  failed: "failed",
  cancelled: "cancelled",
  orphaned: "failed",
  handed_back: "handed back",
};

const words: Record<Attempt["outcome"], string> = {
  running: "runs",
  completed: "completed",
  not_needed: "found nothing to do",
  failed: "failed",
  cancelled: "was cancelled",
  orphaned: "was orphaned: its worker went away",
  handed_back: "was handed back",
};
