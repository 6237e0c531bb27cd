// Live work: what runs now, how far it is and for how long.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { rangeInWords, type Seconds } from "../estimate.ts";
import { counted } from "../format.ts";
import { Icon } from "./icon.tsx";
import { Since, When } from "./when.tsx";

export interface RunningLine {
  id: number;
  kindLabel: string;
  queue: string;
  /** The machine of its worker. */
  host: string | null;
  target: string;
  targetHref: string | null;
  progress: number | null;
  startedAt: Date;
  /** What it still needs; null when nothing is known. */
  remaining: Seconds | null;
  /** No sign of life for too long: for how many minutes. */
  silentMin: number | null;
  /** Frozen, or told to go on without a free slot: why, and until when. */
  standsStill: { why: string | null; runAt: Date | null } | null;
  mayGoOn: boolean;
}

interface Props {
  running: RunningLine[];
  /** Jobs that could, were nothing in their way. */
  waiting?: number;
  url: PageContext["url"];
}

export function RunningList({ running, waiting = 0, url }: Props) {
  return (
    <div id="working">
      {running.length === 0 ? (
        <div class="empty">
          <b>Nothing runs right now.</b>
          {waiting > 0
            ? `${counted(waiting, "job waits", "jobs wait")}; the queues below say what for.`
            : "What you start, and what scans find, appears here."}
        </div>
      ) : (
        <ul class="running">
          {running.map((job) => (
            <Run job={job} url={url} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Run({ job, url }: { job: RunningLine; url: PageContext["url"] }) {
  const still = job.standsStill;
  const tone = still ? "still" : job.silentMin !== null ? "stuck" : undefined;
  return (
    <li id={`working-${job.id}`} class={tone}>
      <span class="what">
        <b class="truncate">
          <a href={url(`/admin/jobs/${job.id}`)}>{job.kindLabel}</a>
        </b>
        <span class="target truncate" title={job.target}>
          {job.targetHref ? <a href={url(job.targetHref)}>{job.target}</a> : job.target}
        </span>
        <small class="where muted truncate">{job.host ? `${job.queue} · ${job.host}` : job.queue}</small>
      </span>
      <span class="far">
        <progress
          max="100"
          value={job.progress === null && !still ? undefined : Math.floor(job.progress ?? 0)}
          aria-label={`Progress of job ${job.id}`}
        />
        <span class="num">{job.progress === null ? "" : `${Math.floor(job.progress)}%`}</span>
      </span>
      <Times job={job} />
      <Acts job={job} url={url} />
    </li>
  );
}

/** How long it has run and still will; or why it does not get on. */
function Times({ job: { standsStill, silentMin, startedAt, remaining } }: { job: RunningLine }) {
  if (standsStill)
    return (
      <span class="time">
        <small class="warn why">
          <Icon name="snowflake" />
          <span>
            {standsStill.why}
            {standsStill.runAt ? <When at={standsStill.runAt} /> : null}
          </span>
        </small>
      </span>
    );
  return (
    <span class="time muted">
      <Since at={startedAt} />
      {/* Nobody knows when a stuck run ends. */}
      {silentMin !== null ? (
        <span class="badge badge-failed">
          <Icon name="skull" />
          {`stuck: no sign of life for ${silentMin} min`}
        </span>
      ) : remaining ? (
        <small>{`${rangeInWords(remaining)} left`}</small>
      ) : null}
    </span>
  );
}

function Acts({ job, url }: { job: RunningLine; url: PageContext["url"] }) {
  return (
    <span class="stop">
      {job.standsStill && !job.mayGoOn ? null : (
        <button
          type="submit"
          class="btn btn-small"
          form="act"
          formaction={url(`/admin/jobs/${job.id}/${job.mayGoOn ? "resume" : "pause"}`)}
          title={job.mayGoOn ? "Go on" : "Freeze: stop it where it is"}
          aria-label={`${job.mayGoOn ? "Go on with" : "Freeze"} job ${job.id}`}
        >
          <Icon name={job.mayGoOn ? "play" : "snowflake"} />
          <span class="word">{job.mayGoOn ? "Go on" : "Freeze"}</span>
        </button>
      )}
      <button
        type="submit"
        class="btn btn-small"
        form="act"
        formaction={url(`/admin/jobs/${job.id}/cancel`)}
        title="Cancel"
        aria-label={`Cancel job ${job.id}`}
      >
        <Icon name="x" />
        <span class="word">Cancel</span>
      </button>
    </span>
  );
}
