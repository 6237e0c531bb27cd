// One queue at a glance: its state, what runs, waits and failed in it, its pace and the verbs one reaches for. The rest is
// in its dialog.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Pace as PaceFigures } from "../../src/http/pages/queue-pace.ts";
import { rangeInWords, type Seconds } from "../estimate.ts";
import { duration, number } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { type QueueHold, QueueState, StateMark, toneOf } from "./queue-state.tsx";
import { Sparkline } from "./sparkline.tsx";
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
  hold: QueueHold | null;
  /** What the machine has too little of for what waits. */
  lack: string | null;
  pace: PaceFigures;
  /** Nothing to tell: it stands among the idle ones. */
  isQuiet: boolean;
}

interface Props {
  queue: QueueFigures;
  url: PageContext["url"];
}

/** As the board shows it: in full, or small while there is nothing to tell. */
export function Queue(props: Props) {
  return props.queue.isQuiet ? <IdleQueue {...props} /> : <QueueCard {...props} />;
}

export function QueueCard({ queue, url }: Props) {
  const { name } = queue;
  const at = url(`/admin/jobs/queues/${name}`);
  return (
    <article class={`queue ${toneOf(queue)}`} id={`queue-${name}`}>
      <h4>
        <a href={url(`/admin/jobs?queue=${name}`)} title={queue.description}>
          {name}
        </a>
      </h4>
      <p class="tells">
        <QueueState queue={queue} />
        <span class="pace-words">
          <Pace queue={queue} />
        </span>
      </p>
      <div class="figures">
        <dl class="counts">
          <Figure label="running" n={queue.active} />
          <Figure label="waiting" n={queue.waiting} />
          <Figure label="delayed" n={queue.delayed} />
          <Figure label="failed" n={queue.failed} tone="bad" />
          {queue.paused > 0 ? <Figure label="paused" n={queue.paused} /> : null}
        </dl>
        <Sparkline pace={queue.pace} />
      </div>
      <div class="actions">
        {queue.canRun ? <Verb queue={name} to={`${at}/run`} icon="zap" label="Run" /> : null}
        <PauseOrResume queue={queue} at={at} />
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

function IdleQueue({ queue, url }: Props) {
  const { name } = queue;
  const at = url(`/admin/jobs/queues/${name}`);
  const isHeld = queue.isPaused || queue.hold !== null;
  return (
    <div class={isHeld ? "idle-queue held" : "idle-queue"} id={`queue-${name}`}>
      <a href={url(`/admin/jobs?queue=${name}`)} title={queue.description}>
        {name}
      </a>
      {isHeld ? <StateMark queue={queue} /> : null}
      <span class="actions">
        {queue.canRun ? <Verb queue={name} to={`${at}/run`} icon="zap" label="Run" /> : null}
        <PauseOrResume queue={queue} at={at} />
        <Ask queue={name} to={at} icon="ellipsis" label="More for" />
      </span>
    </div>
  );
}

/** While work waits or has just been done: how fast it goes, when it will be done, how old the oldest is. */
function Pace({ queue: q }: { queue: QueueFigures }) {
  const parts: unknown[] = [];
  if (q.rate > 0) parts.push(`${number(q.rate < 10 ? q.rate : Math.round(q.rate))}/min`);
  // Nobody knows when a queue that stands still is done.
  if (q.etaRange && q.waiting > 0 && !q.isPaused && q.state !== "stalled")
    parts.push(`done in ${rangeInWords(q.etaRange)}`);
  if (q.oldestWaitingAt)
    parts.push(
      <>
        {"oldest "}
        <When at={q.oldestWaitingAt} />
      </>,
    );
  if (!q.oldestWaitingAt && q.active === 0 && q.lastCompletedAt)
    parts.push(
      <>
        {"last done "}
        <When at={q.lastCompletedAt} />
      </>,
    );
  if (q.averageRunMs !== null)
    parts.push(`${duration(q.averageRunMs / 1000)} each`.replaceAll(" ", "\u00a0"));
  return <>{parts.flatMap((part, i) => (i > 0 ? [" · ", part] : [part]))}</>;
}

function Figure({ label, n, tone }: { label: string; n: number; tone?: string }) {
  return (
    <div class={n === 0 ? "zero" : undefined}>
      <dt>{label}</dt>
      <dd class={n > 0 ? tone : undefined}>{number(n)}</dd>
    </div>
  );
}

/** A pause of everything is resumed for everything: its banner does that. */
function PauseOrResume({ queue, at }: { queue: QueueFigures; at: string }) {
  const { name } = queue;
  return queue.isPaused && !queue.isEverythingPaused ? (
    <Verb queue={name} to={`${at}/resume`} icon="play" label="Resume" />
  ) : (
    <Ask queue={name} to={`${at}/pause`} icon="pause" label="Pause" />
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
      <span class="verb">{label.split(" ")[0]}</span>
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
