// Live work: what runs now, how far it is and for how long.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { rangeInWords, type Seconds } from "../estimate.ts";
import { Icon } from "./icon.tsx";
import { Since, When } from "./when.tsx";

export interface RunningLine {
  id: number;
  kindLabel: string;
  target: string;
  targetHref: string | null;
  progress: number | null;
  startedAt: Date;
  /** What it still needs; null when nothing is known. */
  remaining: Seconds | null;
  /** No sign of life for too long. */
  isStuck: boolean;
  /** Frozen, or told to go on without a free slot: why, and until when. */
  standsStill: { why: string | null; runAt: Date | null } | null;
  mayGoOn: boolean;
}

export function RunningList({ running, url }: { running: RunningLine[]; url: PageContext["url"] }) {
  return (
    <div id="working">
      {running.length === 0 ? (
        <p class="empty">Nothing runs right now.</p>
      ) : (
        <ul class="running">
          {running.map((job) => (
            <li id={`working-${job.id}`} class={job.standsStill ? "still" : undefined}>
              <b class="truncate">
                <a href={url(`/admin/jobs/${job.id}`)}>{job.kindLabel}</a>
              </b>
              <span class="target truncate" title={job.target}>
                {job.targetHref ? <a href={url(job.targetHref)}>{job.target}</a> : job.target}
                {job.standsStill ? (
                  <small class="warn why">
                    {job.standsStill.why}
                    {job.standsStill.runAt ? <When at={job.standsStill.runAt} /> : null}
                  </small>
                ) : null}
              </span>
              <span class="bar">
                <progress
                  max="100"
                  value={
                    job.progress === null && !job.standsStill ? undefined : Math.floor(job.progress ?? 0)
                  }
                  aria-label={`Progress of job ${job.id}`}
                />
              </span>
              <span class="num">{job.progress === null ? "" : `${Math.floor(job.progress)}%`}</span>
              <span class="num muted time">
                {job.standsStill ? null : <Since at={job.startedAt} />}
                {/* Beside a long name it would be cut off; and nobody knows when a stuck run ends. */}
                {job.isStuck ? (
                  <span class="badge badge-failed">stuck</span>
                ) : job.remaining ? (
                  <small>{`${rangeInWords(job.remaining)} left`}</small>
                ) : null}
              </span>
              <span class="stop">
                {job.standsStill && !job.mayGoOn ? null : (
                  <button
                    type="submit"
                    class="btn btn-small"
                    form="act"
                    formaction={url(`/admin/jobs/${job.id}/${job.mayGoOn ? "resume" : "pause"}`)}
                    aria-label={`${job.mayGoOn ? "Go on with" : "Freeze"} job ${job.id}`}
                  >
                    <Icon name={job.mayGoOn ? "play" : "pause"} />
                    <span class="word">{job.mayGoOn ? "Go on" : "Freeze"}</span>
                  </button>
                )}
                <button
                  type="submit"
                  class="btn btn-small"
                  form="act"
                  formaction={url(`/admin/jobs/${job.id}/cancel`)}
                  aria-label={`Cancel job ${job.id}`}
                >
                  <Icon name="x" />
                  <span class="word">Cancel</span>
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
