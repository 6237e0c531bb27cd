// What happened, to what, and what to do about it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "../parts/icon.tsx";

export interface ErrorPageProps {
  ctx: PageContext;
  problem: { status: number; title: string; detail: string; code: string; hint?: string };
}

export function ErrorPage({ ctx, problem }: ErrorPageProps) {
  return (
    <Layout ctx={ctx} title={problem.title} bare={!ctx.user}>
      <div class="card narrow stack-tight">
        <h1>
          <Icon name="triangle-alert" /> {problem.title}
        </h1>
        <p data-problem>{problem.detail}</p>
        {problem.hint ? <p>{problem.hint}</p> : null}
        {advice[problem.status] ? <p class="muted">{advice[problem.status]}</p> : null}
        <div class="row">
          {problem.status >= 500 ? (
            <a class="btn btn-primary" href={ctx.url(ctx.path)}>
              <Icon name="refresh-cw" />
              Try again
            </a>
          ) : null}
          <a class="btn" href={ctx.url(ctx.user ? "/" : "/sign-in")}>
            {ctx.user ? "To the library" : "Sign in"}
          </a>
          {ctx.user?.role === "owner" ? (
            <>
              <a class="btn" href={ctx.url("/admin/jobs")}>
                Jobs
              </a>
              {problem.status >= 500 ? (
                <a class="btn" href={ctx.url("/admin/health")}>
                  <Icon name="heart-pulse" />
                  Health
                </a>
              ) : null}
            </>
          ) : null}
        </div>
        <p class="muted mono">{`${problem.status} ${problem.code}`}</p>
      </div>
    </Layout>
  );
}

/** What one may do about it, where the problem itself does not say. */
const advice: Record<number, string> = {
  403: "If you should be able to, ask an owner of this server to make you one.",
  404: "It may have been removed or moved, or the address has a slip in it.",
  429: "Wait a little before you try again.",
  500: "Nothing else stops because of it: jobs go on. If it happens again, an owner can make a support bundle on the Health page.",
};
