// A file's whole life: every job about it and every attempt, newest first.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Attempt, Job } from "../../src/queue/job.ts";
import { capital, duration } from "../format.ts";
import { Icon } from "./icon.tsx";
import { FailureBox } from "./job-detail.tsx";
import { type ShownStatus, StatusBadge } from "./status.tsx";
import { Since, When } from "./when.tsx";

export interface HistoryEntry {
  job: Job;
  kindLabel: string;
  attempts: Attempt[];
  why: string | null;
  meaning: string | null;
  hint: string | null;
}

interface Props {
  ctx: PageContext;
  fileId: number;
  entries: HistoryEntry[];
  /** Older jobs that are not shown. */
  older: number;
  /** Changes with anything shown here; sent back with each poll. */
  seen: string;
  stage: string;
}

export function FileHistory({ ctx, fileId, entries, older, seen, stage }: Props) {
  const busy = entries.some(
    ({ job }) => job.status === "running" || job.status === "pending" || job.status === "queued",
  );
  const poll = ctx.url(`/files/${fileId}?part=history&seen=${seen}&stage=${stage}`);
  return (
    <section
      id="history"
      class="card"
      aria-labelledby="history-title"
      hx-get={poll}
      hx-trigger={`every ${busy ? 1 : 2}s`}
      hx-swap="outerMorph"
    >
      <header>
        <h2 id="history-title">History</h2>
      </header>
      {entries.length === 0 ? <p class="muted">No job has worked on this file yet.</p> : null}
      <ol class="history">
        {entries.map((entry) => (
          <Entry ctx={ctx} fileId={fileId} entry={entry} />
        ))}
      </ol>
      {older > 0 ? (
        <p class="muted">
          {older} older {older === 1 ? "job is" : "jobs are"} not shown.
        </p>
      ) : null}
    </section>
  );
}

function Entry({ ctx, fileId, entry }: { ctx: PageContext; fileId: number; entry: HistoryEntry }) {
  const { job, kindLabel, attempts, why } = entry;
  const owner = ctx.user?.role === "owner";
  const act = (verb: string) => ctx.url(`/files/${fileId}/jobs/${job.id}/${verb}`);
  return (
    <li id={`job-${job.id}`} class="history-job">
      <div class="history-line">
        <StatusBadge status={shown(job)} />
        <b>{owner ? <a href={ctx.url(`/admin/jobs/${job.id}`)}>{kindLabel}</a> : kindLabel}</b>
        <span class="muted">
          {job.status === "running" && job.startedAt ? (
            <Since at={job.startedAt} />
          ) : (
            <When at={job.finishedAt ?? job.createdAt} />
          )}
          {job.finishedAt && job.startedAt
            ? ` · took ${duration((job.finishedAt.getTime() - job.startedAt.getTime()) / 1000)}`
            : null}
        </span>
        {owner ? (
          <span class="history-actions">
            {job.status === "failed" || job.status === "cancelled" ? (
              <button class="btn btn-small" type="submit" form="act" formaction={act("retry")}>
                <Icon name="rotate-ccw" />
                Retry<span class="sr-only"> {kindLabel}</span>
              </button>
            ) : null}
            {["pending", "queued", "running", "paused"].includes(job.status) ? (
              <button class="btn btn-small" type="submit" form="act" formaction={act("cancel")}>
                <Icon name="x" />
                Cancel<span class="sr-only"> {kindLabel}</span>
              </button>
            ) : null}
          </span>
        ) : null}
      </div>
      {job.status === "running" ? (
        <progress aria-label={`Progress of ${kindLabel}`} value={job.progress ?? undefined} max={100} />
      ) : null}
      {why ? <p class="muted">{why}</p> : null}
      {job.outcomeNote ? <p class="muted">{capital(job.outcomeNote.replace(/^not_needed: /, ""))}</p> : null}
      {job.failure && job.status !== "completed" ? (
        <FailureBox
          failure={job.failure}
          meaning={entry.meaning}
          hint={entry.hint}
          isFault={job.status !== "cancelled"}
        />
      ) : null}
      {attempts.length > 1 ? (
        <details class="attempts" id={`attempts-${job.id}`}>
          <summary>{attempts.length} attempts</summary>
          <ol>
            {[...attempts].reverse().map((a) => (
              <li>
                <span class="muted">#{a.number}</span> {capital(a.outcome.replace("_", " "))}{" "}
                <When at={a.finishedAt ?? a.startedAt} />
                {a.failure ? <span class="break"> – {a.failure.message}</span> : null}
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </li>
  );
}

function shown(job: Job): ShownStatus {
  if (job.status === "completed" && job.outcomeNote?.startsWith("not_needed")) return "not needed";
  if (job.status === "failed" && job.acknowledgedAt) return "cleared";
  if (job.status === "pending" && job.runAt && job.runAt.getTime() > Date.now()) return "delayed";
  return job.status;
}
