// Everything about one job, for its detail under a row and for its page.

import { counted, number } from "../../../views/format.ts";
import type { JobFacts } from "../../../views/parts/job-detail.tsx";
import { versionOf } from "../../../views/parts/job-table.tsx";
import type { LogFacts } from "../../../views/parts/log-panel.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import { explainJob } from "../../healing/explain-job.ts";
import { failureCodes } from "../../jobs/failures.ts";
import { exportsOfJob } from "../../library/exports.ts";
import type { Attempt, Job } from "../../queue/job.ts";
import type { Why } from "../../queue/whys.ts";
import { partsOf } from "../api/explain.ts";
import { fullLog, whysOfJobs } from "../api/job-view.ts";
import type { App } from "../context.ts";
import { exportLines } from "./export-lines.ts";
import { jobFileFacts } from "./job-file-facts.ts";
import { jobLine } from "./job-lines.ts";
import { stepsOf } from "./job-timeline.ts";
import { pauseChoices } from "./pause-form.ts";

/** More of a log than people read; the whole is a link away. */
const shownLog = 64_000;

/** `withLog`: a look at how the job goes on leaves its log alone, which grows by itself. */
export async function jobFacts(
  app: App,
  job: Job,
  queues: QueueFigures[],
  { withLog = true } = {},
): Promise<JobFacts> {
  const [attempts, users, whys, explained, file] = await Promise.all([
    app.store.attempts(job.id),
    app.accounts.listUsers(),
    whysOfJobs(app, [job]),
    explainJob(partsOf(app), job),
    jobFileFacts(app, job),
  ]);
  const why = whys.get(job.id)!;
  const line = jobLine(app, job, why, queues);
  const code = job.failure ? failureCodes[job.failure.code] : undefined;
  const askedBy = users.find((u) => u.id === job.origin)?.name ?? job.origin;
  return {
    job,
    version: versionOf(line),
    kindLabel: line.kindLabel,
    askedBy,
    targetHref: line.targetHref,
    steps: stepsOf(job, attempts, askedBy, app.clock.now()),
    log: await logOf(app, job, attempts, withLog),
    explained: explained.text,
    reasons: why.reason?.parts.map((part) => part.text) ?? [],
    position: placeOf(why),
    starts: why.startsIn,
    startsAt: why.startsAt,
    status: line.status,
    moves: line.moves,
    mayReorder: (job.status === "pending" || job.status === "paused") && !job.frozen,
    pauses: pauseChoices(app),
    meaning: code?.meaning ?? null,
    hint: code?.nextStep ?? null,
    tried: job.status === "failed" ? triedInWords(job, attempts) : null,
    file,
    exports: await exportLines(app, await exportsOfJob(app.db, job.id)),
  };
}

async function logOf(app: App, job: Job, attempts: Attempt[], withLog: boolean): Promise<LogFacts> {
  const whole = withLog ? await fullLog(app, job) : "";
  // From the beginning of a line.
  const cut = whole.length > shownLog ? whole.indexOf("\n", whole.length - shownLog) + 1 : 0;
  return {
    text: whole.slice(cut),
    next: whole.length,
    earlier: cut,
    attempts: attempts.map((attempt) => attempt.number),
    isLive: job.status === "running" || job.frozen,
  };
}

function placeOf({ position }: Why): string | null {
  if (!position) return null;
  return position.isLeast ? `${number(position.position)} or later` : number(position.position);
}

function triedInWords({ retryCount, maxRetries, acknowledgedAt }: Job, attempts: Attempt[]): string {
  const tries = Math.max(retryCount + 1, attempts.length);
  const tried = tries === 1 ? "Tried once" : `Tried ${counted(tries, "time")}`;
  const rest =
    retryCount < maxRetries ? "an error of this kind is not tried again by itself" : "no try is left";
  return `${tried}; ${rest}.${acknowledgedAt ? " Somebody has seen and cleared it." : ""}`;
}
