// The jobs page and everything one does from it. Acts on whole queues are the API's own; a page adds the question before
// and the words after.

import { type Context, Hono } from "hono";
import { JobHead, JobPage } from "../../../views/pages/job.tsx";
import { JobsPage, type JobsPageProps } from "../../../views/pages/jobs.tsx";
import { JobDetail } from "../../../views/parts/job-detail.tsx";
import { JobRow } from "../../../views/parts/job-table.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import type { Job, Move } from "../../queue/job.ts";
import { NotFound } from "../../runtime/errors.ts";
import { whysOfJobs } from "../api/job-view.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { bulkInWords, pastTense } from "./bulk-words.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { jobFacts, jobLine } from "./job-lines.ts";
import { type Dashboard, dashboard, pagerOf } from "./jobs-fragments.tsx";
import { isFiltered, type JobsQuery, jobsSearch, readJobsQuery, statusChoices } from "./jobs-query.ts";
import { type PageContext, page, pageContext } from "./page-context.ts";
import { queueFigures, totalsOf } from "./queue-figures.ts";

export function jobsPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/admin/jobs", async (c) => {
    const query = readJobsQuery(new URL(c.req.url).searchParams);
    return page(c, <JobsPage {...(await jobsPageProps(app, pageContext(app, c), query))} />);
  });

  routes.get("/admin/jobs/:id{[0-9]+}", async (c) => {
    const job = await app.queue.get(Number(c.req.param("id")));
    const { line, facts } = await oneJob(app, job);
    const ctx = pageContext(app, c);
    if (wantsPartial(c)) {
      const inList = c.req.query("in") === "list";
      // What stands above it must not say otherwise, and the list's stream forgets what its filter leaves out.
      const above = inList
        ? partial(`#job-${job.id}`, "outerMorph", <JobRow job={line} url={ctx.url} />)
        : partial("#job-head", "outerMorph", <JobHead line={line} url={ctx.url} />);
      return c.html(`${await (<JobDetail facts={facts} inList={inList} url={ctx.url} />)}${await above}`);
    }
    return page(c, <JobPage ctx={ctx} facts={facts} line={line} />);
  });

  routes.post("/admin/jobs/bulk", async (c) => {
    const form = await c.req.formData();
    const ids = form.getAll("ids").map(Number).filter(Number.isSafeInteger);
    const verb = String(form.get("verb"));
    if (!isMove(verb)) throw new NotFound("verb", verb);
    const { user } = c.var.identity!;
    const before = ids.length === 0 ? [] : (await app.store.list({ ids }, "newest", 0, ids.length)).jobs;
    const moved = ids.length === 0 ? 0 : await app.queue.moveAll({ ids }, verb, user.name);
    if (moved > 0) await audit(app, user, `jobs.${verb}`, null, { ids, moved });
    return done(app, c, { text: bulkInWords(verb, ids.length, moved, before), back: "/admin/jobs" });
  });

  routes.post("/admin/jobs/:id{[0-9]+}/:verb", async (c) => {
    const [id, verb] = [Number(c.req.param("id")), c.req.param("verb")];
    if (!isMove(verb)) throw new NotFound("verb", verb);
    const { user } = c.var.identity!;
    const back = await backFrom(c, "/admin/jobs");
    try {
      await app.queue.move(id, verb, user.name);
    } catch (error) {
      return refused(app, c, error, { back, partials: await rowPartial(app, c, id) });
    }
    await audit(app, user, `job.${verb}`, `job:${id}`);
    return done(app, c, {
      text: `${pastTense[verb]} job ${id}.`,
      back,
      partials: await rowPartial(app, c, id),
    });
  });
  return routes;
}

export async function jobsPageProps(app: App, ctx: PageContext, query: JobsQuery): Promise<JobsPageProps> {
  const d: Dashboard = await dashboard(app, query);
  return {
    ctx,
    dashboard: d,
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

function isMove(verb: string): verb is Move {
  return Object.hasOwn(pastTense, verb);
}

async function oneJob(app: App, job: Job) {
  const queues = await queueFigures(app);
  const why = (await whysOfJobs(app, [job])).get(job.id)!;
  return { line: jobLine(app, job, why, queues), facts: await jobFacts(app, job, queues) };
}

/** The row as it is now; the live stream would bring it too, a moment later. */
async function rowPartial(app: App, c: Context<Env>, id: number) {
  if (!wantsPartial(c)) return undefined;
  const job = await app.store.get(id);
  if (!job) return partial(`#job-${id}`, "delete", null);
  const { line } = await oneJob(app, job);
  return partial(
    `#job-${id}`,
    "outerMorph",
    <JobRow job={line} url={(path) => `${app.config.basePath}${path}`} />,
  );
}

/** A form on another page says where it came from; only places of this product count. */
async function backFrom(c: Context<Env>, otherwise: string): Promise<string> {
  const back = (await c.req.parseBody()).back;
  return typeof back === "string" && /^\/admin(\/|$)[\w/-]*$/.test(back) ? back : otherwise;
}
