// What one does to a single job from its row or its detail. What can be taken back is an operation of one job, so that Undo,
// the audit log and the list of operations are the same for one as for many.

import { type Context, Hono } from "hono";
import { JobHead } from "../../../views/pages/job.tsx";
import type { Question } from "../../../views/parts/confirm.tsx";
import { JobDetail } from "../../../views/parts/job-detail.tsx";
import { JobRow } from "../../../views/parts/job-table.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { type Job, legalMoves, type Move } from "../../queue/job.ts";
import {
  isReversible,
  type OperationAction,
  type OperationParams,
  whyNot,
} from "../../queue/operation-actions.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { whysOfJobs } from "../api/job-view.ts";
import { reorder } from "../api/jobs.ts";
import { pauseEndOf } from "../api/pause-body.ts";
import { audit } from "../audit.ts";
import type { App, Env, User } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { startOperation } from "../operations.ts";
import { askFirst } from "./ask-first.tsx";
import { operationInWords, pastTense } from "./bulk-words.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { jobFacts } from "./job-facts.ts";
import { jobLine, kindLabel } from "./job-lines.ts";
import { isBusy, soonOver } from "./operation-lines.ts";
import { pauseBodyOf } from "./pause-form.ts";
import { queueFigures } from "./queue-figures.ts";

export function jobActs(app: App): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/admin/jobs/:id{[0-9]+}/remove", async (c) => {
    const job = await app.queue.get(Number(c.req.param("id")));
    return askFirst(app, c, removeQuestion(app, job));
  });

  routes.post("/admin/jobs/:id{[0-9]+}/:verb", async (c) => {
    const [id, verb] = [Number(c.req.param("id")), c.req.param("verb")];
    const form = await formFields(c);
    const back = backFrom(form, "/admin/jobs");
    try {
      const before = await app.queue.get(id);
      const { action, params } = askedOf(app, verb, form);
      const { user } = c.var.identity!;
      const undo = await actOn(app, user, before, action, params);
      const text = inWords(before, action, params);
      const to = action === "remove" ? "/admin/jobs" : back;
      // Its page is gone with it.
      const leave = action === "remove" && isOnItsPage(c, id);
      return done(app, c, { text, back: to, undo, leave, partials: await jobPartials(app, c, id) });
    } catch (error) {
      return refused(app, c, error, { back, partials: await jobPartials(app, c, id) });
    }
  });
  return routes;
}

/** Answers the operation that takes it back, where one does. */
async function actOn(
  app: App,
  user: User,
  before: Job,
  action: OperationAction,
  params: OperationParams,
): Promise<number | undefined> {
  const { id } = before;
  // What is impossible says why in its own words; and nobody waits for a bulk operation of a million jobs.
  if (
    !isReversible(action) ||
    whyNot(action, before) ||
    (await isHeld(app, action, id)) ||
    (await isBusy(app))
  ) {
    await directly(app, user, id, action, params);
    return undefined;
  }
  const filters = [{ ids: [id], hideGroups: await hiddenGroups(app) }];
  const op = await soonOver(
    app,
    (await startOperation(app, { action, params, filters, filterText: `ids=${id}` }, user)).id,
  );
  if (op.status === "done" && op.done === 0) throw new Refused(409, "job.state", operationInWords(op));
  return op.isUndoable ? op.id : undefined;
}

async function directly(app: App, user: User, id: number, action: OperationAction, params: OperationParams) {
  if (action === "priority" || action === "position") await reorder(app, id, params);
  else await app.queue.move(id, action, user.name, params.pauseEnds ?? null);
  const detail = Object.keys(params).length > 0 ? params : undefined;
  await audit(app, user, `job.${action}`, `job:${id}`, detail);
}

async function isHeld(app: App, action: OperationAction, id: number): Promise<boolean> {
  return action === "retry" && (await app.queue.heldBack(id)) !== undefined;
}

function askedOf(
  app: App,
  verb: string,
  form: Record<string, string>,
): { action: OperationAction; params: OperationParams } {
  if (verb === "move") {
    const { position, priority } = form;
    if (position === "first" || position === "last") return { action: "position", params: { position } };
    const n = Number(priority);
    if (Number.isInteger(n) && n >= 1 && n <= 10) return { action: "priority", params: { priority: n } };
    throw new Refused(422, "input.invalid", "A priority is a whole number from 1 to 10.");
  }
  if (!isMove(verb)) throw new NotFound("verb", verb);
  if (verb !== "pause") return { action: verb, params: {} };
  const pauseEnds = pauseEndOf(app, pauseBodyOf(app, form));
  return { action: verb, params: pauseEnds === null ? {} : { pauseEnds } };
}

function isMove(verb: string): verb is Move {
  return Object.hasOwn(legalMoves, verb);
}

/** A run that is paused stands still, one that waits does not start. */
function inWords({ id, status, frozen }: Job, action: OperationAction, params: OperationParams): string {
  if (action === "position") return `Job ${id} is the ${params.position} of its queue now.`;
  if (action === "priority") return `Job ${id} has priority ${params.priority} now.`;
  if (action === "pause" && status === "running") return `Froze job ${id}.`;
  if (action === "resume" && frozen) return `Goes on: job ${id}.`;
  if (action === "acknowledge") return `Cleared the failure of job ${id}.`;
  if (action === "unacknowledge") return `Brought the failure of job ${id} back.`;
  return `${pastTense(action)} job ${id}.`;
}

function removeQuestion(app: App, job: Job): Question {
  const what = `job ${job.id} (${kindLabel(app, job)}${job.subject.label ? `: ${job.subject.label}` : ""})`;
  const mayNot = whyNot("remove", job);
  return {
    title: mayNot ? `Job ${job.id} ${mayNot}; it cannot be removed now.` : `Remove job ${job.id}?`,
    lines: mayNot
      ? []
      : [`${what} goes with its log and history, which nothing brings back. What it made stays.`],
    action: `/admin/jobs/${job.id}/remove`,
    verb: "Remove",
    danger: true,
    isEmpty: mayNot !== undefined,
    back: `/admin/jobs/${job.id}`,
  };
}

/** The row as it is now, or the page of the job; the live stream would bring the row too, a moment later. */
export async function jobPartials(app: App, c: Context<Env>, id: number) {
  if (!wantsPartial(c)) return undefined;
  const job = await app.store.get(id);
  if (!job) return partial(`#job-${id}`, "delete", null);
  const url = (path: string) => `${app.config.basePath}${path}`;
  const queues = await queueFigures(app);
  const line = jobLine(app, job, (await whysOfJobs(app, [job])).get(id)!, queues);
  if (!isOnItsPage(c, id)) return partial(`#job-${id}`, "outerMorph", <JobRow job={line} url={url} />);
  const facts = await jobFacts(app, job, queues, { withLog: false });
  return (
    <>
      {partial("#job-head", "outerMorph", <JobHead line={line} facts={facts} url={url} />)}
      {partial(`#detail-${id}`, "outerMorph", <JobDetail facts={facts} url={url} />)}
    </>
  );
}

function isOnItsPage(c: Context<Env>, id: number): boolean {
  const at = c.req.header("hx-current-url") ?? "";
  return URL.canParse(at) && new URL(at).pathname.endsWith(`/admin/jobs/${id}`);
}

/** A form on another page says where it came from; only places of this product count. */
function backFrom({ back }: Record<string, string>, otherwise: string): string {
  return back !== undefined && /^\/admin(\/|$)[\w/-]*$/.test(back) ? back : otherwise;
}
