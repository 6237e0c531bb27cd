// The jobs page, a job's own page, and its log as text.

import { Hono } from "hono";
import { JobHead, JobPage } from "../../../views/pages/job.tsx";
import { JobsPage, type JobsPageProps } from "../../../views/pages/jobs.tsx";
import { JobDetail } from "../../../views/parts/job-detail.tsx";
import { JobRow } from "../../../views/parts/job-table.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import type { Job } from "../../queue/job.ts";
import { NotFound } from "../../runtime/errors.ts";
import { attemptLog, fullLog, whysOfJobs } from "../api/job-view.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { wantsPartial } from "./flash.ts";
import { jobActs } from "./job-acts.tsx";
import { jobFacts } from "./job-facts.ts";
import { jobLine } from "./job-lines.ts";
import { type Dashboard, dashboard, emptiness, listLine, pagerOf } from "./jobs-fragments.tsx";
import {
  isFiltered,
  type JobsQuery,
  jobsSearch,
  readJobsQuery,
  searchText,
  statusChoices,
} from "./jobs-query.ts";
import { type PageContext, page, pageContext } from "./page-context.ts";
import { queueFigures, totalsOf } from "./queue-figures.ts";
import { viewsProps } from "./saved-views.tsx";

export function jobsPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/admin/jobs", async (c) => {
    const query = readJobsQuery(new URL(c.req.url).searchParams);
    return page(c, <JobsPage {...(await jobsPageProps(app, pageContext(app, c), query))} />);
  });

  routes.get("/admin/jobs/:id{[0-9]+}", async (c) => {
    const job = await app.queue.get(Number(c.req.param("id")));
    const ctx = pageContext(app, c);
    // A detail that looks whether its job went on has the log already.
    const { line, facts } = await oneJob(app, job, c.req.query("part") !== "detail");
    if (wantsPartial(c)) {
      const inList = c.req.query("in") === "list";
      // What stands above it must not say otherwise, and the list's stream forgets what its filter leaves out.
      const above = inList
        ? partial(`#job-${job.id}`, "outerMorph", <JobRow job={line} url={ctx.url} />)
        : partial("#job-head", "outerMorph", <JobHead line={line} facts={facts} url={ctx.url} />);
      return c.html(`${await (<JobDetail facts={facts} inList={inList} url={ctx.url} />)}${await above}`);
    }
    return page(c, <JobPage ctx={ctx} facts={facts} line={line} />);
  });

  routes.get("/admin/jobs/:id{[0-9]+}/log", async (c) => {
    const job = await app.queue.get(Number(c.req.param("id")));
    const asked = c.req.query("attempt");
    const text = asked === undefined ? await fullLog(app, job) : await oneAttempt(app, job, Number(asked));
    const name = `job-${job.id}${asked === undefined ? "" : `-attempt-${Number(asked)}`}.log`;
    const isDownload = c.req.query("download") !== undefined;
    c.header("Content-Disposition", `${isDownload ? "attachment" : "inline"}; filename="${name}"`);
    c.header("Cache-Control", "no-store");
    return c.text(text);
  });

  routes.route("/", jobActs(app));
  return routes;
}

async function oneAttempt(app: App, job: Job, n: number): Promise<string> {
  const attempt = (await app.store.attempts(job.id)).find(({ number }) => number === n);
  if (!attempt) throw new NotFound(`attempt of job ${job.id}`, n);
  return await attemptLog(app, job.id, attempt);
}

export async function jobsPageProps(app: App, ctx: PageContext, query: JobsQuery): Promise<JobsPageProps> {
  const d: Dashboard = await dashboard(app, query);
  return {
    ctx,
    dashboard: d,
    views: await viewsProps(app, ctx.user!, d.list.faults.length > 0 ? "" : searchText(query)),
    line: listLine(d.list, query),
    empty: emptiness(d.list, query),
    corrected: (text) => ctx.url(`/admin/jobs${jobsSearch(query, { text, page: 1 })}`),
    totals: totalsOf(d.queues),
    filter: { ...query, filtered: isFiltered(query) },
    choices: {
      statuses: Object.entries(statusChoices),
      kinds: app.queue.catalogue.kinds
        .map((k): [string, string] => [k.name, k.label])
        .sort((a, b) => a[1].localeCompare(b[1])),
    },
    pager: pagerOf(d.list, query),
    live: `/live/jobs${jobsSearch(query)}`,
    hiddenLibraries: (await hiddenGroups(app)).length,
  };
}

async function oneJob(app: App, job: Job, withLog: boolean) {
  const queues = await queueFigures(app);
  const why = (await whysOfJobs(app, [job])).get(job.id)!;
  return { line: jobLine(app, job, why, queues), facts: await jobFacts(app, job, queues, { withLog }) };
}
