// The parts of the jobs dashboard that change by themselves. The page is built of them once, the live stream sends them
// again when they differ.

import { JobsEmpty } from "../../../views/pages/jobs.tsx";
import { FourUp } from "../../../views/parts/four-up.tsx";
import { JobRow, JobTable } from "../../../views/parts/job-table.tsx";
import { Pager } from "../../../views/parts/pager.tsx";
import { QueueCard, type QueueFigures } from "../../../views/parts/queue-card.tsx";
import { type RunningLine, RunningList } from "../../../views/parts/running-list.tsx";
import { Tiles } from "../../../views/parts/tiles.tsx";
import type { App } from "../context.ts";
import type { Fragment } from "../live.ts";
import { unlessMoved } from "../unless-moved.ts";
import { type JobList, jobList, runningLines } from "./job-lines.ts";
import { isFiltered, type JobsQuery, jobsSearch } from "./jobs-query.ts";
import { queueFigures, totalsOf } from "./queue-figures.ts";

export interface Dashboard {
  queues: QueueFigures[];
  running: RunningLine[];
  list: JobList;
}

type Shared = Pick<Dashboard, "queues" | "running">;

/** What every reader sees, whatever list they look at: read once for all of them, at every look. */
export function sharedFigures(app: App): () => Promise<Shared> {
  const queues = unlessMoved(app, () => queueFigures(app));
  return () => figuresNow(app, queues);
}

async function figuresNow(app: App, queuesNow = () => queueFigures(app)): Promise<Shared> {
  const [queues, running] = await Promise.all([queuesNow(), runningLines(app)]);
  return { queues, running };
}

export async function dashboard(app: App, query: JobsQuery, shared?: Shared): Promise<Dashboard> {
  const { queues, running } = shared ?? (await figuresNow(app));
  return { queues, running, list: await jobList(app, query, queues) };
}

export function dashboardFragments(
  d: Dashboard,
  query: JobsQuery,
  url: (path: string) => string,
): Fragment[] {
  const { queues, running, list } = d;
  return [
    { target: "#tiles", swap: "outerMorph", markup: <Tiles totals={totalsOf(queues)} url={url} /> },
    ...queues.map((queue) => ({
      target: `#queue-${queue.name}`,
      swap: "outerMorph" as const,
      markup: <QueueCard queue={queue} url={url} />,
    })),
    { target: "#working", swap: "outerMorph", markup: <RunningList running={running} url={url} /> },
    ...list.jobs.map((job) => ({
      target: `#job-${job.id}`,
      swap: "outerMorph" as const,
      markup: <JobRow job={job} url={url} />,
      within: true,
    })),
    {
      target: "#jobs",
      swap: "outerMorph",
      markup: (
        <JobTable jobs={list.jobs} url={url} empty={<JobsEmpty filtered={isFiltered(query)} url={url} />} />
      ),
      // Which jobs and in which order: their values travel alone.
      stamp: list.jobs.map((j) => j.id).join(),
      everyMs: 1000,
    },
    { target: "#pager", swap: "outerMorph", markup: <Pager {...pagerOf(list, query)} url={url} /> },
  ];
}

export function fourUpFragment(
  { queues }: Pick<Dashboard, "queues">,
  url: (path: string) => string,
): Fragment {
  return { target: "#four-up", swap: "outerMorph", markup: <FourUp totals={totalsOf(queues)} url={url} /> };
}

export function pagerOf(list: JobList, query: JobsQuery) {
  const at = (page: number) => `/admin/jobs${jobsSearch(query, { page })}`;
  return {
    list: { ...list, first: (list.page - 1) * query.perPage + 1 },
    previous: list.page > 1 ? at(list.page - 1) : null,
    next: list.page < list.pages ? at(list.page + 1) : null,
  };
}
