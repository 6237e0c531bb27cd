// Acts on whole queues from the pages: first a question that counts what it touches, then the act, then what it did.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import type { Question } from "../../../views/parts/confirm.tsx";
import { PauseForm, PausePage } from "../../../views/parts/pause-choices.tsx";
import { QueueBoard } from "../../../views/parts/queue-board.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import { QueueDialog, QueuePage } from "../../../views/parts/queue-dialog.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { noTally, type Tally } from "../../queue/job-store.ts";
import { NotFound } from "../../runtime/errors.ts";
import {
  actOnQueue,
  changeQueue,
  killAll,
  type PurgeState,
  purgeStates,
  type QueueAction,
  queueActions,
} from "../api/queues.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { askFirst } from "./ask-first.tsx";
import { done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { pauseBodyOf, pauseChoices } from "./pause-form.ts";
import { queueFigures, totalsOf } from "./queue-figures.ts";
import { operateOn, queueOperations } from "./queue-operation.ts";
import {
  clearQuestion,
  isAskable,
  killQuestion,
  purgeable,
  type QueueCounts,
  questions,
} from "./queue-questions.ts";
import { tuningOf, usualOf } from "./queue-tuning.ts";

export function queueActs(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const ask = (c: Context<Env>, question: Question) => askFirst(app, c, question);

  routes.get("/admin/jobs/kill-all", async (c) =>
    ask(c, killQuestion(totalsOf(await queueFigures(app)).running, await frozenIn(app))),
  );
  routes.post("/admin/jobs/kill-all", async (c) => {
    const cancelled = await killAll(app, c.var.identity!.user);
    return done(app, c, { text: `Cancelled ${counted(cancelled, "running job")}.`, back: "/admin/jobs" });
  });

  routes.get("/admin/jobs/clear-failures", async (c) =>
    ask(c, clearQuestion(totalsOf(await queueFigures(app)).failed)),
  );
  routes.post("/admin/jobs/clear-failures", (c) =>
    operateOn(app, c, "clear-failed", undefined, () => board(app, c)),
  );

  routes.get("/admin/jobs/queues/:name", async (c) => {
    const queue = await oneQueue(app, c.req.param("name"));
    const ctx = pageContext(app, c);
    const kinds = app.queue.catalogue.kinds.filter((k) => k.queue === queue.name);
    const state = (await app.store.queueStates()).find((s) => s.queue === queue.name);
    const props = {
      queue,
      purgeable: purgeable(await countsOf(app, queue.name)),
      kinds,
      pauses: pauseChoices(app),
      usual: usualOf(app, queue.name),
      isTuned: (state?.concurrency ?? state?.weight ?? null) !== null,
    };
    if (wantsPartial(c)) return c.html(<QueueDialog {...props} url={ctx.url} />);
    return page(c, <QueuePage ctx={ctx} {...props} />);
  });

  routes.get("/admin/jobs/queues/:name/pause", async (c) => {
    const { name } = await oneQueue(app, c.req.param("name"));
    const ctx = pageContext(app, c);
    const asks = {
      title: `Pause ${name}?`,
      line: "Nothing new starts in this queue until then; what comes meanwhile waits.",
      action: `/admin/jobs/queues/${name}/pause`,
      choices: pauseChoices(app),
      freeze: true,
    };
    if (wantsPartial(c)) return c.html(<PauseForm ask={asks} url={ctx.url} />);
    return page(c, <PausePage ctx={ctx} ask={asks} />);
  });
  routes.get("/admin/jobs/queues/:name/:action", async (c) => {
    const { name, action } = c.req.param();
    if (!isAskable(action)) throw new NotFound("action", action);
    return ask(c, questions[action](name, await countsOf(app, name), purgeState(c.req.query("only"))));
  });

  routes.post("/admin/jobs/queues/:name/pause", async (c) => {
    const name = c.req.param("name");
    const { user } = c.var.identity!;
    const back = "/admin/jobs";
    try {
      const body = pauseBodyOf(app, await formFields(c));
      await changeQueue(app, name, { isPaused: true, ...body }, user.name);
      await audit(app, user, "queue.pause", `queue:${name}`, body);
      const still = body.mode === "freeze" ? "What ran stands still." : "What runs goes on.";
      return done(app, c, { text: `Paused ${name}. ${still}`, back, partials: await board(app, c) });
    } catch (error) {
      return refused(app, c, error, { back, partials: await board(app, c) });
    }
  });
  routes.post("/admin/jobs/queues/:name/tune", async (c) => {
    const name = c.req.param("name");
    const { user } = c.var.identity!;
    const back = "/admin/jobs";
    try {
      const tuning = tuningOf(app, name, await formFields(c));
      await changeQueue(app, name, tuning, user.name);
      await audit(app, user, "queue.change", `queue:${name}`, tuning);
      const { concurrency, weight } = await oneQueue(app, name);
      const text = `${name}: ${counted(concurrency, "job")} at once, weight ${weight}.`;
      return done(app, c, { text, back, partials: await board(app, c) });
    } catch (error) {
      return refused(app, c, error, { back, partials: await board(app, c) });
    }
  });
  routes.post("/admin/jobs/queues/:name/resume", async (c) => {
    const name = c.req.param("name");
    const { user } = c.var.identity!;
    await changeQueue(app, name, { isPaused: false }, user.name);
    await audit(app, user, "queue.resume", `queue:${name}`);
    return done(app, c, {
      text: `Resumed ${name}.`,
      back: "/admin/jobs",
      partials: await board(app, c),
    });
  });
  routes.post("/admin/jobs/queues/:name/:action", async (c) => {
    const { name, action } = c.req.param();
    if (!Object.hasOwn(queueActions, action)) throw new NotFound("action", action);
    if (Object.hasOwn(queueOperations, action)) {
      await oneQueue(app, name);
      return operateOn(app, c, action as keyof typeof queueOperations, name, () => board(app, c));
    }
    const only = purgeState((await formFields(c)).only);
    const did = await actOnQueue(app, name, action as QueueAction, c.var.identity!.user, only);
    return done(app, c, {
      text: `${name}: ${inWords(did)}`,
      back: "/admin/jobs",
      partials: await board(app, c),
    });
  });
  return routes;
}

/** "Enqueued 12, skipped 3." */
function inWords(did: Record<string, number>): string {
  const words = Object.entries(did).map(([what, n]) => `${what} ${number(n)}`);
  return `${words.join(", ").replace(/^\w/, (first) => first.toUpperCase())}.`;
}

async function oneQueue(app: App, name: string): Promise<QueueFigures> {
  const queue = (await queueFigures(app)).find((q) => q.name === name);
  if (!queue) throw new NotFound("queue", name);
  return queue;
}

async function countsOf(app: App, name: string): Promise<QueueCounts> {
  await oneQueue(app, name);
  const sum = noTally();
  for (const tally of await app.store.tallies())
    if (tally.lane.queue === name)
      for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
  return { ...sum, frozen: await frozenIn(app, name) };
}

/** Runs that stand still: they count as paused, and are at work all the same. */
async function frozenIn(app: App, queue?: string): Promise<number> {
  const ids = app.worker
    .running()
    .filter((run) => run.isFrozen && (queue === undefined || run.lane.queue === queue))
    .map((run) => run.id);
  if (ids.length === 0) return 0;
  return (await app.store.list({ ids, status: ["paused"] }, "newest", 0, 1)).total;
}

function purgeState(text: string | undefined): PurgeState | undefined {
  if (text === undefined || text === "") return undefined;
  const state = purgeStates.find((one) => one === text);
  if (!state) throw new NotFound("state", text);
  return state;
}

/** The whole board: an idle queue that is paused moves among those with something to tell. */
async function board(app: App, c: Context<Env>) {
  if (!wantsPartial(c)) return undefined;
  const url = (path: string) => `${app.config.basePath}${path}`;
  return partial("#queue-board", "outerMorph", <QueueBoard queues={await queueFigures(app)} url={url} />);
}
