// What stands still now, what died, and what healing did about such jobs lately.

import type { RecordedEvent } from "../../src/history/event-log.ts";
import type { ShownCause } from "../../src/http/pages/cause-shown.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, duration } from "../format.ts";
import { Shot } from "./cause-samples.tsx";
import { detailWords, eventWords } from "./event-words.ts";
import { Icon } from "./icon.tsx";
import { CauseRow } from "./problem-card.tsx";
import { Since, When } from "./when.tsx";

export interface StuckLine {
  id: number;
  kindLabel: string;
  queue: string;
  /** The whole path, where it is about a file. */
  label: string;
  fileId: number | null;
  picture: string | null;
  progress: number | null;
  silentSince: Date;
  startedAt: Date | null;
  thresholdS: number;
}

export interface StuckProps {
  stuck: StuckLine[];
  total: number;
  /** Causes that orphans and stuck jobs ended with. */
  deaths: ShownCause[];
  /** The newest. */
  events: RecordedEvent[];
  autoHeal: { enabled: boolean; action: string; checkIntervalS: number };
}

interface Props {
  stuck: StuckProps;
  url: PageContext["url"];
  isFirst?: boolean | undefined;
}

export function StuckJobs({ stuck: s, url, isFirst }: Props) {
  return (
    <>
      <section id="stuck-now" class="card flush" aria-labelledby="stuck-title">
        <header>
          <h2 id="stuck-title">{s.total > 0 ? `${counted(s.total, "job")} stuck now` : "Stuck now"}</h2>
          {s.total > 0 ? (
            <a class="btn btn-small" href={url("/admin/jobs/clear-stuck")} data-dialog>
              <Icon name="eraser" />
              Clear all…
            </a>
          ) : null}
          <p>
            They run without a sign of life for longer than their kind may. {healingInWords(s.autoHeal)}{" "}
            <a href={url("/admin/settings#autoHeal")}>Change</a>
          </p>
        </header>
        {s.stuck.length === 0 ? (
          <div class="empty">
            <b>Nothing is stuck.</b>
            What still makes progress is left alone, however long it runs.
          </div>
        ) : (
          <ul class="lines padded">
            {s.stuck.map((job) => (
              <StuckRow job={job} url={url} />
            ))}
          </ul>
        )}
      </section>
      <section id="deaths" aria-labelledby="deaths-title">
        <h2 id="deaths-title" class="section-head">
          Orphaned, or ended as stuck
        </h2>
        {s.deaths.length === 0 ? (
          <div class="card empty">
            <b>No job was left behind.</b>
            When the server is killed in the middle of a job, the job shows here: nothing is run twice by
            itself.
          </div>
        ) : (
          <div class="card flush causes no-ticks">
            {s.deaths.map((cause) => (
              <CauseRow cause={cause} url={url} isOpen={isFirst} />
            ))}
          </div>
        )}
      </section>
      <section id="healed" class="card flush" aria-labelledby="healed-title">
        <header>
          <h2 id="healed-title">Lately</h2>
          <a class="btn btn-small" href={url("/admin/history?event=auto-heal#events")}>
            All that auto-heal did
          </a>
        </header>
        {s.events.length === 0 ? (
          <div class="empty">
            <b>Nothing was stuck or orphaned so far.</b>
          </div>
        ) : (
          <ul class="lines padded">
            {s.events.map((one) => (
              <li id={`healed-${one.id}`}>
                <span class="break">
                  <b>{eventWords(one.event)}</b>{" "}
                  {one.jobId === null ? null : (
                    <a href={url(`/admin/jobs/${one.jobId}`)}>{`Job ${one.jobId}`}</a>
                  )}{" "}
                  {one.fileId !== null && one.filePath !== null ? (
                    <a href={url(`/files/${one.fileId}`)}>{one.filePath}</a>
                  ) : null}
                  <br />
                  <small>
                    {detailWords(one.detail ?? "")}
                    {one.actor ? ` · by ${one.actor}` : ""}
                  </small>
                </span>
                <small class="muted">
                  <When at={one.at} />
                </small>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function StuckRow({ job, url }: { job: StuckLine; url: PageContext["url"] }) {
  return (
    <li class="held" id={`stuck-${job.id}`}>
      <span class="held-file">
        <Shot picture={job.picture} url={url} />
        <span class="break">
          {job.fileId === null ? job.label : <a href={url(`/files/${job.fileId}`)}>{job.label}</a>}
          <br />
          <small class="muted">
            <a href={url(`/admin/jobs/${job.id}`)}>{`Job ${job.id}`}</a>
            {` · ${job.kindLabel}${job.progress === null ? "" : ` · at ${Math.floor(job.progress)} %`}`}
          </small>
        </span>
      </span>
      <small class="bad">
        {"silent for "}
        <Since at={job.silentSince} />
        {` (limit ${duration(job.thresholdS)})`}
      </small>
      <span class="row">
        <button
          class="btn btn-small"
          type="submit"
          form="act"
          formaction={url(`/admin/problems/stuck/${job.id}/clear`)}
        >
          Clear<span class="sr-only"> job {job.id}</span>
        </button>
        <button
          class="btn btn-small"
          type="submit"
          form="act"
          formaction={url(`/admin/problems/stuck/${job.id}/clear?retry=1`)}
        >
          <Icon name="rotate-ccw" />
          Clear and retry<span class="sr-only"> job {job.id}</span>
        </button>
      </span>
    </li>
  );
}

function healingInWords({ enabled, action, checkIntervalS }: StuckProps["autoHeal"]): string {
  if (!enabled) return "Auto-heal is off: nobody ends them by itself.";
  const every = duration(checkIntervalS);
  if (action === "alert_only") return "Auto-heal only says so in the history.";
  return action === "clear_and_log"
    ? `Auto-heal ends them every ${every}.`
    : `Auto-heal puts them back to waiting every ${every}, while retries are left.`;
}
