// Everything one may do with one queue, with how much each would touch.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import type { QueueFigures } from "./queue-card.tsx";
import { When } from "./when.tsx";

interface QueueDialogProps {
  queue: QueueFigures;
  kinds: { label: string; description: string }[];
  pauses: { label: string; until: string }[];
  url: PageContext["url"];
}

export function QueueDialog({ queue: q, kinds, pauses, url }: QueueDialogProps) {
  const at = url(`/admin/jobs/queues/${q.name}`);
  const open = q.active + q.waiting + q.delayed + q.paused;
  return (
    <div class="stack">
      <header class="row spread">
        <h2>{q.name}</h2>
        <a class="btn btn-small" href={url("/admin/jobs")} data-close>
          Close
        </a>
      </header>
      <p class="muted">{q.description}</p>
      <form
        method="post"
        action={`${at}/pause`}
        hx-boost="true"
        hx-swap="none"
        hx-push-url="false"
        class="stack-tight"
        data-closes
      >
        {q.isPaused ? (
          <>
            <p>
              Paused{q.pausedBy ? ` by ${q.pausedBy}` : ""}
              {q.pausedUntil ? (
                <>
                  {"; it resumes "}
                  <When at={q.pausedUntil} />
                </>
              ) : (
                " until somebody resumes it"
              )}
              . What runs goes on; nothing new starts.
            </p>
            <div class="row">
              <button type="submit" class="btn btn-primary" formaction={`${at}/resume`}>
                Resume
              </button>
            </div>
          </>
        ) : (
          <fieldset class="stack-tight">
            <legend class="label-text">Pause for how long?</legend>
            <div class="row">
              {pauses.map((p) => (
                <button type="submit" class="btn btn-small" name="until" value={p.until}>
                  {p.label}
                </button>
              ))}
            </div>
          </fieldset>
        )}
      </form>
      <ul class="stack-tight">
        {q.canRun ? (
          <li>
            <form
              method="post"
              action={`${at}/run`}
              hx-boost="true"
              hx-swap="none"
              hx-push-url="false"
              data-closes
            >
              <button type="submit" class="btn btn-small">
                Run: look for missing work
              </button>
            </form>
          </li>
        ) : null}
        <Act
          when={open}
          href={`${at}/cancel`}
          label={`Cancel all: ${counted(open, "job")}, ${number(q.active)} running`}
        />
        <Act when={q.failed} href={`${at}/retry-failed`} label={`Retry ${counted(q.failed, "failure")}`} />
        <Act when={q.failed} href={`${at}/clear-failed`} label={`Clear ${counted(q.failed, "failure")}`} />
        <Act when={1} href={`${at}/purge`} label="Purge…" danger />
      </ul>
      {kinds.length > 0 ? (
        <dl class="facts">
          {kinds.map((k) => (
            <>
              <dt>{k.label}</dt>
              <dd>{k.description}</dd>
            </>
          ))}
        </dl>
      ) : (
        <p class="muted">No kind of this build uses this queue.</p>
      )}
    </div>
  );
}

export function QueuePage({ ctx, ...props }: { ctx: PageContext } & Omit<QueueDialogProps, "url">) {
  return (
    <Layout ctx={ctx} title={`Queue ${props.queue.name}`}>
      <h1 class="sr-only">{`Queue ${props.queue.name}`}</h1>
      <div class="card narrow">
        <QueueDialog {...props} url={ctx.url} />
      </div>
    </Layout>
  );
}

function Act({ when, href, label, danger }: { when: number; href: string; label: string; danger?: boolean }) {
  if (when === 0) return null;
  return (
    <li>
      <a class={`btn btn-small ${danger ? "btn-quiet-danger" : ""}`} href={href} data-dialog>
        {label}
      </a>
    </li>
  );
}
