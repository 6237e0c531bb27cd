// One job on a page of its own: where its links lead, and what a browser without JavaScript gets for opening a row.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { JobDetail, type JobFacts } from "../parts/job-detail.tsx";
import type { JobLine } from "../parts/job-table.tsx";
import { StatusBadge, StuckBadge } from "../parts/status.tsx";
import { Since } from "../parts/when.tsx";

interface JobHeadProps {
  line: JobLine;
  facts: JobFacts;
  url: PageContext["url"];
}

export function JobHead({ line, facts, url }: JobHeadProps) {
  const isRunning = line.status === "running";
  return (
    <header class="job-head" id="job-head">
      <h1>
        {line.kindLabel} <span class="muted">{`job ${line.id}`}</span>
      </h1>
      <p class="row">
        {line.isStuck ? <StuckBadge /> : <StatusBadge status={line.status} />}
        {facts.targetHref ? (
          <a class="break" href={url(facts.targetHref)}>
            {line.target}
          </a>
        ) : (
          <span class="break">{line.target}</span>
        )}
        {line.notes.length > 0 ? <span class="muted">{line.notes.join(" · ")}</span> : null}
      </p>
      {isRunning ? (
        <p class="row">
          <progress
            max="100"
            value={line.progress === null ? undefined : Math.floor(line.progress)}
            aria-label={`Progress of job ${line.id}`}
          />
          <span class="muted">
            {line.progress === null ? "" : `${Math.floor(line.progress)}% · `}
            {line.startedAt ? <Since at={line.startedAt} /> : null}
          </span>
        </p>
      ) : null}
    </header>
  );
}

export function JobPage({ ctx, facts, line }: { ctx: PageContext; facts: JobFacts; line: JobLine }) {
  return (
    <Layout ctx={ctx} title={`${line.kindLabel}, job ${line.id}`} wide>
      <nav class="job-way" aria-label="Where this is">
        <a class="back-link" href={ctx.url("/admin/jobs")}>
          <Icon name="arrow-left" /> Jobs
        </a>
        <a class="back-link" href={ctx.url(`/admin/jobs?queue=${encodeURIComponent(facts.job.queue)}`)}>
          {facts.job.queue}
        </a>
      </nav>
      <JobHead line={line} facts={facts} url={ctx.url} />
      <h2 class="sr-only">Details</h2>
      <div class="card flush job-page">
        <JobDetail facts={facts} url={ctx.url} />
      </div>
    </Layout>
  );
}
