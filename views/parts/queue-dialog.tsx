// Everything one may do with one queue, with how much each would touch, and how it is tuned.

import type { PurgeState } from "../../src/http/api/queues.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { PauseChoice } from "../../src/http/pages/pause-form.ts";
import { rangeInWords } from "../estimate.ts";
import { counted, duration, number } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Icon } from "./icon.tsx";
import { PauseChoices } from "./pause-choices.tsx";
import type { QueueFigures } from "./queue-card.tsx";
import { QueueState } from "./queue-state.tsx";
import { type QueueTuningProps, Tuning } from "./queue-tuning-form.tsx";
import { When } from "./when.tsx";

export interface QueueDialogProps extends Omit<QueueTuningProps, "action" | "usual"> {
  kinds: { label: string; description: string }[];
  pauses: PauseChoice[];
  purgeable: Record<PurgeState, number>;
  /** What holds when nobody has tuned it; null for a queue that this build does not know. */
  usual: QueueTuningProps["usual"] | null;
  url: PageContext["url"];
}

export const post = {
  method: "post",
  "hx-boost": "true",
  "hx-swap": "none",
  "hx-push-url": "false",
} as const;

export function QueueDialog({ queue: q, kinds, pauses, purgeable, usual, isTuned, url }: QueueDialogProps) {
  const at = url(`/admin/jobs/queues/${q.name}`);
  return (
    <div class="stack queue-dialog">
      <div class="stack-tight">
        <div class="row spread">
          <h2>{q.name}</h2>
          <a class="btn btn-small" href={url("/admin/jobs")} data-close>
            Close
          </a>
        </div>
        <p class="muted">{q.description}</p>
        <p>
          <QueueState queue={q} />
        </p>
      </div>
      <Now queue={q} />
      <Facts queue={q} />
      <form {...post} action={`${at}/pause`} class="stack-tight" data-closes-when-done>
        {q.isPaused ? <Paused queue={q} at={at} url={url} /> : <PauseChoices choices={pauses} freeze />}
      </form>
      <Acts queue={q} at={at} />
      <Purges purgeable={purgeable} at={at} />
      {usual ? <Tuning queue={q} usual={usual} isTuned={isTuned} action={`${at}/tune`} /> : null}
      <Kinds kinds={kinds} />
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

function Now({ queue: q }: { queue: QueueFigures }) {
  const figures: [string, number, string?][] = [
    ["running", q.active],
    ["waiting", q.waiting],
    ["delayed", q.delayed],
    ["paused", q.paused],
    ["failed", q.failed, "bad"],
  ];
  return (
    <dl class="now">
      {figures.map(([label, n, tone]) => (
        <div>
          <dt>{label}</dt>
          <dd class={n > 0 ? tone : undefined}>{number(n)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Facts({ queue: q }: { queue: QueueFigures }) {
  return (
    <dl class="facts">
      {q.hold ? (
        <>
          <dt>Held</dt>
          <dd>
            {`${q.hold.text}; ${q.hold.isFrozen ? "what ran stands still" : "what runs may end, nothing new starts"}`}
          </dd>
        </>
      ) : null}
      {q.oldestWaitingAt ? (
        <>
          <dt>Oldest waiting</dt>
          <dd>
            came <When at={q.oldestWaitingAt} />
          </dd>
        </>
      ) : null}
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

function Paused({ queue: q, at, url }: { queue: QueueFigures; at: string; url: PageContext["url"] }) {
  return (
    <>
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
      <div class="row">
        {q.isEverythingPaused ? (
          <button type="submit" class="btn btn-primary" formaction={url("/admin/jobs/resume-all")}>
            <Icon name="play" />
            Resume everything
          </button>
        ) : (
          <button type="submit" class="btn btn-primary" formaction={`${at}/resume`}>
            <Icon name="play" />
            Resume
          </button>
        )}
      </div>
    </>
  );
}

function Acts({ queue: q, at }: { queue: QueueFigures; at: string }) {
  const open = q.active + q.waiting + q.delayed + q.paused;
  return (
    <section aria-label="Acts">
      <ul class="acts">
        {q.canRun ? (
          <li>
            <p>
              Run
              <small>Looks for work that is missing, and enqueues it</small>
            </p>
            <form {...post} action={`${at}/run`} data-closes>
              <button type="submit" class="btn btn-small">
                Run
              </button>
            </form>
          </li>
        ) : null}
        <Act
          n={q.stuckJobs.length}
          title="Clear stuck jobs"
          hint={`${counted(q.stuckJobs.length, "job shows", "jobs show")} no sign of life`}
          href={`${at}/clear-stuck`}
          verb="Clear stuck…"
        />
        <Act
          n={q.failed}
          title="Retry failed"
          hint={`${counted(q.failed, "failed job")} that nobody has cleared`}
          href={`${at}/retry-failed`}
          verb="Retry…"
        />
        <Act
          n={q.failed}
          title="Clear failures"
          hint={`${counted(q.failed, "failure")}; they stay in the list of cleared ones`}
          href={`${at}/clear-failed`}
          verb="Clear…"
        />
        <Act
          n={open}
          title="Cancel all"
          hint={`${counted(open, "job")}, ${number(q.active)} of them running`}
          href={`${at}/cancel`}
          verb="Cancel all…"
          danger
        />
      </ul>
    </section>
  );
}

interface ActProps {
  n: number;
  title: string;
  hint: string;
  href: string;
  verb: string;
  danger?: boolean;
}

function Act({ n, title, hint, href, verb, danger }: ActProps) {
  if (n === 0) return null;
  return (
    <li>
      <p>
        {title}
        <small>{hint}</small>
      </p>
      <a class={`btn btn-small ${danger ? "btn-quiet-danger" : ""}`} href={href} data-dialog>
        {verb}
      </a>
    </li>
  );
}

/** Removing for good: all of the queue, or what is in one state. */
function Purges({ purgeable, at }: { purgeable: Record<PurgeState, number>; at: string }) {
  const some = Object.entries(purgeable).filter(([, n]) => n > 0);
  const all = some.reduce((sum, [, n]) => sum + n, 0);
  return (
    <section>
      <h3>Purge</h3>
      {all === 0 ? (
        <p class="muted">There is nothing to purge.</p>
      ) : (
        <ul class="row">
          {some.map(([state, n]) => (
            <li>
              <a class="btn btn-small" href={`${at}/purge?only=${state}`} data-dialog>
                {`${number(n)} ${state}…`}
              </a>
            </li>
          ))}
          <li>
            <a class="btn btn-small btn-quiet-danger" href={`${at}/purge`} data-dialog>
              {`All ${number(all)}…`}
            </a>
          </li>
        </ul>
      )}
    </section>
  );
}

function Kinds({ kinds }: Pick<QueueDialogProps, "kinds">) {
  if (kinds.length === 0) return <p class="muted">No kind of this build uses this queue.</p>;
  return (
    <section>
      <h3>What runs in it</h3>
      <dl class="facts">
        {kinds.map((k) => (
          <>
            <dt>{k.label}</dt>
            <dd>{k.description}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
