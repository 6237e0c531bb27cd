// Live work: what runs now, how far it is and for how long.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";
import { Since } from "./when.tsx";

export interface RunningLine {
  id: number;
  kindLabel: string;
  target: string;
  targetHref: string | null;
  progress: number | null;
  startedAt: Date;
}

export function RunningList({ running, url }: { running: RunningLine[]; url: PageContext["url"] }) {
  return (
    <div id="working">
      {running.length === 0 ? (
        <p class="empty">Nothing runs right now.</p>
      ) : (
        <ul class="running">
          {running.map((job) => (
            <li id={`working-${job.id}`}>
              <b class="truncate">{job.kindLabel}</b>
              <span class="target truncate" title={job.target}>
                {job.targetHref ? <a href={url(job.targetHref)}>{job.target}</a> : job.target}
              </span>
              <span class="bar">
                <progress
                  max="100"
                  value={job.progress === null ? undefined : Math.round(job.progress)}
                  aria-label={`Progress of job ${job.id}`}
                />
              </span>
              <span class="num">{job.progress === null ? "" : `${Math.round(job.progress)}%`}</span>
              <span class="num muted">
                <Since at={job.startedAt} />
              </span>
              <span class="stop">
                <button
                  type="submit"
                  class="btn btn-small"
                  form="act"
                  formaction={url(`/admin/jobs/${job.id}/cancel`)}
                  aria-label={`Cancel job ${job.id}`}
                >
                  <Icon name="x" />
                  Cancel
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
