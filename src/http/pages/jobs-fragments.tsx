// The parts of the jobs dashboard that change by themselves. The page is built of them once, the live stream sends them
// again when they differ.

import { PauseAll } from "../../../views/pages/jobs.tsx";
import { FourUp } from "../../../views/parts/four-up.tsx";
import { type GaugeFigures, Gauges } from "../../../views/parts/gauges.tsx";
import { JobsEmpty, ListLine } from "../../../views/parts/job-list.tsx";
import { JobRow, JobTable } from "../../../views/parts/job-table.tsx";
import { type OperationLine, OperationsNow } from "../../../views/parts/operation-line.tsx";
import { Pager } from "../../../views/parts/pager.tsx";
import { boardStamp, QueueBoard } from "../../../views/parts/queue-board.tsx";
import { Queue, type QueueFigures } from "../../../views/parts/queue-card.tsx";
import { QuickFilters } from "../../../views/parts/quick-filters.tsx";
import { type RecentLine, RecentList } from "../../../views/parts/recent-list.tsx";
import { type RunningLine, RunningList } from "../../../views/parts/running-list.tsx";
import { type ServerState, ServerStrip } from "../../../views/parts/server-state.tsx";
import { Tiles } from "../../../views/parts/tiles.tsx";
import type { App } from "../context.ts";
import type { Fragment } from "../live.ts";
import { unlessMoved } from "../unless-moved.ts";
import { gaugeFigures } from "./gauges.ts";
import { type JobList, jobList } from "./job-lines.ts";
import { isFiltered, type JobsQuery, jobsSearch } from "./jobs-query.ts";
import { operationsNow } from "./operation-lines.ts";
import { openProblems } from "./problem-count.ts";
import { queueFigures, totalsOf } from "./queue-figures.ts";
import { recentLines } from "./recent-lines.ts";
import { runningLines } from "./running-lines.ts";
import { serverState } from "./server-state.ts";

interface Shared {
  queues: QueueFigures[];
  running: RunningLine[];
  recent: RecentLine[];
  gauges: GaugeFigures;
  state: ServerState;
  operations: OperationLine[];
  /** Causes of failure that nobody has dealt with. */
  problems: number;
}

export interface Dashboard extends Shared {
  list: JobList;
}

/** What every reader sees, whatever list they look at: read once for all of them, at every look. */
export function sharedFigures(app: App): () => Promise<Shared> {
  const queues = unlessMoved(app, () => queueFigures(app));
  const recent = unlessMoved(app, () => recentLines(app));
  return () => figuresNow(app, queues, recent);
}

async function figuresNow(
  app: App,
  queuesNow = () => queueFigures(app),
  recentNow = () => recentLines(app),
): Promise<Shared> {
  const [queues, running, recent, gauges, operations, problems] = await Promise.all([
    queuesNow(),
    runningLines(app),
    recentNow(),
    gaugeFigures(app),
    operationsNow(app),
    openProblems(app),
  ]);
  return { queues, running, recent, gauges, operations, problems, state: await serverState(app, queues) };
}

export async function dashboard(app: App, query: JobsQuery, shared?: Shared): Promise<Dashboard> {
  const figures = shared ?? (await figuresNow(app));
  return { ...figures, list: await jobList(app, query, figures.queues) };
}

export function dashboardFragments(
  d: Dashboard,
  query: JobsQuery,
  url: (path: string) => string,
): Fragment[] {
  const { queues, running, list } = d;
  const totals = totalsOf(queues);
  return [
    {
      target: "#server-state",
      swap: "outerMorph",
      markup: <ServerStrip state={d.state} url={url} />,
    },
    {
      target: "#operations-now",
      swap: "outerMorph",
      markup: <OperationsNow operations={d.operations} url={url} />,
    },
    {
      target: "#tiles",
      swap: "outerMorph",
      markup: <Tiles totals={totals} problems={d.problems} url={url} />,
    },
    {
      target: "#pause-all",
      swap: "outerMorph",
      markup: <PauseAll isPaused={d.state.pause !== null} url={url} />,
    },
    { target: "#gauges", swap: "outerMorph", markup: <Gauges gauges={d.gauges} /> },
    ...queues.map((queue) => ({
      target: `#queue-${queue.name}`,
      swap: "outerMorph" as const,
      markup: <Queue queue={queue} url={url} />,
      of: queue,
      within: true,
    })),
    {
      // After its cards, whose places it may change, and with them: a queue that wakes up does not stand among the idle
      // ones for a second.
      target: "#queue-board",
      swap: "outerMorph",
      markup: <QueueBoard queues={queues} url={url} />,
      stamp: boardStamp(queues),
    },
    {
      target: "#working",
      swap: "outerMorph",
      markup: <RunningList running={running} waiting={totals.waiting} url={url} />,
    },
    {
      target: "#recent",
      swap: "outerMorph",
      markup: <RecentList recent={d.recent} url={url} />,
      of: d.recent,
      everyMs: 1000,
    },
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
        <JobTable jobs={list.jobs} url={url} empty={<JobsEmpty {...emptiness(list, query)} url={url} />} />
      ),
      // Which jobs and in which order: their values travel alone.
      stamp: list.jobs.map((j) => j.id).join(),
      everyMs: 1000,
    },
    {
      target: "#quick",
      swap: "outerMorph",
      markup: <QuickFilters totals={totalsOf(queues)} filter={query} url={url} />,
    },
    { target: "#list-line", swap: "outerMorph", markup: <ListLine {...listLine(list, query)} url={url} /> },
    { target: "#pager", swap: "outerMorph", markup: <Pager {...pagerOf(list, query)} url={url} /> },
  ];
}

export function fourUpFragment(
  { queues }: Pick<Dashboard, "queues">,
  url: (path: string) => string,
): Fragment {
  return { target: "#four-up", swap: "outerMorph", markup: <FourUp totals={totalsOf(queues)} url={url} /> };
}

/** How many there are, and the way to act on all of them. */
export function listLine({ total, isLeast, faults }: JobList, query: JobsQuery) {
  return {
    total,
    isLeast,
    isFaulty: faults.length > 0,
    isFiltered: isFiltered(query),
    href: `/admin/jobs/all${jobsSearch({ ...query, page: 1 })}`,
  };
}

export function emptiness({ faults, hidden }: JobList, query: JobsQuery) {
  return { filtered: isFiltered(query), isFaulty: faults.length > 0, hidden };
}

export function pagerOf(list: JobList, query: JobsQuery) {
  const at = (page: number) => `/admin/jobs${jobsSearch(query, { page })}`;
  return {
    list: { ...list, first: (list.page - 1) * query.perPage + 1 },
    previous: list.page > 1 ? at(list.page - 1) : null,
    next: list.page < list.pages ? at(list.page + 1) : null,
  };
}
