// Acts on whole queues from the pages: first a question that counts what it touches, then the act, then what it did.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { Confirm, ConfirmPage, type Question } from "../../../views/parts/confirm.tsx";
import { PauseForm, PausePage } from "../../../views/parts/pause-choices.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import { QueueCard } from "../../../views/parts/queue-card.tsx";
import { QueueDialog, QueuePage } from "../../../views/parts/queue-dialog.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { noTally, type Tally } from "../../queue/job-store.ts";
import { NotFound } from "../../runtime/errors.ts";
import { actOnQueue, changeQueue, killAll, type QueueAction, queueActions } from "../api/queues.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { pauseBodyOf, pauseChoices } from "./pause-form.ts";
import { queueFigures, totalsOf } from "./queue-figures.ts";
import { clearQuestion, isAskable, killQuestion, questions } from "./queue-questions.ts";
import { tuningOf, usualOf } from "./queue-tuning.ts";

export function queueActs(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const ask = async (c: Context<Env>, question: Question) => {
    const ctx = pageContext(app, c);
    if (wantsPartial(c)) return c.html(<Confirm question={question} url={ctx.url} />);
    return page(c, <ConfirmPage ctx={ctx} question={question} />);
  };

  routes.get("/admin/jobs/kill-all", async (c) =>
    ask(c, killQuestion(totalsOf(await queueFigures(app)).running)),
  );
  routes.post("/admin/jobs/kill-all", async (c) => {
    const cancelled = await killAll(app, c.var.identity!.user);
    return done(app, c, { text: `Cancelled ${counted(cancelled, "running job")}.`, back: "/admin/jobs" });
  });

  routes.get("/admin/jobs/clear-failures", async (c) =>
    ask(c, clearQuestion(totalsOf(await queueFigures(app)).failed)),
  );
  routes.post("/admin/jobs/clear-failures", async (c) => {
    const { user } = c.var.identity!;
    const cleared = await app.queue.moveAll({ status: ["unacknowledged"] }, "acknowledge", user.name);
    await audit(app, user, "failures.clear", null, { cleared });
    return done(app, c, { text: `Cleared ${counted(cleared, "failure")}.`, back: "/admin/jobs" });
  });

  routes.get("/admin/jobs/queues/:name", async (c) => {
    const queue = await oneQueue(app, c.req.param("name"));
    const ctx = pageContext(app, c);
    const kinds = app.queue.catalogue.kinds.filter((k) => k.queue === queue.name);
    const state = (await app.store.queueStates()).find((s) => s.queue === queue.name);
    const props = {
      queue,
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
      line: "Nothing new starts in this queue until then.",
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
    const tally = await tallyOf(app, name);
    return ask(c, questions[action](name, tally));
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
      return done(app, c, { text: `Paused ${name}. ${still}`, back, partials: await card(app, c, name) });
    } catch (error) {
      return refused(app, c, error, { back, partials: await card(app, c, name) });
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
      return done(app, c, { text, back, partials: await card(app, c, name) });
    } catch (error) {
      return refused(app, c, error, { back, partials: await card(app, c, name) });
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
      partials: await card(app, c, name),
    });
  });
  routes.post("/admin/jobs/queues/:name/:action", async (c) => {
    const { name, action } = c.req.param();
    if (!Object.hasOwn(queueActions, action)) throw new NotFound("action", action);
    const did = await actOnQueue(app, name, action as QueueAction, c.var.identity!.user);
    return done(app, c, {
      text: `${name}: ${inWords(did)}`,
      back: "/admin/jobs",
      partials: await card(app, c, name),
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

async function tallyOf(app: App, name: string): Promise<Tally> {
  await oneQueue(app, name);
  const sum = noTally();
  for (const tally of await app.store.tallies())
    if (tally.lane.queue === name)
      for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
  return sum;
}

async function card(app: App, c: Context<Env>, name: string) {
  if (!wantsPartial(c)) return undefined;
  const queue = (await queueFigures(app)).find((q) => q.name === name);
  if (!queue) return undefined;
  return partial(
    `#queue-${name}`,
    "outerMorph",
    <QueueCard queue={queue} url={(path) => `${app.config.basePath}${path}`} />,
  );
}
