// One queue at a glance: what runs, waits and failed in it, and the verbs one reaches for. The rest is in its dialog.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { rangeInWords, type Seconds } from "../estimate.ts";
import { number } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { When } from "./when.tsx";

export interface QueueFigures {
  name: string;
  section: string;
  description: string;
  active: number;
  waiting: number;
  delayed: number;
  /** Held one by one, not by the queue. */
  paused: number;
  failed: number;
  completed: number;
  /** Jobs per minute. */
  rate: number;
  /** Until the backlog is worked off; null when nothing moves or nothing is known. */
  etaRange: Seconds | null;
  state: "running" | "paused" | "stalled" | "idle";
  averageRunMs: number | null;
  lastCompletedAt: Date | null;
  /** Jobs at once, as it is now. */
  concurrency: number;
  weight: number;
  oldestWaitingAt: Date | null;
  stuckJobs: { jobId: string }[];
  /** Some kind of it can look for missing work. */
  canRun: boolean;
  isPaused: boolean;
  pausedUntil: Date | null;
  pausedUntilPlaybackEnds: boolean;
  pausedBy: string | null;
  pauseMode: "drain" | "freeze" | null;
  isEverythingPaused: boolean;
}

export function QueueSections({ queues, url }: { queues: QueueFigures[]; url: PageContext["url"] }) {
  const sections = [...new Set(queues.map((q) => q.section))];
  return (
    <div class="sections">
      {sections.map((section) => (
        <Section name={section} queues={queues.filter((q) => q.section === section)} url={url} />
      ))}
    </div>
  );
}

function Section({ name, queues, url }: { name: string; queues: QueueFigures[]; url: PageContext["url"] }) {
  return (
    // Sections share a row, each as wide as its cards need.
    <section aria-label={name} data-cards={Math.min(6, queues.length)}>
      <h3 class="muted section-head">{name}</h3>
      <div class="queues">
        {queues.map((queue) => (
          <QueueCard queue={queue} url={url} />
        ))}
      </div>
    </section>
  );
}

export function QueueCard({ queue, url }: { queue: QueueFigures; url: PageContext["url"] }) {
  const { name } = queue;
  const at = url(`/admin/jobs/queues/${name}`);
  const tone = queue.isPaused
    ? "held"
    : queue.failed > 0 || queue.state === "stalled"
      ? "failing"
      : queue.active > 0
        ? "busy"
        : "";
  return (
    <article class={`queue ${tone}`} id={`queue-${name}`}>
      <h3>
        <a href={url(`/admin/jobs?queue=${name}`)}>{name}</a>
      </h3>
      <p class={isTelling(queue) ? "about telling" : "about"} title={queue.description}>
        {queue.isPaused ? <PausedBadge queue={queue} /> : null}
        {queue.stuckJobs.length > 0 ? (
          <a class="badge badge-failed" href={url(`/admin/jobs?q=is%3Astuck&queue=${name}`)}>
            {`${number(queue.stuckJobs.length)} stuck`}
          </a>
        ) : queue.state === "stalled" ? (
          <span class="badge badge-failed" title="Work waits, nothing holds it, and nothing runs">
            stalled
          </span>
        ) : null}
        <span>
          <Pace queue={queue} />
        </span>
      </p>
      <dl class="counts">
        <Figure label="running" n={queue.active} />
        <Figure label="backlog" n={queue.waiting + queue.delayed + queue.paused} />
        <Figure label="failed" n={queue.failed} tone="bad" />
      </dl>
      <div class="actions">
        {queue.canRun ? <Verb queue={name} to={`${at}/run`} icon="zap" label="Run" /> : null}
        {queue.isPaused ? (
          <Verb queue={name} to={`${at}/resume`} icon="play" label="Resume" />
        ) : (
          <Ask queue={name} to={`${at}/pause`} icon="pause" label="Pause" />
        )}
        <Ask
          queue={name}
          to={`${at}/cancel`}
          icon="ban"
          label="Cancel all in"
          idle={queue.active + queue.waiting + queue.delayed + queue.paused === 0}
        />
        <Ask
          queue={name}
          to={`${at}/clear-failed`}
          icon="eraser"
          label="Clear failures of"
          idle={queue.failed === 0}
        />
        <Ask queue={name} to={at} icon="ellipsis" label="More for" />
      </div>
    </article>
  );
}

/** More than what the queue is for: phones show only that. */
function isTelling({ isPaused, state, stuckJobs, oldestWaitingAt }: QueueFigures): boolean {
  return isPaused || state === "stalled" || stuckJobs.length > 0 || oldestWaitingAt !== null;
}

/** While work waits, how fast it goes and how old the oldest is; else what the queue is for. */
function Pace({ queue }: { queue: QueueFigures }) {
  if (!queue.oldestWaitingAt) return <>{queue.description}</>;
  // Nobody knows when a paused queue is done.
  return (
    <>
      {queue.isPaused ? null : queue.rate > 0 ? `${number(queue.rate)}/min · ` : "nothing finished lately · "}
      {queue.etaRange && !queue.isPaused ? `done in ${rangeInWords(queue.etaRange)} · ` : null}
      {"oldest "}
      <When at={queue.oldestWaitingAt} />
    </>
  );
}

function PausedBadge({ queue }: { queue: QueueFigures }) {
  return (
    <span class="badge badge-paused">
      <Icon name="pause" />
      {queue.pausedUntil ? (
        <span>
          resumes <When at={queue.pausedUntil} />
        </span>
      ) : queue.pausedUntilPlaybackEnds ? (
        "until playback ends"
      ) : (
        "paused"
      )}
    </span>
  );
}

function Figure({ label, n, tone }: { label: string; n: number; tone?: string }) {
  return (
    <div class={n === 0 ? "zero" : undefined}>
      <dt>{label}</dt>
      <dd class={n > 0 ? tone : undefined}>{number(n)}</dd>
    </div>
  );
}

interface VerbProps {
  queue: string;
  to: string;
  icon: IconName;
  label: string;
}

function Verb({ queue, to, icon, label }: VerbProps) {
  return (
    <button type="submit" class="btn-icon" form="act" formaction={to} title={`${label} ${queue}`}>
      <Icon name={icon} />
      <span class="verb">{label}</span>
    </button>
  );
}

/** Opens a page that says how much it touches; a dialog where there is JavaScript. */
function Ask({ queue, to, icon, label, idle }: VerbProps & { idle?: boolean }) {
  // Keeps its place with nothing to do, so that the others stay under the finger.
  if (idle)
    return (
      <button type="button" class="btn-icon" disabled title={`${label} ${queue}: nothing to do`}>
        <Icon name={icon} />
        <span class="verb">{label.split(" ")[0]}</span>
      </button>
    );
  return (
    <a class="btn-icon" href={to} data-dialog title={`${label} ${queue}`}>
      <Icon name={icon} />
      <span class="verb">{label.split(" ")[0]}</span>
    </a>
  );
}
