// Says how many things an act touches before it happens: a dialog where there is JavaScript, a page of its own elsewhere.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Layout } from "../layout.tsx";

export interface Question {
  title: string;
  /** What happens, with the numbers. */
  lines: string[];
  action: string;
  verb: string;
  danger: boolean;
  /** Nothing to do: the button is left out. */
  isEmpty?: boolean;
  back: string;
}

export function Confirm({ question: q, url }: { question: Question; url: PageContext["url"] }) {
  return (
    <form
      method="post"
      action={url(q.action)}
      class="confirm"
      hx-boost="true"
      hx-swap="none"
      hx-push-url="false"
      data-closes
    >
      <h2>{q.title}</h2>
      {q.lines.map((line) => (
        <p>{line}</p>
      ))}
      <div class="row">
        <a class="btn" href={url(q.back)} data-close>
          {q.isEmpty ? "Close" : "Keep as is"}
        </a>
        {q.isEmpty ? null : (
          <button type="submit" class={`btn ${q.danger ? "btn-danger" : "btn-primary"}`} autofocus>
            {q.verb}
          </button>
        )}
      </div>
    </form>
  );
}

export function ConfirmPage({ ctx, question }: { ctx: PageContext; question: Question }) {
  return (
    <Layout ctx={ctx} title={question.title}>
      <div class="card narrow">
        <Confirm question={question} url={ctx.url} />
      </div>
    </Layout>
  );
}
