// The control room: figures, queues, live work and the list of jobs.

import type { Dashboard } from "../../src/http/pages/jobs-fragments.tsx";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Gauges } from "../parts/gauges.tsx";
import { Icon } from "../parts/icon.tsx";
import { type JobListProps, JobListSection } from "../parts/job-list.tsx";
import { QueueBoard } from "../parts/queue-board.tsx";
import { RecentList } from "../parts/recent-list.tsx";
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
        <div class="row head-acts">
          <a class="btn btn-primary" href={ctx.url("/admin/jobs/new")} data-dialog>
            <Icon name="plus" />
            New job
          </a>
          <PauseAll isPaused={p.dashboard.state.pause !== null} url={ctx.url} />
          <MoreActs url={ctx.url} />
        </div>
      </div>
      <JobBoard {...p} />
    </Layout>
  );
}

/** Its banner resumes; a second pause would only change the first. */
export function PauseAll({ isPaused, url }: { isPaused: boolean; url: PageContext["url"] }) {
  return (
    <a class="btn" id="pause-all" href={url("/admin/jobs/pause-all")} data-dialog>
      <Icon name="pause" />
      <span>
        {isPaused ? "Change" : "Pause"}
        <span class="wide-only">{isPaused ? " the pause" : " everything"}</span>
      </span>
    </a>
  );
}

function MoreActs({ url }: { url: PageContext["url"] }) {
  return (
    <details class="more">
      <summary class="btn" aria-label="More acts">
        <Icon name="ellipsis" />
        <span class="wide-only">More</span>
      </summary>
      <div class="menu">
        <a class="menu-item" href={url("/admin/jobs/restart-workers")} data-dialog>
          <Icon name="refresh-cw" />
          Restart workers
        </a>
        <a class="menu-item" href={url("/admin/jobs/clear-failures")} data-dialog>
          <Icon name="eraser" />
          Clear failures
        </a>
        <a class="menu-item" href={url("/admin/jobs/clear-stuck")} data-dialog>
          <Icon name="skull" />
          Clear stuck jobs
        </a>
        <a class="menu-item danger" href={url("/admin/jobs/kill-all")} data-dialog>
          <Icon name="square" />
          Kill all
        </a>
      </div>
    </details>
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
          <Tiles totals={totals} problems={d.problems} url={url} />
        </>
      )}
      <Gauges gauges={d.gauges} />
      <div class="work">
        <section class="card flush" aria-labelledby="live-work">
          <header>
            <h2 id="live-work">Live work</h2>
            <a class="btn btn-small btn-quiet-danger" href={url("/admin/jobs/kill-all")} data-dialog>
              <Icon name="square" />
              Kill all
            </a>
          </header>
          <div>
            <RunningList running={d.running} waiting={totals.waiting} url={url} />
          </div>
        </section>
        <section class="card flush" aria-labelledby="recent-title">
          <header>
            <h2 id="recent-title">Recently finished</h2>
          </header>
          <details class="fold" id="recent-fold">
            <summary>
              <Icon name="history" />
              Recently finished
              <Icon name="chevron-down" />
            </summary>
          </details>
          <div class="folded">
            <RecentList recent={d.recent} url={url} />
          </div>
        </section>
      </div>
      <section aria-labelledby="queues">
        <h2 id="queues" class="section-head">
          Queues
        </h2>
        <QueueBoard queues={d.queues} url={url} />
      </section>
      <JobListSection
        list={d.list}
        operations={d.operations}
        queues={d.queues.map((q) => q.name)}
        {...{ totals, filter, choices, pager, hiddenLibraries, views, line, empty, corrected, url }}
      />
    </div>
  );
}
