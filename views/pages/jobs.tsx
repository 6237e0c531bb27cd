// The control room: figures, queues, live work and the list of jobs.

import type { Dashboard } from "../../src/http/pages/jobs-fragments.tsx";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";
import { type JobListProps, JobListSection } from "../parts/job-list.tsx";
import { QueueSections } from "../parts/queue-card.tsx";
import { RunningList } from "../parts/running-list.tsx";
import { ServerStrip } from "../parts/server-state.tsx";
import { Tiles, type Totals } from "../parts/tiles.tsx";

export interface JobsPageProps extends Omit<JobListProps, "list" | "operations" | "queues" | "url"> {
  ctx: PageContext;
  dashboard: Dashboard;
  totals: Totals;
  live: string;
}

export function JobsPage(p: JobsPageProps) {
  const { ctx } = p;
  return (
    <Layout ctx={ctx} title="Jobs" wide live={p.live}>
      <div class="page-head">
        <h1>Jobs</h1>
        <a class="btn" href={ctx.url("/admin/jobs/pause-all")} data-dialog>
          <Icon name="pause" />
          Pause everything
        </a>
        <a class="btn" href={ctx.url("/admin/jobs/restart-workers")} data-dialog>
          <Icon name="refresh-cw" />
          Restart workers
        </a>
        <a class="btn" href={ctx.url("/admin/jobs/clear-failures")} data-dialog>
          <Icon name="eraser" />
          Clear failures
        </a>
        <a class="btn btn-quiet-danger" href={ctx.url("/admin/jobs/kill-all")} data-dialog>
          <Icon name="square" />
          Kill all
        </a>
      </div>
      <JobBoard {...p} />
    </Layout>
  );
}

/** The dashboard without its frame: full screen on its own page, embedded in the overview. */
export function JobBoard({
  ctx,
  dashboard: d,
  totals,
  filter,
  choices,
  pager,
  hiddenLibraries,
  views,
  line,
  empty,
  corrected,
  embedded,
}: JobsPageProps & { embedded?: boolean }) {
  const { url } = ctx;
  return (
    <div class="stack">
      {embedded ? null : (
        <>
          <ServerStrip state={d.state} url={url} />
          <Tiles totals={totals} url={url} />
        </>
      )}
      <section class="card flush" aria-labelledby="live-work">
        <header>
          <h2 id="live-work">Live work</h2>
        </header>
        <div id="working-room">
          <RunningList running={d.running} url={url} />
        </div>
      </section>
      <section aria-labelledby="queues">
        <h2 id="queues" class="section-head">
          Queues
        </h2>
        <QueueSections queues={d.queues} url={url} />
      </section>
      <JobListSection
        list={d.list}
        operations={d.operations}
        queues={d.queues.map((q) => q.name)}
        {...{ filter, choices, pager, hiddenLibraries, views, line, empty, corrected, url }}
      />
    </div>
  );
}
