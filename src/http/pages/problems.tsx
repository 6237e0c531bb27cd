// Failures by cause, and what is done with all of one: first a question that counts, then the act, then what it did.

import { type Context, Hono } from "hono";
import { counted, number } from "../../../views/format.ts";
import { ProblemChanges, ProblemsPage } from "../../../views/pages/problems.tsx";
import { Confirm, ConfirmPage, type Question } from "../../../views/parts/confirm.tsx";
import { IgnoreFields } from "../../../views/parts/ignore-fields.tsx";
import { stopIgnoring } from "../../healing/ignored-causes.ts";
import { ignoreProblem, quarantineProblem, retryProblem } from "../../healing/problem-acts.ts";
import { findProblem, type Problem } from "../../healing/problems.ts";
import { NotFound, Refused } from "../../runtime/errors.ts";
import { audit } from "../audit.ts";
import type { App, Env, User } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { type Answer, done, refused, wantsPartial } from "./flash.ts";
import { formFields } from "./form-data.ts";
import { page, pageContext } from "./page-context.ts";
import { problemsProps } from "./problems-props.ts";

export function problemPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get("/admin/problems", async (c) => {
    const { props, seen } = await problemsProps(app, pageContext(app, c), new URL(c.req.url).searchParams);
    if (c.req.query("part") === undefined) return page(c, <ProblemsPage {...props} />);
    if (c.req.query("seen") === seen) return c.body(null, 204);
    return c.html(<ProblemChanges {...props} />);
  });

  routes.get("/admin/problems/:fingerprint/:act", async (c) => {
    const { act } = c.req.param();
    if (!Object.hasOwn(questions, act)) throw new NotFound("action", act);
    const problem = await findProblem(app, c.req.param("fingerprint"), await hiddenGroups(app));
    if (!problem) throw new NotFound("problem", c.req.param("fingerprint"));
    return askFirst(app, c, questions[act as Act](problem));
  });

  routes.post("/admin/problems/:fingerprint/:act", async (c) => {
    const { fingerprint, act } = c.req.param();
    if (!Object.hasOwn(acts, act)) throw new NotFound("action", act);
    const fields = await formFields(c);
    return answerWith(app, c, () =>
      acts[act as keyof typeof acts](app, fingerprint, c.var.identity!.user, fields),
    );
  });
  return routes;
}

type Act = "retry" | "ignore" | "quarantine";

const questions: Record<Act, (p: Problem) => Question> = {
  retry: (p) => ({
    ...common(p, "retry"),
    title: `Retry ${counted(p.count, "failed job")}?`,
    lines: [
      `They wait again, each with a fresh count of tries. As long as the cause is not gone, they end the same way: ${p.meaning}`,
    ],
    verb: `Retry ${counted(p.count, "job")}`,
  }),
  ignore: (p) => ({
    ...common(p, "ignore"),
    title: `Ignore this cause of ${counted(p.count, "failure")}?`,
    lines: [
      `${p.code}: ${p.cause}`,
      `${counted(p.count, "failure")} ${p.count === 1 ? "is" : "are"} cleared now, and what fails of it later is cleared as it comes. It stays in the history.`,
    ],
    verb: "Ignore",
    asks: IgnoreFields(),
  }),
  quarantine: (p) => ({
    ...common(p, "quarantine"),
    title:
      p.files === 0
        ? "There is no file to hold back."
        : `Hold ${p.files === null ? `the files of ${counted(p.count, "job")}` : counted(p.files, "file")} back?`,
    lines:
      p.files === 0
        ? ["These failures are about no file."]
        : [
            `Nothing more is tried on ${p.files === 1 ? "it" : "them"} until somebody lets go, or the content changes. Waiting jobs about ${p.files === 1 ? "it" : "them"} are cancelled, and ${counted(p.count, "failure")} cleared.`,
          ],
    verb: "Quarantine",
    danger: true,
    isEmpty: p.files === 0,
  }),
};

function common(p: Problem, act: Act) {
  return { action: `/admin/problems/${p.fingerprint}/${act}`, back: "/admin/problems", danger: false };
}

const acts: Record<
  Act | "unignore",
  (app: App, fingerprint: string, user: User, fields: Record<string, string>) => Promise<string>
> = {
  async retry(app, fingerprint, user) {
    const retried = await retryProblem(app, fingerprint, user.name, await hiddenGroups(app));
    await audit(app, user, "problem.retry", fingerprint, { retried });
    return `${counted(retried, "job")} ${retried === 1 ? "waits" : "wait"} again.`;
  },
  async ignore(app, fingerprint, user, fields) {
    const note = (fields.note ?? "").trim().slice(0, 500) || null;
    const until = untilOf(app, fields.days ?? "");
    const asked = { by: user.name, until, note };
    const cleared = await ignoreProblem(app, fingerprint, asked, await hiddenGroups(app));
    const detail = { cleared, ...(until && { until: until.toISOString() }), ...(note && { note }) };
    await audit(app, user, "problem.ignore", fingerprint, detail);
    return `Ignored. ${counted(cleared, "failure")} cleared.`;
  },
  async quarantine(app, fingerprint, user) {
    const did = await quarantineProblem(app, fingerprint, user.name, await hiddenGroups(app));
    await audit(app, user, "problem.quarantine", fingerprint, did);
    return `${counted(did.quarantined, "file")} held back, ${counted(did.cleared, "failure")} cleared.`;
  },
  async unignore(app, fingerprint, user) {
    await stopIgnoring(app, fingerprint);
    await audit(app, user, "problem.unignore", fingerprint);
    return "What fails of this cause shows again. What was cleared stays so.";
  },
};

/** No days: until somebody takes it back. */
function untilOf(app: App, days: string): Date | null {
  if (days === "") return null;
  const n = Number(days);
  if (!Number.isInteger(n) || n < 1 || n > 3650)
    throw new Refused(422, "input.invalid", `Ignore it for 1 to ${number(3650)} days, or until taken back.`);
  return new Date(app.clock.now() + n * 86_400_000);
}

/** A dialog where there is JavaScript, a page of its own elsewhere. */
export function askFirst(app: App, c: Context<Env>, question: Question) {
  const ctx = pageContext(app, c);
  if (wantsPartial(c)) return c.html(<Confirm question={question} url={ctx.url} />);
  return page(c, <ConfirmPage ctx={ctx} question={question} />);
}

/** Does it, and shows the page as it is afterwards; a refusal with the page as it still is. */
export async function answerWith(
  app: App,
  c: Context<Env>,
  work: () => Promise<string>,
  back = "/admin/problems",
) {
  const shown = async (): Promise<Omit<Answer, "text">> => {
    if (!wantsPartial(c)) return { back };
    const { props } = await problemsProps(app, pageContext(app, c), whereFrom(c));
    return { back, partials: <ProblemChanges {...props} /> };
  };
  let text: string;
  try {
    text = await work();
  } catch (error) {
    if (!(error instanceof NotFound)) return refused(app, c, error, await shown());
    // Somebody else was quicker: what is shown is old.
    const gone = new Refused(409, "problem.gone", "It is gone already: the page shows what is so now.");
    return refused(app, c, gone, await shown());
  }
  return done(app, c, { ...(await shown()), text });
}

/** The page of the list that somebody looks at. */
function whereFrom(c: Context<Env>): URLSearchParams {
  const around = c.req.header("hx-current-url") ?? "";
  return URL.canParse(around) ? new URL(around).searchParams : new URLSearchParams();
}
