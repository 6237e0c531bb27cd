// Acts on everything at once: pause and resume all queues, restart the workers, clear what is stuck.

import { type Context, Hono } from "hono";
import { counted } from "../../../views/format.ts";
import type { Question } from "../../../views/parts/confirm.tsx";
import { PauseForm, PausePage } from "../../../views/parts/pause-choices.tsx";
import { ServerStrip } from "../../../views/parts/server-state.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { stuckJobs } from "../../healing/stuck-jobs.ts";
import { clearStuckJobs } from "../api/healing.ts";
import { pauseAll, restartWorkers, resumeAll } from "../api/queues.ts";
import type { App, Env } from "../context.ts";
import { askFirst } from "./ask-first.tsx";
import { done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { pauseBodyOf, pauseChoices } from "./pause-form.ts";
import { queueFigures } from "./queue-figures.ts";
import { serverState } from "./server-state.ts";

const back = "/admin/jobs";

export function allActs(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const ask = (c: Context<Env>, question: Question) => askFirst(app, c, question);
  const strip = async (c: Context<Env>) => {
    if (!wantsPartial(c)) return undefined;
    const state = await serverState(app, await queueFigures(app));
    const url = (path: string) => `${app.config.basePath}${path}`;
    return partial("#server-state", "outerMorph", <ServerStrip state={state} url={url} />);
  };

  routes.get("/admin/jobs/pause-all", async (c) => {
    const ctx = pageContext(app, c);
    const asks = {
      title: "Pause everything?",
      line: "No queue starts anything new until then; what comes meanwhile waits.",
      action: "/admin/jobs/pause-all",
      choices: pauseChoices(app),
      freeze: true,
    };
    if (wantsPartial(c)) return c.html(<PauseForm ask={asks} url={ctx.url} />);
    return page(c, <PausePage ctx={ctx} ask={asks} />);
  });
  routes.post("/admin/jobs/pause-all", async (c) => {
    try {
      const body = pauseBodyOf(app, await formFields(c));
      await pauseAll(app, body, c.var.identity!.user);
      const still = body.mode === "freeze" ? "What ran stands still." : "What runs goes on to its end.";
      return done(app, c, { text: `Paused everything. ${still}`, back, partials: await strip(c) });
    } catch (error) {
      return refused(app, c, error, { back, partials: await strip(c) });
    }
  });
  routes.post("/admin/jobs/resume-all", async (c) => {
    await resumeAll(app, c.var.identity!.user);
    return done(app, c, { text: "Resumed everything.", back, partials: await strip(c) });
  });

  routes.get("/admin/jobs/restart-workers", async (c) => {
    const running = app.worker.running().length;
    return ask(c, {
      title: "Restart the workers?",
      lines: [
        running === 0
          ? "Nothing is running."
          : `${counted(running, "running job")} ${running === 1 ? "is" : "are"} handed back and ${running === 1 ? "starts" : "start"} anew from the beginning; it counts as no failure.`,
      ],
      action: "/admin/jobs/restart-workers",
      verb: "Restart workers",
      danger: running > 0,
      back,
    });
  });
  routes.post("/admin/jobs/restart-workers", async (c) => {
    const handedBack = await restartWorkers(app, c.var.identity!.user);
    const text = `Restarted the workers; ${counted(handedBack, "job")} handed back.`;
    return done(app, c, { text, back, partials: await strip(c) });
  });

  routes.get("/admin/jobs/clear-stuck", async (c) =>
    ask(c, clearStuckQuestion((await stuckJobs(app)).length, undefined)),
  );
  routes.post("/admin/jobs/clear-stuck", async (c) => {
    const text = await clear(app, c, undefined);
    return done(app, c, { text, back, partials: await strip(c) });
  });
  routes.get("/admin/jobs/queues/:name/clear-stuck", async (c) => {
    const name = c.req.param("name");
    return ask(c, clearStuckQuestion((await stuckJobs(app, name)).length, name));
  });
  routes.post("/admin/jobs/queues/:name/clear-stuck", async (c) => {
    const text = await clear(app, c, c.req.param("name"));
    return done(app, c, { text, back, partials: await strip(c) });
  });
  return routes;
}

async function clear(app: App, c: Context<Env>, queue: string | undefined): Promise<string> {
  const again = (await formFields(c)).retry === "1";
  const { cleared } = await clearStuckJobs(app, c.var.identity!.user, queue, again);
  return `Cleared ${counted(cleared, "stuck job")}.`;
}

function clearStuckQuestion(stuck: number, queue: string | undefined): Question {
  const where = queue === undefined ? "" : ` of ${queue}`;
  return {
    title: stuck === 0 ? `Nothing${where} is stuck.` : `Clear ${counted(stuck, "stuck job")}${where}?`,
    lines:
      stuck === 0
        ? []
        : [
            `${stuck === 1 ? "It has" : "They have"} shown no sign of life for too long. Tools are killed, and ${stuck === 1 ? "the job counts" : "the jobs count"} as failed.`,
          ],
    checks: [{ name: "retry", value: "1", label: "Back to waiting instead, while retries are left" }],
    action: queue === undefined ? "/admin/jobs/clear-stuck" : `/admin/jobs/queues/${queue}/clear-stuck`,
    verb: `Clear ${counted(stuck, "job")}`,
    danger: true,
    isEmpty: stuck === 0,
    back,
  };
}
