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
      <div class="card narrow confirm">
        <h1>
          <Icon name="triangle-alert" /> {problem.title}
        </h1>
        <p data-problem>{problem.detail}</p>
        {problem.hint ? <p>{problem.hint}</p> : null}
        <p class="muted mono">{`${problem.status} ${problem.code}`}</p>
        <p>
          <a class="btn" href={ctx.url(ctx.user ? "/" : "/sign-in")}>
            {ctx.user ? "To the library" : "Sign in"}
          </a>
        </p>
      </div>
    </Layout>
  );
}
