// Acts on whole queues from the pages: first a question that counts what it touches, then the act, then what it did.

import { z } from "@hono/zod-openapi";
import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { Confirm, ConfirmPage, type Question } from "../../../views/parts/confirm.tsx";
import { PauseForm, PausePage } from "../../../views/parts/pause-choices.tsx";
import type { QueueFigures } from "../../../views/parts/queue-card.tsx";
import { QueueCard } from "../../../views/parts/queue-card.tsx";
import { QueueDialog, QueuePage } from "../../../views/parts/queue-dialog.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { noTally, type Tally } from "../../queue/job-store.ts";
import { stateOf } from "../../queue/pausing.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import {
  actOnQueue,
  changeQueue,
  killAll,
  type QueueAction,
  queueActions,
  tuningFields,
} from "../api/queues.ts";
import { audit } from "../audit.ts";
import type { App, Env } from "../context.ts";
import { done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { pauseBodyOf, pauseChoices } from "./pause-form.ts";
import { queueFigures, totalsOf } from "./queue-figures.ts";

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
    const state = await stateOf(app.store, queue.name);
    const props = {
      queue,
      kinds,
      pauses: pauseChoices(app),
      usual: usualOf(app, queue.name),
      isTuned: state.concurrency !== null || state.weight !== null,
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

const askable = ["cancel", "clear-failed", "retry-failed", "purge"] as const;
type Askable = (typeof askable)[number];

function isAskable(action: string): action is Askable {
  return (askable as readonly string[]).includes(action);
}

const questions: Record<Askable, (name: string, t: Tally) => Question> = {
  cancel: (name, t) => {
    const open = t.running + t.waiting + t.delayed + t.paused;
    return question(name, "cancel", {
      title: `Cancel ${counted(open, "job")} of ${name}?`,
      lines: [
        `${number(t.running)} running, ${number(t.waiting)} waiting, ${number(t.delayed)} delayed, ${number(t.paused)} held back.`,
        "Running jobs stop at once and leave nothing half made. Cancelled jobs can be retried.",
      ],
      verb: `Cancel ${counted(open, "job")}`,
      danger: true,
      isEmpty: open === 0,
    });
  },
  "clear-failed": (name, t) =>
    question(name, "clear-failed", {
      title: `Clear ${counted(t.failed, "failure")} of ${name}?`,
      lines: ["They stay in the database and in the list of cleared failures; only the count goes to zero."],
      verb: `Clear ${counted(t.failed, "failure")}`,
      danger: false,
      isEmpty: t.failed === 0,
    }),
  "retry-failed": (name, t) =>
    question(name, "retry-failed", {
      title: `Retry ${counted(t.failed, "failed job")} of ${name}?`,
      lines: [
        t.cleared > 0
          ? `They start over and keep their history; ${number(t.cleared)} cleared ${t.cleared === 1 ? "one is" : "ones are"} left alone.`
          : "They start over and keep their history.",
        "A job whose input has not changed fails again in the same way.",
      ],
      verb: `Retry ${counted(t.failed, "job")}`,
      danger: false,
      isEmpty: t.failed === 0,
    }),
  purge: (name, t) => {
    const all = t.waiting + t.delayed + t.paused + t.failed + t.cleared + t.completed + t.cancelled;
    return question(name, "purge", {
      title: `Purge ${counted(all, "job")} of ${name}?`,
      lines: [
        `${number(t.waiting)} waiting, ${number(t.delayed)} delayed, ${number(t.paused)} held back, ${number(t.failed + t.cleared)} failed, ${number(t.completed)} completed, ${number(t.cancelled)} cancelled.`,
        "They are removed with their logs and history; that cannot be undone. Running jobs and files are left alone.",
      ],
      verb: `Purge ${counted(all, "job")}`,
      danger: true,
      isEmpty: all === 0,
    });
  },
};

function question(name: string, action: Askable, rest: Omit<Question, "action" | "back">): Question {
  const asked = rest.isEmpty ? { ...rest, title: nothing[action](name), lines: [] } : rest;
  return { ...asked, action: `/admin/jobs/queues/${name}/${action}`, back: "/admin/jobs" };
}

const nothing: Record<Askable, (name: string) => string> = {
  cancel: (name) => `Nothing runs or waits in ${name}.`,
  "clear-failed": (name) => `There are no failures to clear in ${name}.`,
  "retry-failed": (name) => `There are no failures to retry in ${name}.`,
  purge: (name) => `There is nothing to purge in ${name}.`,
};

function killQuestion(running: number): Question {
  return {
    title: running === 0 ? "Nothing is running." : `Kill ${counted(running, "running job")}?`,
    lines:
      running === 0
        ? []
        : [
            "They stop at once and count as cancelled; each can be retried. Waiting jobs start in their place.",
          ],
    action: "/admin/jobs/kill-all",
    verb: `Kill ${counted(running, "job")}`,
    danger: true,
    isEmpty: running === 0,
    back: "/admin/jobs",
  };
}

function clearQuestion(failed: number): Question {
  return {
    title: failed === 0 ? "There are no failures to clear." : `Clear ${counted(failed, "failure")}?`,
    lines:
      failed === 0 ? [] : ["In every queue. They stay in the database and in the list of cleared failures."],
    action: "/admin/jobs/clear-failures",
    verb: `Clear ${counted(failed, "failure")}`,
    danger: false,
    isEmpty: failed === 0,
    back: "/admin/jobs",
  };
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

/** What holds when nobody has tuned it. */
function usualOf(app: App, name: string) {
  const spec = app.queue.catalogue.queueByName.get(name);
  if (!spec) return null;
  const multiplier = app.settings.get("concurrencyMultiplier");
  return { concurrency: Math.max(1, Math.round(spec.base * multiplier)), weight: spec.weight };
}

/** Null where the catalogue decides again. What is as usual stays untuned, so that it goes along with the multiplier. */
function tuningOf(app: App, name: string, form: Record<string, string>) {
  if (form.reset) return { concurrency: null, weight: null };
  const parsed = tuning.safeParse({ concurrency: Number(form.concurrency), weight: Number(form.weight) });
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({
      path: issue.path as string[],
      message:
        issue.path[0] === "weight" ? "The weight is above 0, up to 1000." : "From 1 to 64 jobs at once.",
    }));
    throw new Refused(422, "input.invalid", errors.map((e) => e.message).join(" "), { errors });
  }
  const usual = usualOf(app, name);
  const { concurrency, weight } = parsed.data;
  return {
    concurrency: concurrency === usual?.concurrency ? null : concurrency!,
    weight: weight === usual?.weight ? null : weight!,
  };
}

const tuning = z.object(tuningFields);
