// The jobs page and everything one does from it. Acts on whole queues are the API's own; a page adds the question before
// and the words after.

import { type Context, Hono } from "hono";
import { JobHead, JobPage } from "../../../views/pages/job.tsx";
import { JobsPage, type JobsPageProps } from "../../../views/pages/jobs.tsx";
import { JobDetail } from "../../../views/parts/job-detail.tsx";
import { JobRow } from "../../../views/parts/job-table.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { type Job, legalMoves, type Move, type PauseEnd } from "../../queue/job.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { whysOfJobs } from "../api/job-view.ts";
import { reorder } from "../api/jobs.ts";
import { pauseEndOf } from "../api/pause-body.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { pastTense } from "./bulk-words.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { jobFacts, jobLine } from "./job-lines.ts";
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
import { pauseBodyOf } from "./pause-form.ts";
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

  routes.post("/admin/jobs/:id{[0-9]+}/move", async (c) => {
    const id = Number(c.req.param("id"));
    const { user } = c.var.identity!;
    const form = await formFields(c);
    const back = backFrom(form, "/admin/jobs");
    try {
      const order = orderOf(form);
      await reorder(app, id, order);
      await audit(app, user, `job.${order.position ? "position" : "priority"}`, `job:${id}`, order);
      const text = order.position
        ? `Job ${id} is the ${order.position} of its queue now.`
        : `Job ${id} has priority ${order.priority} now.`;
      return done(app, c, { text, back, partials: await rowPartial(app, c, id) });
    } catch (error) {
      return refused(app, c, error, { back, partials: await rowPartial(app, c, id) });
    }
  });

  routes.post("/admin/jobs/:id{[0-9]+}/:verb", async (c) => {
    const [id, verb] = [Number(c.req.param("id")), c.req.param("verb")];
    if (!isMove(verb)) throw new NotFound("verb", verb);
    const { user } = c.var.identity!;
    const form = await formFields(c);
    const back = backFrom(form, "/admin/jobs");
    let text: string;
    try {
      const before = await app.queue.get(id);
      const body = verb === "pause" ? pauseBodyOf(app, form) : {};
      const ends: PauseEnd = verb === "pause" ? pauseEndOf(app, body) : null;
      await app.queue.move(id, verb, user.name, ends);
      await audit(app, user, `job.${verb}`, `job:${id}`, Object.keys(body).length > 0 ? body : undefined);
      text = `${wordOf(verb, before)} job ${id}.`;
    } catch (error) {
      return refused(app, c, error, { back, partials: await rowPartial(app, c, id) });
    }
    return done(app, c, { text, back, partials: await rowPartial(app, c, id) });
  });
  return routes;
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

function isMove(verb: string): verb is Move {
  return Object.hasOwn(legalMoves, verb);
}

/** A run that is paused stands still, one that waits does not start. */
function wordOf(verb: Move, { status, frozen }: Job): string {
  if (verb === "pause" && status === "running") return "Froze";
  return verb === "resume" && frozen ? "Goes on:" : pastTense(verb);
}

function orderOf({ position, priority }: Record<string, string>): {
  position?: "first" | "last";
  priority?: number;
} {
  if (position === "first" || position === "last") return { position };
  const n = Number(priority);
  if (Number.isInteger(n) && n >= 1 && n <= 10) return { priority: n };
  throw new Refused(422, "input.invalid", "A priority is a whole number from 1 to 10.");
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
function backFrom({ back }: Record<string, string>, otherwise: string): string {
  return back !== undefined && /^\/admin(\/|$)[\w/-]*$/.test(back) ? back : otherwise;
}
