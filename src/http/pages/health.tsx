// The Health page, and looking again: at everything or at one section.

import { type Context, Hono } from "hono";
import { counted } from "../../../views/format.ts";
import { HealthPage } from "../../../views/pages/health.tsx";
import { HealthSectionCard, HealthVerdict } from "../../../views/parts/health-list.tsx";
import { partial } from "../../../views/parts/toast.tsx";
import { NotFound } from "../../runtime/errors.ts";
import type { CheckSection } from "../checks/checkup.ts";
import type { App, Env } from "../context.ts";
import type { Fragment } from "../live.ts";
import { done, wantsPartial } from "./flash.ts";
import { page, pageContext } from "./page-context.ts";

export function healthPages(app: App): Hono<Env> {
  const routes = new Hono<Env>();
  const url = (path: string) => `${app.config.basePath}${path}`;
  const answer = (c: Context<Env>, sections: CheckSection[], about: string) => {
    const partials = wantsPartial(c)
      ? healthFragments(sections, url).map(({ target, swap, markup }) => partial(target, swap, markup))
      : undefined;
    return done(app, c, { text: about, back: "/admin/health", partials });
  };

  routes.get("/admin/health", async (c) =>
    page(c, <HealthPage ctx={pageContext(app, c)} sections={await app.checkup.latest({ tools: true })} />),
  );
  routes.post("/admin/health/check", async (c) => {
    const sections = await app.checkup.again();
    return answer(c, sections, `Checked everything: ${verdict(sections)}.`);
  });
  routes.post("/admin/health/check/:section", async (c) => {
    const known = app.checkup.sections().find(({ id }) => id === c.req.param("section"));
    if (!known) throw new NotFound("section of checks", c.req.param("section"));
    const sections = await app.checkup.again(known.id);
    const mine = sections.filter(({ id }) => id === known.id);
    return answer(c, sections, `Checked ${known.title}: ${verdict(mine)}.`);
  });
  return routes;
}

export function healthFragments(sections: CheckSection[], url: (path: string) => string): Fragment[] {
  return [
    {
      target: "#health-verdict",
      swap: "outerMorph",
      markup: <HealthVerdict sections={sections} />,
    },
    ...sections.map((section) => ({
      target: `#checks-${section.id}`,
      swap: "outerMorph" as const,
      markup: <HealthSectionCard section={section} url={url} />,
    })),
  ];
}

function verdict(sections: CheckSection[]): string {
  const checks = sections.flatMap((section) => section.checks);
  const count = (result: string) => checks.filter((check) => check.result === result).length;
  const wrong = [
    count("fail") > 0 && `${counted(count("fail"), "check")} failed`,
    count("warn") > 0 && counted(count("warn"), "warning"),
  ].filter(Boolean);
  return wrong.length > 0 ? wrong.join(", ") : "all well";
}
