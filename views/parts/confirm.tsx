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
  /** Ticked or not as somebody wishes; sent along when ticked. */
  checks?: { name: string; value: string; label: string }[];
  /** Sent along as they are. */
  fields?: [string, string][];
  back: string;
  /** What is asked besides: form fields. */
  asks?: unknown;
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
        <p class="break">{line}</p>
      ))}
      {q.isEmpty ? null : q.asks}
      {(q.fields ?? []).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {q.isEmpty
        ? null
        : (q.checks ?? []).map((check) => (
            <label class="check">
              <input type="checkbox" name={check.name} value={check.value} />
              {check.label}
            </label>
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
      <h1 class="sr-only">{question.title}</h1>
      <div class="card narrow">
        <Confirm question={question} url={ctx.url} />
      </div>
    </Layout>
  );
}
