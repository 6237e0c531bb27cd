// Failures by cause, and what is done with all of one or of several: first a question that counts, then the act, then what
// it did.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { ProblemChanges, ProblemsPage } from "../../../views/pages/problems.tsx";
import { stopIgnoring } from "../../healing/ignored-causes.ts";
import { ignoreProblem, quarantineProblem } from "../../healing/problem-acts.ts";
import { findProblem, type Problem } from "../../healing/problems.ts";
import { clearStuckJob } from "../../healing/stuck-jobs.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env, User } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { askFirst } from "./ask-first.tsx";
import { type Answer, done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { forgetCauses } from "./problem-count.ts";
import { isProblemAct, type ProblemAct, problemQuestion } from "./problem-questions.ts";
import { problemsProps } from "./problems-props.ts";
import { problemsSearch, readProblemsQuery } from "./problems-query.ts";
import { retryCauses } from "./retry-causes.ts";

export function problemPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/admin/problems", async (c) => {
    const query = readProblemsQuery(new URL(c.req.url).searchParams);
    const props = await problemsProps(app, query);
    const live = `/live/problems${problemsSearch(query)}`;
    return page(c, <ProblemsPage ctx={pageContext(app, c)} live={live} {...props} />);
  });

  routes.get("/admin/problems/ticked/ask", async (c) => {
    const act = c.req.query("act") ?? "";
    if (!isProblemAct(act)) throw new NotFound("action", act);
    const problems = await findAll(app, c.req.queries("cause") ?? []);
    if (problems.length > 0) return askFirst(app, c, problemQuestion(act, problems));
    return askFirst(app, c, {
      title: "No cause is ticked.",
      lines: ["Tick some of the open causes first; those that were ticked may be gone by now."],
      action: "/admin/problems",
      back: "/admin/problems",
      verb: "",
      danger: false,
      isEmpty: true,
    });
  });

  routes.get("/admin/problems/:fingerprint/:act", async (c) => {
    const { fingerprint, act } = c.req.param();
    if (!isProblemAct(act)) throw new NotFound("action", act);
    const [problem] = await findAll(app, [fingerprint]);
    if (!problem) throw new NotFound("problem", fingerprint);
    return askFirst(app, c, problemQuestion(act, [problem]));
  });

  routes.post("/admin/problems/stuck/:id{[0-9]+}/clear", (c) =>
    answerWith(
      app,
      c,
      async () => {
        const { user } = c.var.identity!;
        const id = Number(c.req.param("id"));
        const retry = c.req.query("retry") !== undefined;
        const became = await clearStuckJob(app, id, user.name, retry);
        if (!became) throw new Refused(409, "job.state", `Job ${id} is not stuck any more.`);
        await audit(app, user, "jobs.clear-stuck", `job:${id}`, { retry });
        return { text: `Cleared job ${id}: ${became}.` };
      },
      "/admin/problems?tab=stuck",
    ),
  );

  routes.post("/admin/problems/:fingerprint/:act", async (c) => {
    const { fingerprint, act } = c.req.param();
    if (!Object.hasOwn(acts, act)) throw new NotFound("action", act);
    const fields = await formFields(c);
    const causes = fingerprint === "ticked" ? (fields.causes ?? "").split(",") : [fingerprint];
    const back = act === "unignore" ? "/admin/problems?tab=ignored" : "/admin/problems";
    const work = () => acts[act as keyof typeof acts](app, causes, c.var.identity!.user, fields);
    return answerWith(app, c, work, back);
  });
  return routes;
}

async function findAll(app: App, fingerprints: string[]): Promise<Problem[]> {
  const hidden = await hiddenGroups(app);
  const found = fingerprints.slice(0, mostAtOnce).map((one) => findProblem(app, one, hidden));
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

const mostAtOnce = 100;

type Did = Pick<Answer, "text" | "undo">;

const acts: Record<
  ProblemAct | "unignore",
  (app: App, causes: string[], user: User, fields: Record<string, string>) => Promise<Did>
> = {
  retry: async (app, causes, user) => await retryCauses(app, causes, user),
  async ignore(app, causes, user, fields) {
    const note = (fields.note ?? "").trim().slice(0, 500) || null;
    const until = untilOf(app, fields.days ?? "");
    let cleared = 0;
    for (const cause of causes) {
      const n = await ignoreProblem(app, cause, { by: user.name, until, note }, await hiddenGroups(app));
      cleared += n;
      const detail = { cleared: n, ...(until && { until: until.toISOString() }), ...(note && { note }) };
      await audit(app, user, "problem.ignore", cause, detail);
    }
    const what = causes.length === 1 ? "" : ` ${counted(causes.length, "cause")}`;
    return { text: `Ignored${what}. ${counted(cleared, "failure")} cleared.` };
  },
  async quarantine(app, causes, user) {
    const sum = { quarantined: 0, cleared: 0 };
    for (const cause of causes) {
      const did = await quarantineProblem(app, cause, user.name, await hiddenGroups(app));
      await audit(app, user, "problem.quarantine", cause, did);
      sum.quarantined += did.quarantined;
      sum.cleared += did.cleared;
    }
    return {
      text: `${counted(sum.quarantined, "file")} held back, ${counted(sum.cleared, "failure")} cleared.`,
    };
  },
  async unignore(app, causes, user) {
    for (const cause of causes) {
      await stopIgnoring(app, cause);
      await audit(app, user, "problem.unignore", cause);
    }
    return { text: "What fails of this cause shows again. What was cleared stays so." };
  },
};

/** No days: until somebody takes it back. */
function untilOf(app: App, days: string): Date | null {
  if (days === "") return null;
  const hour = 3_600_000;
  if (days === "1h") return new Date(app.clock.now() + hour);
  const n = Number(days);
  if (!Number.isInteger(n) || n < 1 || n > 3650)
    throw new Refused(422, "input.invalid", `Ignore it for 1 to ${number(3650)} days, or until taken back.`);
  return new Date(app.clock.now() + n * 24 * hour);
}

/** Does it, and shows the page as it is afterwards; a refusal with the page as it still is. */
export async function answerWith(
  app: App,
  c: Context<Env>,
  work: () => Promise<Did>,
  back = "/admin/problems",
) {
  const shown = async (): Promise<Omit<Answer, "text">> => {
    forgetCauses(app);
    const query = queryFrom(c);
    if (!wantsPartial(c) || !query) return { back };
    const url = (path: string) => `${app.config.basePath ?? ""}${path}`;
    return { back, partials: <ProblemChanges {...(await problemsProps(app, query))} url={url} /> };
  };
  let did: Did;
  try {
    did = await work();
  } catch (error) {
    if (!(error instanceof NotFound)) return refused(app, c, error, await shown());
    // Somebody else was quicker: what is shown is old.
    const gone = new Refused(409, "problem.gone", "It is gone already: the page shows what is so now.");
    return refused(app, c, gone, await shown());
  }
  return done(app, c, { ...(await shown()), ...did });
}

/** What of the page somebody looks at; undefined on other pages, whose own parts change by themselves. */
function queryFrom(c: Context<Env>) {
  const around = c.req.header("hx-current-url") ?? "";
  if (!URL.canParse(around)) return readProblemsQuery(new URLSearchParams());
  const { pathname, searchParams } = new URL(around);
  return pathname.endsWith("/admin/problems") ? readProblemsQuery(searchParams) : undefined;
}
