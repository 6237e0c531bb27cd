// One job on a page of its own: where its links lead, and what a browser without JavaScript gets for opening a row.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { JobDetail, type JobFacts } from "../parts/job-detail.tsx";
import { type JobLine, moveWord } from "../parts/job-table.tsx";
import { StatusBadge } from "../parts/status.tsx";

export function JobHead({ line, url }: { line: JobLine; url: PageContext["url"] }) {
  return (
    <div class="page-head" id="job-head">
      <h1>{`Job ${line.id}: ${line.kindLabel}`}</h1>
      <StatusBadge status={line.status} />
      {line.isStuck ? <span class="badge badge-failed">stuck</span> : null}
      {line.moves.map((move) => (
        <form method="post" action={url(`/admin/jobs/${line.id}/${move}`)}>
          <input
            type="hidden"
            name="back"
            value={move === "remove" ? "/admin/jobs" : `/admin/jobs/${line.id}`}
          />
          <button type="submit" class="btn btn-small">
            {moveWord(move, line.status).replace(" with", "")}
          </button>
        </form>
      ))}
    </div>
  );
}

export function JobPage({ ctx, facts, line }: { ctx: PageContext; facts: JobFacts; line: JobLine }) {
  return (
    <Layout ctx={ctx} title={`Job ${line.id}`}>
      <p>
        <a class="back-link" href={ctx.url("/admin/jobs")}>
          <Icon name="arrow-left" /> Jobs
        </a>
      </p>
      <JobHead line={line} url={ctx.url} />
      <h2 class="sr-only">Details</h2>
      <div class="card flush">
        <JobDetail facts={facts} url={ctx.url} />
      </div>
    </Layout>
  );
}
