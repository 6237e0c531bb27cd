// Everything one may do with one queue, with how much each would touch, and how it is tuned.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { PauseChoice } from "../../src/http/pages/pause-form.ts";
import { rangeInWords } from "../estimate.ts";
import { counted, duration, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { PauseChoices } from "./pause-choices.tsx";
import type { QueueFigures } from "./queue-card.tsx";
import { When } from "./when.tsx";

export interface QueueDialogProps {
  queue: QueueFigures;
  kinds: { label: string; description: string }[];
  pauses: PauseChoice[];
  /** What holds when nobody has tuned it; null for a queue that this build does not know. */
  usual: { concurrency: number; weight: number } | null;
  /** Somebody has. */
  isTuned: boolean;
  url: PageContext["url"];
}

const post = { method: "post", "hx-boost": "true", "hx-swap": "none", "hx-push-url": "false" } as const;

export function QueueDialog({ queue: q, kinds, pauses, usual, isTuned, url }: QueueDialogProps) {
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
      <State queue={q} />
      <form {...post} action={`${at}/pause`} class="stack-tight" data-closes>
        {q.isPaused ? (
          <>
            <Paused queue={q} />
            <div class="row">
              <button type="submit" class="btn btn-primary" formaction={`${at}/resume`}>
                Resume
              </button>
            </div>
          </>
        ) : (
          <PauseChoices choices={pauses} freeze />
        )}
      </form>
      <ul class="row">
        {q.canRun ? (
          <li>
            <form {...post} action={`${at}/run`} data-closes>
              <button type="submit" class="btn btn-small">
                Run: look for missing work
              </button>
            </form>
          </li>
        ) : null}
        <Act
          when={q.stuckJobs.length}
          href={`${at}/clear-stuck`}
          label={`Clear ${counted(q.stuckJobs.length, "stuck job")}`}
        />
        <Act
          when={open}
          href={`${at}/cancel`}
          label={`Cancel all: ${counted(open, "job")}, ${number(q.active)} running`}
        />
        <Act when={q.failed} href={`${at}/retry-failed`} label={`Retry ${counted(q.failed, "failure")}`} />
        <Act when={q.failed} href={`${at}/clear-failed`} label={`Clear ${counted(q.failed, "failure")}`} />
        <Act when={1} href={`${at}/purge`} label="Purge…" danger />
      </ul>
      {usual ? <Tuning queue={q} usual={usual} isTuned={isTuned} action={`${at}/tune`} /> : null}
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

const states = {
  running: "Running",
  paused: "Paused",
  stalled: "Stalled: work waits, nothing holds it, and nothing runs",
  idle: "Idle",
};

function State({ queue: q }: { queue: QueueFigures }) {
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>{states[q.state]}</dd>
      <dt>Waiting</dt>
      <dd>
        {number(q.waiting)}
        {q.oldestWaitingAt ? (
          <>
            {", the oldest came "}
            <When at={q.oldestWaitingAt} />
          </>
        ) : null}
      </dd>
      <dt>Pace</dt>
      <dd>{q.rate > 0 ? `${number(q.rate)} a minute` : "nothing finished lately"}</dd>
      {q.waiting > 0 ? (
        <>
          <dt>Done in</dt>
          <dd>{q.etaRange ? rangeInWords(q.etaRange) : "nobody can say yet"}</dd>
        </>
      ) : null}
      {q.averageRunMs === null ? null : (
        <>
          <dt>A run takes</dt>
          <dd>{`${duration(q.averageRunMs / 1000)} on average`}</dd>
        </>
      )}
      {q.lastCompletedAt ? (
        <>
          <dt>Last done</dt>
          <dd>
            <When at={q.lastCompletedAt} />
          </dd>
        </>
      ) : null}
    </dl>
  );
}

function Paused({ queue: q }: { queue: QueueFigures }) {
  return (
    <p>
      {q.isEverythingPaused ? "Everything is paused" : "Paused"}
      {q.pausedBy ? ` by ${q.pausedBy}` : ""}
      {q.pausedUntil ? (
        <>
          {"; it resumes "}
          <When at={q.pausedUntil} />
        </>
      ) : q.pausedUntilPlaybackEnds ? (
        " until playback ends"
      ) : (
        " until somebody resumes it"
      )}
      {q.pauseMode === "freeze"
        ? ". What ran stands still where it was."
        : ". What runs goes on; nothing new starts."}
    </p>
  );
}

interface TuningProps {
  queue: QueueFigures;
  usual: { concurrency: number; weight: number };
  isTuned: boolean;
  action: string;
}

function Tuning({ queue: q, usual, isTuned, action }: TuningProps) {
  return (
    <form {...post} action={action} class="stack-tight" data-closes>
      <fieldset class="stack-tight">
        <legend class="label-text">Share of the machine</legend>
        <div class="columns-2">
          <div class="field">
            <label for={`concurrency-${q.name}`}>Jobs at once</label>
            <input
              class="input"
              id={`concurrency-${q.name}`}
              type="number"
              name="concurrency"
              min="1"
              max="64"
              step="1"
              required
              value={q.concurrency}
            />
            <span class="hint">{`Usually ${usual.concurrency}`}</span>
          </div>
          <div class="field">
            <label for={`weight-${q.name}`}>Weight</label>
            <input
              class="input"
              id={`weight-${q.name}`}
              type="number"
              name="weight"
              min="0.1"
              max="1000"
              step="any"
              required
              value={q.weight}
            />
            <span class="hint">{`Usually ${usual.weight}`}</span>
          </div>
        </div>
      </fieldset>
      <div class="row">
        <button type="submit" class="btn btn-small">
          Save
        </button>
        {isTuned ? (
          <button type="submit" class="btn btn-small" name="reset" value="1" formnovalidate>
            Back to the usual
          </button>
        ) : null}
      </div>
    </form>
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
