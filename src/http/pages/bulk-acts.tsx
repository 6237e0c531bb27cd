// Doing one thing to many jobs: those that are ticked, or all that match. First which verb, then how many it would touch,
// then the operation, with Undo when it is over.

import { type Context, Hono } from "hono";
import { AllForm, AllPage, Counted, CountsOn } from "../../../views/pages/operations.tsx";
import type { JobFilter } from "../../queue/job-store.ts";
import { isReversible, type OperationAction, operationActions } from "../../queue/operation-actions.ts";
import { countFor, type OperationCount } from "../../queue/operation-count.ts";
import { NotFound } from "../../runtime/errors.ts";
import { jobFilters } from "../api/job-query.ts";
import { pauseEndOf } from "../api/pause-body.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { startOperation } from "../operations.ts";
import { askFirst } from "./ask-first.tsx";
import { type Asked, allProps, questionOf, tickedQuestion } from "./bulk-questions.ts";
import { operationInWords } from "./bulk-words.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formDataOf, formFields } from "./form-data.ts";
import { apiQuery, filterFields, jobsSearch, readJobsQuery } from "./jobs-query.ts";
import { operationLine, soonOver } from "./operation-lines.ts";
import { operationsPart } from "./operations.tsx";
import { page, pageContext } from "./page-context.ts";
import { pauseBodyOf } from "./pause-form.ts";

/** Counting to say which verbs make sense need not be exact. */
const glanceMs = 40;
/** So long a question that counts may keep somebody waiting before it counts on behind their back. */
const askMs = 40;

export function bulkActs(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;

  routes.post("/admin/jobs/bulk", async (c) => {
    const form = await formDataOf(c);
    const ids = form.getAll("ids").map(Number).filter(Number.isSafeInteger);
    const asked = readVerb(app, { verb: String(form.get("verb")) });
    if (ids.length === 0) return done(app, c, { text: "No job is ticked.", back: "/admin/jobs" });
    const filters = [{ ids, hideGroups: await hiddenGroups(app) }];
    return begin(app, c, asked, filters, { text: idsInWords(ids), asked: ids.length, back: "/admin/jobs" });
  });

  routes.get("/admin/jobs/bulk/ask", async (c) => {
    const search = new URL(c.req.url).searchParams;
    const ids = search.getAll("ids").map(Number).filter(Number.isSafeInteger).slice(0, 1000);
    const asked = readVerb(app, Object.fromEntries(search));
    const count = await countFor(app.store, [{ ids, hideGroups: await hiddenGroups(app) }], asked.action);
    const question = tickedQuestion(asked, ids, count);
    return askFirst(app, c, question);
  });

  routes.get("/admin/jobs/all", async (c) => {
    const query = readJobsQuery(new URL(c.req.url).searchParams);
    const count = await countFor(app.store, await jobFilters(app, apiQuery(query)), "cancel", glanceMs);
    const props = allProps(app, query, count);
    if (wantsPartial(c)) return c.html(<AllForm {...props} url={url} />);
    return page(c, <AllPage ctx={pageContext(app, c)} {...props} />);
  });
  routes.get("/admin/jobs/all/ask", async (c) => {
    const search = new URL(c.req.url).searchParams;
    const query = readJobsQuery(search);
    const form = Object.fromEntries(search);
    const asked = readVerb(app, form);
    const filters = await jobFilters(app, apiQuery(query));
    const count = await countSoon(app, filters, asked.action);
    const question = questionOf(asked, count, query, form);
    if (count.isLeast) question.asks = <CountsOn url={url} search={search} />;
    return askFirst(app, c, question);
  });
  routes.get("/admin/jobs/all/count", async (c) => {
    const search = new URL(c.req.url).searchParams;
    const asked = readVerb(app, Object.fromEntries(search));
    const filters = await jobFilters(app, apiQuery(readJobsQuery(search)));
    const { legal, isLeast } = await countFor(app.store, filters, asked.action, 2000);
    return c.html(<Counted n={legal} isLeast={isLeast} />);
  });
  routes.post("/admin/jobs/all", async (c) => {
    const form = await formFields(c);
    const query = readJobsQuery(new URLSearchParams(form));
    const back = `/admin/jobs${jobsSearch(query)}`;
    const filters = await jobFilters(app, apiQuery(query));
    const text = filterFields(query)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join("&");
    return begin(app, c, readVerb(app, form), filters, { text, back });
  });
  return routes;
}

/** What is known after a moment: a search that finds little may look through very many jobs. */
async function countSoon(app: App, filters: JobFilter[], action: OperationAction): Promise<OperationCount> {
  const { promise: late, resolve } = Promise.withResolvers<OperationCount>();
  const nothingYet = { matched: 0, byStatus: {}, byQueue: {}, legal: 0, isLeast: true };
  const forget = app.clock.after(askMs * 2, () => resolve(nothingYet));
  const count = countFor(app.store, filters, action, askMs);
  return Promise.race([count, late]).finally(forget);
}

/** Begins it, and waits a moment for its end: then the answer says what came of it, with Undo. */
async function begin(
  app: App,
  c: Context<Env>,
  asked: Asked,
  filters: JobFilter[],
  { text: filterText, back, asked: n }: { text: string; back: string; asked?: number },
) {
  let id: number;
  try {
    ({ id } = await startOperation(app, { ...asked, filters, filterText }, c.var.identity!.user));
  } catch (error) {
    return refused(app, c, error, { back });
  }
  const op = await soonOver(app, id);
  const mayUndo = operationLine(app, op).mayUndo || (op.status === "waiting" && !isReversible(op.action));
  return done(app, c, {
    text: operationInWords(op, n),
    back,
    undo: mayUndo ? id : undefined,
    partials: await operationsPart(app, c),
  });
}

/** The verbs of forms: the actions, and `first` and `last` for positions. */
function readVerb(app: App, form: Record<string, string>): Asked {
  const verb = form.verb ?? "";
  if (verb === "first" || verb === "last") return { action: "position", params: { position: verb } };
  const action = operationActions.find((one) => one === verb);
  if (!action || action === "position") throw new NotFound("verb", verb);
  if (action === "priority") {
    const priority = Number(form.priority);
    if (!Number.isInteger(priority) || priority < 1 || priority > 10)
      throw new NotFound("priority", form.priority ?? "");
    return { action, params: { priority } };
  }
  if (action !== "pause") return { action, params: {} };
  const pauseEnds = pauseEndOf(app, { ...pauseBodyOf(app, form), mode: undefined });
  return { action, params: pauseEnds === null ? {} : { pauseEnds } };
}

function idsInWords(ids: number[]): string {
  return `ids=${ids.slice(0, 50).join(",")}${ids.length > 50 ? ",…" : ""}`;
}
