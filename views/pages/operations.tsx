// Bulk operations, newest first, with undo; and the question what to do with all jobs of a list.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { PauseChoice } from "../../src/http/pages/pause-form.ts";
import { counted } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type OperationLine, OperationRow } from "../parts/operation-line.tsx";
import { NewerOlder } from "../parts/pager.tsx";

type Url = PageContext["url"];

export interface OperationsProps {
  ctx: PageContext;
  operations: OperationLine[];
  page: number;
  pages: number;
}

export function OperationsPage({ ctx, ...list }: OperationsProps) {
  return (
    <Layout ctx={ctx} title="Operations">
      <div class="page-head">
        <div>
          <h1>Operations</h1>
          <p>What was done to many jobs at once. All but Remove can be undone for seven days.</p>
        </div>
      </div>
      <OperationList {...list} url={ctx.url} />
    </Layout>
  );
}

/** Asks again by itself while something is under way. */
export function OperationList({ operations, page, pages, url }: Omit<OperationsProps, "ctx"> & { url: Url }) {
  const at = (to: number) => url(`/admin/operations${to > 1 ? `?page=${to}` : ""}`);
  const isBusy = operations.some((op) => op.progress !== null);
  const follow = isBusy ? { "hx-get": at(page), "hx-trigger": "every 1s", "hx-swap": "outerMorph" } : {};
  return (
    <section class="card flush" id="operations" aria-label="Operations" {...follow}>
      {operations.length === 0 ? (
        <div class="empty">
          <b>Nothing was done to many jobs at once yet.</b>
          Tick jobs, or select all that match a search, on the <a href={url("/admin/jobs")}>jobs page</a>.
        </div>
      ) : (
        <ul class="operations">
          {operations.map((op) => (
            <OperationRow op={op} url={url} />
          ))}
        </ul>
      )}
      {pages > 1 ? (
        <nav class="pager" aria-label="Pages of operations">
          <span>{`Page ${page} of ${pages}`}</span>
          <NewerOlder newer={page > 1 ? at(page - 1) : null} older={page < pages ? at(page + 1) : null} />
        </nav>
      ) : null}
    </section>
  );
}

export interface AllProps {
  /** `1,204 jobs that match`. */
  what: string;
  /** What is asked for, as hidden fields. */
  fields: [string, string][];
  verbs: { verb: string; label: string }[];
  mayPause: boolean;
  mayReorder: boolean;
  pauses: PauseChoice[];
  back: string;
}

/** Which verb: the next step counts for how many it is possible, and asks. */
export function AllForm({
  what,
  fields,
  verbs,
  mayPause,
  mayReorder,
  pauses,
  back,
  url,
}: AllProps & { url: Url }) {
  const isNothing = verbs.length === 0 && !mayPause && !mayReorder;
  return (
    <div class="stack">
      <header class="row spread">
        <h2>{isNothing ? "Nothing to do here." : `What to do with ${what}?`}</h2>
      </header>
      {verbs.length > 0 ? (
        <Step fields={fields} url={url}>
          <div class="row">
            {verbs.map(({ verb, label }) => (
              <button type="submit" class="btn" name="verb" value={verb}>
                {label}
              </button>
            ))}
          </div>
        </Step>
      ) : null}
      {mayPause ? (
        <Step fields={[...fields, ["verb", "pause"]]} url={url}>
          <div class="row">
            <label class="row">
              Pause
              <select class="select" name="until">
                {[...pauses].reverse().map((choice) => (
                  <option value={choice.value}>{choice.label}</option>
                ))}
              </select>
            </label>
            <button type="submit" class="btn">
              Pause
            </button>
          </div>
        </Step>
      ) : null}
      {mayReorder ? (
        <>
          <Step fields={[...fields, ["verb", "priority"]]} url={url}>
            <div class="row">
              <label class="row">
                Priority
                <select class="select" name="priority">
                  {[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => (
                    <option value={String(n)} selected={n === 5}>
                      {n === 1 ? "1 (first)" : n === 10 ? "10 (last)" : String(n)}
                    </option>
                  ))}
                </select>
              </label>
              <button type="submit" class="btn">
                Set priority
              </button>
            </div>
          </Step>
          <Step fields={fields} url={url}>
            <div class="row">
              <button type="submit" class="btn" name="verb" value="first">
                To the front
              </button>
              <button type="submit" class="btn" name="verb" value="last">
                To the end
              </button>
            </div>
          </Step>
        </>
      ) : null}
      <div class="row">
        <a class="btn btn-quiet" href={url(back)} data-close>
          Close
        </a>
      </div>
    </div>
  );
}

export function AllPage({ ctx, ...props }: AllProps & { ctx: PageContext }) {
  return (
    <Layout ctx={ctx} title="All matching jobs">
      <h1 class="sr-only">All matching jobs</h1>
      <div class="card narrow">
        <AllForm {...props} url={ctx.url} />
      </div>
    </Layout>
  );
}

/** The question stands at once; how many it is about comes when it is known. */
export function CountsOn({ url, search }: { url: Url; search: URLSearchParams }) {
  return (
    <p id="counts-on" hx-get={url(`/admin/jobs/all/count?${search}`)} hx-trigger="load" hx-swap="outerHTML">
      Counting how many…
    </p>
  );
}

export function Counted({ n, isLeast }: { n: number; isLeast: boolean }) {
  return <p id="counts-on">{`It is possible for ${isLeast ? "more than " : ""}${counted(n, "job")}.`}</p>;
}

function Step({ fields, url, children }: { fields: [string, string][]; url: Url; children?: unknown }) {
  return (
    <form method="get" action={url("/admin/jobs/all/ask")} data-next-step>
      {fields.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  );
}
