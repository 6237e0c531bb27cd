// All about one job: why it stands where it stands and what to do, what happened so far, its log, what it was asked.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { PauseChoice } from "../../src/http/pages/pause-form.ts";
import type { Failure, Job } from "../../src/queue/job.ts";
import type { Seconds } from "../estimate.ts";
import { type ExportLine, ExportList } from "./export-list.tsx";
import { FailureActs, JobActs } from "./job-acts.tsx";
import { JobFactList, Params } from "./job-fact-list.tsx";
import { JobFile, type JobFileFacts } from "./job-file.tsx";
import type { JobLine } from "./job-table.tsx";
import { JobTimeline, type Step } from "./job-timeline.tsx";
import { type LogFacts, LogPanel } from "./log-panel.tsx";

export interface JobFacts {
  job: Job;
  /** Of the row that it belongs to. */
  version: string;
  kindLabel: string;
  /** A person's name, or what in the server asked. */
  askedBy: string | null;
  targetHref: string | null;
  steps: Step[];
  log: LogFacts;
  /** One sentence: why it is where it is. */
  explained: string;
  /** All that keeps it from starting, in the order in which it must pass. */
  reasons: string[];
  /** Its place in line, `12` or `2,000 or more`. */
  position: string | null;
  starts: Seconds | null;
  /** Where only the clock keeps it. */
  startsAt: Date | null;
  status: JobLine["status"];
  moves: JobLine["moves"];
  /** It waits, so its place in its queue may change. */
  mayReorder: boolean;
  pauses: PauseChoice[];
  /** What the failure's code means, and what to do. */
  meaning: string | null;
  hint: string | null;
  /** What the server has done about the failure. */
  tried: string | null;
  file: JobFileFacts | null;
  /** What it made for somebody. */
  exports: ExportLine[];
}

export interface JobDetailProps {
  facts: JobFacts;
  /** Under its row in a list, which then comes along with each answer. */
  inList?: boolean | undefined;
  url: PageContext["url"];
}

export function JobDetail({ facts, inList, url }: JobDetailProps) {
  const { job, status } = facts;
  const again = url(`/admin/jobs/${job.id}?part=detail${inList ? "&in=list" : ""}`);
  const isOpen = job.status === "running" || job.status === "pending" || job.status === "queued";
  // While it may still change, an open detail asks again; the page's stream carries only what everybody sees.
  const follow = isOpen ? { "hx-get": again, "hx-trigger": "every 2s", "hx-swap": "outerMorph" } : {};
  return (
    <div class="detail" id={`detail-${job.id}`} data-version={facts.version} {...follow}>
      <div class="detail-main">
        {job.failure ? (
          <FailureBox
            failure={job.failure}
            meaning={facts.meaning}
            hint={facts.hint}
            tried={facts.tried}
            isFault={job.status !== "cancelled"}
          >
            <FailureActs facts={facts} inList={inList} url={url} />
          </FailureBox>
        ) : (
          <p class="explained" data-status={status}>
            {facts.explained}
          </p>
        )}
        <JobActs facts={facts} inList={inList} url={url} />
        {facts.exports.length > 0 ? <ExportList lines={facts.exports} url={url} /> : null}
        <LogPanel jobId={job.id} log={facts.log} url={url} />
        <JobTimeline steps={facts.steps} />
      </div>
      <div class="detail-side">
        {facts.file ? <JobFile file={facts.file} jobId={job.id} url={url} /> : null}
        <JobFactList facts={facts} url={url} />
        <Params jobId={job.id} params={job.params} />
      </div>
    </div>
  );
}

interface FailureBoxProps {
  failure: Failure;
  meaning: string | null;
  hint: string | null;
  tried?: string | null;
  /** False: somebody wanted it so. */
  isFault?: boolean;
  /** What to do about it. */
  children?: unknown;
}

export function FailureBox({ failure, meaning, hint, tried, isFault = true, children }: FailureBoxProps) {
  return (
    <div class={isFault ? "failure full" : "failure neutral full"}>
      <p class="code mono">{failure.code}</p>
      {meaning ? <p class="meaning">{meaning}</p> : null}
      <pre tabindex={0}>{failure.message}</pre>
      {tried ? <p>{tried}</p> : null}
      {hint ? (
        <p>
          <b>Next:</b> {hint}
        </p>
      ) : null}
      {children}
    </div>
  );
}
