// The list of jobs. Each job is one `tbody` with an id, so that a live update finds its row and a tick stays where it was;
// its second line is filled when somebody opens it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { rangeInWords, type Seconds } from "../estimate.ts";
import { duration } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { type ShownStatus, StatusBadge } from "./status.tsx";
import { Since, When } from "./when.tsx";

export interface JobLine {
  id: number;
  kindLabel: string;
  queue: string;
  status: ShownStatus;
  target: string;
  targetHref: string | null;
  progress: number | null;
  startedAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
  /** Once it has ended: how long it worked, without the time it stood frozen. */
  tookS: number | null;
  /** Why it waits, what failed, or why nothing was to do. */
  why: string | null;
  whyTone: "bad" | "warn" | "muted";
  runAt: Date | null;
  /** In how long it should start, where the reason itself does not say. */
  starts: Seconds | null;
  /** It runs and shows no sign of life. */
  isStuck: boolean;
  moves: ("retry" | "cancel" | "remove" | "resume" | "pause")[];
}

type Url = PageContext["url"];

/** Changes when an open detail of the job is out of date. */
export function versionOf({ status, startedAt, finishedAt }: JobLine): string {
  return [status, startedAt?.getTime() ?? "", finishedAt?.getTime() ?? ""].join(".");
}

export function JobTable({ jobs, url, empty }: { jobs: JobLine[]; url: Url; empty: unknown }) {
  return (
    <table class="table jobs" id="jobs">
      <caption class="sr-only">Jobs</caption>
      <thead>
        <tr>
          <td class="tick">
            <label>
              <input
                type="checkbox"
                class="needs-js"
                data-tick-all
                aria-label="Select every job on this page"
              />
            </label>
          </td>
          <th scope="col">Status</th>
          <th scope="col">Kind</th>
          <th scope="col">Target</th>
          <th scope="col">Progress</th>
          <th scope="col">When</th>
          <td />
        </tr>
      </thead>
      {jobs.length === 0 ? (
        <tbody id="jobs-none">
          <tr>
            <td colspan={7}>{empty}</td>
          </tr>
        </tbody>
      ) : (
        jobs.map((job) => <JobRow job={job} url={url} />)
      )}
    </table>
  );
}

export function JobRow({ job, url }: { job: JobLine; url: Url }) {
  const at = url(`/admin/jobs/${job.id}`);
  return (
    <tbody id={`job-${job.id}`} data-version={versionOf(job)}>
      <tr>
        <td class="tick">
          <label>
            <input
              type="checkbox"
              form="bulk"
              name="ids"
              value={job.id}
              aria-label={`Select job ${job.id}`}
            />
          </label>
        </td>
        <td class="status">
          <StatusBadge status={job.status} />
          {job.isStuck ? <span class="badge badge-failed">stuck</span> : null}
        </td>
        <td class="kind truncate">{job.kindLabel}</td>
        <td class="what">
          <a class="truncate" href={at} data-expand aria-expanded="false" title={job.target}>
            {job.target || `Job ${job.id}`}
          </a>
          {job.why || job.runAt ? (
            <small class={`why truncate ${job.whyTone}`}>
              {job.why}
              {job.runAt ? <When at={job.runAt} /> : null}
              {job.starts
                ? ` · ${job.status === "frozen" ? "goes on" : "starts"} in ${rangeInWords(job.starts)}`
                : null}
            </small>
          ) : null}
        </td>
        <td class="prog">
          <Progress job={job} />
        </td>
        <td class="when muted nowrap">
          <When at={job.finishedAt ?? job.startedAt ?? job.createdAt} />
        </td>
        <td class="act-cell">
          <div class="act">
            {job.moves.map((move) => (
              <button
                type="submit"
                class="btn-icon"
                form="act"
                formaction={`${at}/${move}`}
                data-move={move}
                title={`${moveWord(move, job.status)} job ${job.id}`}
              >
                <Icon name={moveIcons[move]} />
              </button>
            ))}
          </div>
        </td>
      </tr>
      <tr class="detail-row">
        <td colspan={7} id={`job-${job.id}-detail`} hx-morph-skip />
      </tr>
    </tbody>
  );
}

function Progress({ job }: { job: JobLine }) {
  if (job.status === "running")
    return (
      <span class="row">
        <progress
          max="100"
          value={job.progress === null ? undefined : Math.floor(job.progress)}
          aria-label={`Progress of job ${job.id}`}
        />
        <small class="muted">
          {job.progress === null ? "" : `${Math.floor(job.progress)}% · `}
          {job.startedAt ? <Since at={job.startedAt} /> : null}
        </small>
      </span>
    );
  return job.tookS === null ? null : <small class="muted">{`took ${duration(job.tookS)}`}</small>;
}

export function moveWord(move: JobLine["moves"][number], status: ShownStatus): string {
  if (move === "pause" && status === "running") return "Freeze";
  if (move === "resume" && status === "frozen") return "Go on with";
  return moveWords[move];
}

const moveWords: Record<JobLine["moves"][number], string> = {
  retry: "Retry",
  cancel: "Cancel",
  remove: "Remove",
  resume: "Resume",
  pause: "Pause",
};
const moveIcons: Record<JobLine["moves"][number], IconName> = {
  retry: "rotate-ccw",
  cancel: "x",
  remove: "trash-2",
  resume: "play",
  pause: "pause",
};
