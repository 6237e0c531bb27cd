// Doing one thing to many jobs from the pages: which verb, then how many it would touch, then the operation with its
// progress, and the list of operations with undo.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { AllForm, AllPage, OperationList, OperationsPage } from "../../../views/pages/operations.tsx";
import { Confirm, ConfirmPage, type Question } from "../../../views/parts/confirm.tsx";
import { OperationsNow } from "../../../views/parts/operation-line.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import type { JobFilter } from "../../queue/job-store.ts";
import {
  isReversible,
  type OperationAction,
  type OperationParams,
  operationActions,
} from "../../queue/operation-actions.ts";
import { countFor, type OperationCount } from "../../queue/operation-count.ts";
import type { Operation } from "../../queue/operation-rows.ts";
import { NotFound } from "../../runtime/errors.ts";
import { jobFilters } from "../api/job-query.ts";
import { pauseEndOf } from "../api/pause-body.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { startOperation } from "../operations.ts";
import { imperative, operationInWords, passive } from "./bulk-words.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { apiQuery, filterFields, type JobsQuery, jobsSearch, readJobsQuery } from "./jobs-query.ts";
import { operationLine, operationsNow, soonOver } from "./operation-lines.ts";
import { page, pageContext } from "./page-context.ts";
import { pauseBodyOf, pauseChoices } from "./pause-form.ts";

