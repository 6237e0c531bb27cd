// The facts of a job in two columns, and the parameters it was asked with.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Params as JobParams } from "../../src/queue/job.ts";
import { rangeInWords } from "../estimate.ts";
import { duration } from "../format.ts";
import { Fact } from "./fact.tsx";
import { Icon } from "./icon.tsx";
import type { JobFacts } from "./job-detail.tsx";
import { When } from "./when.tsx";

type Url = PageContext["url"];

export function JobFactList({ facts, url }: { facts: JobFacts; url: Url }) {
  const { job } = facts;
  return (
    <section>
      <h3>Job</h3>
      <dl class="facts">
        <Waiting facts={facts} />
        <Fact label="Id">
          <a href={url(`/admin/jobs/${job.id}`)}>{job.id}</a>
        </Fact>
        <Fact label="Kind">
          {facts.kindLabel} <span class="muted">in {job.queue}</span>
        </Fact>
        {facts.file ? null : (
          <Fact label="Target">
            {facts.targetHref ? (
              <a href={url(facts.targetHref)}>{job.subject.label}</a>
            ) : (
              job.subject.label || "–"
            )}
          </Fact>
        )}
        {job.outcomeNote ? (
          <Fact label="Outcome">{job.outcomeNote.replace(/^not_needed:\s*/, "Skipped: ")}</Fact>
        ) : null}
        <Fact label="Priority">{`${job.priority}${job.backfill ? ", backfill" : ""}`}</Fact>
        <Fact label="Takes">{takes(facts)}</Fact>
        <Fact label="Retries">{`${job.retryCount} of ${job.maxRetries}`}</Fact>
        <Fact label="Asked by">{facts.askedBy ?? "–"}</Fact>
        <Moment label="Created" at={job.createdAt} />
        <Moment
          label={job.retryCount > 0 ? "Retries" : "Not before"}
          at={job.finishedAt ? null : job.runAt}
        />
        <Moment label="Started" at={job.startedAt} />
        <Moment label="Finished" at={job.finishedAt} />
        {job.frozenMs >= 1000 ? (
          <Fact label="Stood frozen">{`${duration(job.frozenMs / 1000)} of its run`}</Fact>
        ) : null}
        {job.acknowledgedAt ? <Moment label="Cleared" at={job.acknowledgedAt} /> : null}
      </dl>
    </section>
  );
}

export function Params({ jobId, params }: { jobId: number; params: JobParams }) {
  const id = `params-${jobId}`;
  return (
    <section>
      <h3 class="row spread">
        Parameters
        <button
          type="button"
          class="btn-icon needs-js"
          data-copy={`#${id}`}
          title="Copy the parameters"
          aria-label="Copy the parameters"
        >
          <Icon name="copy" />
        </button>
      </h3>
      <pre class="payload" id={id} tabindex={0}>
        {JSON.stringify(params, null, 2)}
      </pre>
    </section>
  );
}

function Waiting({ facts }: { facts: JobFacts }) {
  if (facts.reasons.length === 0) return null;
  return (
    <>
      <Fact label="Waits because">
        <ol class="reasons">
          {facts.reasons.map((reason) => (
            <li>{reason}</li>
          ))}
        </ol>
      </Fact>
      {facts.position ? <Fact label="Place in line">{facts.position}</Fact> : null}
      <Fact label={facts.status === "frozen" ? "Should go on" : "Should start"}>
        {facts.startsAt ? (
          <When at={facts.startsAt} />
        ) : facts.starts ? (
          `in ${rangeInWords(facts.starts)}`
        ) : (
          "nobody can say yet"
        )}
      </Fact>
    </>
  );
}

function takes({ job }: JobFacts): string {
  return job.vramMb > 0
    ? `${categories[job.category]}, ${job.vramMb} MB of GPU memory`
    : categories[job.category];
}

const categories = { cpu: "CPU", gpu_encode: "the GPU's encoder", gpu_ai: "the GPU for AI" };

function Moment({ label, at }: { label: string; at: Date | null }) {
  return at ? (
    <Fact label={label}>
      <When at={at} />
    </Fact>
  ) : null;
}
