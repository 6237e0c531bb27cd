// The list of jobs. Each job is one `tbody` with an id, so that a live update finds its row and a tick stays where it was;
// its second line is filled when somebody opens it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { rangeInWords, type Seconds } from "../estimate.ts";
import { duration } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { type ShownStatus, StatusBadge, StuckBadge } from "./status.tsx";
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
  /** What sets it apart from its neighbours: `priority 1`, `attempt 2 of 4`. */
  notes: string[];
  moves: JobMove[];
  /** Verbs of the bulk bar that would do something to it. */
  can: string[];
}

type JobMove = "retry" | "cancel" | "remove" | "resume" | "pause";

type Url = PageContext["url"];

/** Changes when an open detail of the job is out of date. */
export function versionOf({ status, startedAt, finishedAt }: JobLine): string {
  return [status, startedAt?.getTime() ?? "", finishedAt?.getTime() ?? ""].join(".");
}

export function JobTable({ jobs, url, empty }: { jobs: JobLine[]; url: Url; empty: unknown }) {
  return (
    <table class="table jobs" id="jobs" data-rows="r Retry|c Cancel|p Pause or resume">
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
    <tbody id={`job-${job.id}`} data-row data-version={versionOf(job)} data-can={job.can.join(" ")}>
      <tr>
        <td class="tick">
          <label>
            <input
              type="checkbox"
              form="bulk"
              name="ids"
              value={job.id}
              data-key="x"
              aria-label={`Select job ${job.id}`}
            />
          </label>
        </td>
        <td class="status">{job.isStuck ? <StuckBadge /> : <StatusBadge status={job.status} />}</td>
        <td class="kind">
          <span class="truncate">{job.kindLabel}</span>
          {job.notes.length > 0 ? <small class="truncate">{job.notes.join(" · ")}</small> : null}
        </td>
        <td class="what">
          <a class="truncate" href={at} data-expand data-open aria-expanded="false" title={job.target}>
            {job.target || `Job ${job.id}`}
          </a>
          <Why job={job} />
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
              <MoveButton job={job} move={move} at={at} />
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

function Why({ job }: { job: JobLine }) {
  if (!job.why && !job.runAt) return null;
  return (
    <small class={`why ${job.whyTone}`}>
      <span class="truncate" title={job.why ?? undefined}>
        {job.why}
        {job.runAt ? <When at={job.runAt} /> : null}
      </span>
      {/* Cut off last: it is what one looks for. */}
      {job.starts ? (
        <b>{`${job.status === "frozen" ? "goes on" : "starts"} in ${rangeInWords(job.starts)}`}</b>
      ) : null}
    </small>
  );
}

/** Nothing brings back what is removed: that is asked first. */
function MoveButton({ job, move, at }: { job: JobLine; move: JobMove; at: string }) {
  const title = `${moveWord(move, job.status)} job ${job.id}`;
  if (move === "remove")
    return (
      <a class="btn-icon" href={`${at}/remove`} data-dialog title={title} aria-label={title}>
        <Icon name={moveIcons[move]} />
      </a>
    );
  return (
    <button
      type="submit"
      class="btn-icon"
      form="act"
      formaction={`${at}/${move}`}
      data-move={move}
      data-key={moveKeys[move]}
      title={title}
    >
      <Icon name={moveIcons[move]} />
    </button>
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
  return job.tookS === null ? null : <small class="muted took">{`took ${duration(job.tookS)}`}</small>;
}

function moveWord(move: JobMove, status: ShownStatus): string {
  if (move === "pause" && status === "running") return "Freeze";
  if (move === "resume" && status === "frozen") return "Go on with";
  return moveWords[move];
}

const moveWords: Record<JobMove, string> = {
  retry: "Retry",
  cancel: "Cancel",
  remove: "Remove",
  resume: "Resume",
  pause: "Pause",
};
export /** The key that presses it while its row is the current one. */
const moveKeys: Record<JobLine["moves"][number], string | undefined> = {
  retry: "r",
  cancel: "c",
  pause: "p",
  resume: "p",
  remove: undefined,
};
const moveIcons: Record<JobMove, IconName> = {
  retry: "rotate-ccw",
  cancel: "x",
  remove: "trash-2",
  resume: "play",
  pause: "pause",
};