export function operationPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;

  routes.get("/admin/operations", async (c) => {
    const props = await listProps(app, Number(c.req.query("page") ?? 1));
    if (wantsPartial(c)) return c.html(<OperationList {...props} url={url} />);
    return page(c, <OperationsPage ctx={pageContext(app, c)} {...props} />);
  });

  for (const verb of ["abort", "resume", "undo"] as const)
    routes.post(`/admin/operations/:id{[0-9]+}/${verb}`, async (c) => {
      const id = Number(c.req.param("id"));
      const { user } = c.var.identity!;
      const back = "/admin/operations";
      let begun: Operation;
      try {
        begun = await app.operations[verb](id, user.email);
      } catch (error) {
        return refused(app, c, error, { back, partials: await changed(app, c) });
      }
      if (verb !== "undo") await audit(app, user, `operation.${verb}`, `operation:${id}`);
      const isOver = (op: Operation) => op.undoStartedAt !== null && op.status !== "undoing";
      const op = begun.status === "undoing" ? await soonOver(app, id, isOver) : await app.operations.get(id);
      const text = verb === "resume" ? "It goes on." : operationInWords(op);
      return done(app, c, { text, back, partials: await changed(app, c) });
    });

  routes.post("/admin/jobs/bulk", async (c) => {
    const form = await c.req.formData();
    const ids = form.getAll("ids").map(Number).filter(Number.isSafeInteger);
    const asked = readVerb(app, { verb: String(form.get("verb")) });
    if (ids.length === 0) return done(app, c, { text: "No job is ticked.", back: "/admin/jobs" });
    const filters = [{ ids, hideGroups: await hiddenGroups(app) }];
    return begin(app, c, asked, filters, { text: idsInWords(ids), asked: ids.length, back: "/admin/jobs" });
  });

  routes.get("/admin/jobs/all", async (c) => {
    const query = readJobsQuery(new URL(c.req.url).searchParams);
    const count = await countFor(app.store, await jobFilters(app, apiQuery(query)), "cancel");
    const props = allProps(app, query, count);
    if (wantsPartial(c)) return c.html(<AllForm {...props} url={url} />);
    return page(c, <AllPage ctx={pageContext(app, c)} {...props} />);
  });
  routes.get("/admin/jobs/all/ask", async (c) => {
    const search = new URL(c.req.url).searchParams;
    const query = readJobsQuery(search);
    const form = Object.fromEntries(search);
    const asked = readVerb(app, form);
    const count = await countFor(app.store, await jobFilters(app, apiQuery(query)), asked.action);
    const question = questionOf(asked, count, query, form);
    if (wantsPartial(c)) return c.html(<Confirm question={question} url={url} />);
    return page(c, <ConfirmPage ctx={pageContext(app, c)} question={question} />);
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

interface Asked {
  action: OperationAction;
  params: OperationParams;
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
    partials: await changed(app, c),
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

function allProps(app: App, query: JobsQuery, { matched, byStatus, isLeast }: OperationCount) {
  const n = (...statuses: (keyof typeof byStatus)[]) =>
    statuses.reduce((sum, s) => sum + (byStatus[s] ?? 0), 0);
  const verbs = [
    { verb: "retry", label: "Retry", n: n("failed", "cancelled") },
    { verb: "cancel", label: "Cancel", n: n("pending", "running", "paused") },
    { verb: "resume", label: "Resume", n: n("paused") },
    { verb: "acknowledge", label: "Clear failures", n: n("failed") },
    { verb: "unacknowledge", label: "Bring failures back", n: query.status === "cleared" ? n("failed") : 0 },
    { verb: "remove", label: "Remove", n: matched - n("running") },
  ];
  const most = isLeast ? `the ${number(matched)} or more jobs` : counted(matched, "job");
  return {
    what: filterFields(query).length > 0 ? `${most} that match` : `all ${most}`,
    fields: filterFields(query),
    verbs: verbs.filter((verb) => verb.n > 0),
    mayPause: n("pending", "running") > 0,
    mayReorder: n("pending", "paused") > 0,
    pauses: pauseChoices(app),
    back: `/admin/jobs${jobsSearch(query)}`,
  };
}

function questionOf(
  asked: Asked,
  { matched, legal, byStatus, isLeast }: OperationCount,
  query: JobsQuery,
  form: Record<string, string>,
): Question {
  const some = `${isLeast ? "at least " : ""}${counted(legal, "job")}`;
  const states = Object.entries(byStatus).map(([status, n]) => `${number(n)} ${status}`);
  const rest = matched - legal;
  const params = ["verb", "until", "priority"].flatMap((name): [string, string][] =>
    form[name] === undefined ? [] : [[name, form[name]]],
  );
  return {
    title: legal === 0 ? `None of them can be ${passive(asked)}.` : `${imperative(asked, some)}?`,
    lines: [
      `${isLeast ? "At least " : ""}${counted(matched, "job matches", "jobs match")}${states.length > 0 ? `: ${states.join(", ")}` : ""}.`,
      ...(rest > 0 && legal > 0
        ? [
            `${number(rest)} cannot be ${passive(asked)} and ${rest === 1 ? "stays as it is" : "stay as they are"}.`,
          ]
        : []),
      ...(legal === 0 ? [] : [consequence(asked.action)]),
    ],
    action: "/admin/jobs/all",
    fields: [...filterFields(query), ...params],
    verb: imperative(asked, counted(legal, "job")),
    danger: asked.action === "remove" || asked.action === "cancel",
    isEmpty: legal === 0,
    back: `/admin/jobs${jobsSearch(query)}`,
  };
}

function consequence(action: OperationAction): string {
  if (action === "remove")
    return "They go with their logs and history, which nothing brings back. It begins after ten seconds, so that you can think again.";
  const undo = "It can be undone for seven days.";
  if (action === "cancel") return `Running ones stop at once and leave nothing half made. ${undo}`;
  if (action === "pause") return `Running ones stand still where they are. ${undo}`;
  return undo;
}

/** What shows operations, on whichever of the pages it stands. */
async function changed(app: App, c: Context<Env>) {
  if (!wantsPartial(c)) return undefined;
  const url = (path: string) => `${app.config.basePath}${path}`;
  const at = c.req.header("hx-current-url") ?? "";
  if (URL.canParse(at) && new URL(at).pathname.endsWith("/admin/operations")) {
    const props = await listProps(app, Number(new URL(at).searchParams.get("page") ?? 1));
    return partial("#operations", "outerMorph", <OperationList {...props} url={url} />);
  }
  const now = <OperationsNow operations={await operationsNow(app)} url={url} />;
  return partial("#operations-now", "outerMorph", now);
}

const perPage = 25;

async function listProps(app: App, asked: number) {
  const wish = Number.isInteger(asked) && asked > 0 ? asked : 1;
  const { total } = await app.operations.list(0, 0);
  const pages = Math.max(1, Math.ceil(total / perPage));
  const at = Math.min(wish, pages);
  const { operations } = await app.operations.list((at - 1) * perPage, perPage);
  return { operations: operations.map((op) => operationLine(app, op)), page: at, pages };
}

function idsInWords(ids: number[]): string {
  return `ids=${ids.slice(0, 50).join(",")}${ids.length > 50 ? ",…" : ""}`;
}
