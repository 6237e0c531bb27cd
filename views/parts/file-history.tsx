// A file's whole life, newest first: every job about it and every attempt, what came of them, who did what, and where it
// stood before.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { Attempt, Job } from "../../src/queue/job.ts";
import { bytes, capital, counted, duration } from "../format.ts";
import { derivativeNames } from "./derivative-names.ts";
import { eventWords } from "./event-words.ts";
import type { Copy } from "./file-facts.tsx";
import { Icon } from "./icon.tsx";
import { FailureBox } from "./job-detail.tsx";
import { type ShownStatus, StatusBadge } from "./status.tsx";
import { Since, When } from "./when.tsx";

export interface HistoryEntry {
  job: Job;
  kindLabel: string;
  attempts: Attempt[];
  /** Once it has ended: how long it worked, without the time it stood frozen. */
  tookS: number | null;
  why: string | null;
  meaning: string | null;
  hint: string | null;
  /** Made while it ran, and not replaced since. */
  outputs: { kind: string; variant: string; sizeBytes: number; url: string }[];
  /** What people did to it. */
  acts: { at: string; actor: string | null; action: string }[];
  /** The id that this content had then, when it was another one. */
  formerId: number | null;
}

/** What happened to the file that is no job. */
export interface Happening {
  at: Date;
  /** An event of the history, an act of the audit, or `place`: it was last seen there. */
  what: string;
  actor: string | null;
  detail: string | null;
}

interface Props {
  ctx: PageContext;
  fileId: number;
  entries: HistoryEntry[];
  happenings: Happening[];
  /** Other files of the same content. */
  copies: Copy[];
  /** Older jobs that are not shown. */
  older: number;
  /** Changes with anything shown here; sent back with each poll. */
  seen: string;
  stage: string;
}

export function FileHistory({ ctx, fileId, entries, happenings, copies, older, seen, stage }: Props) {
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
        {inOrder(entries, happenings).map((one) =>
          "job" in one ? (
            <Entry ctx={ctx} fileId={fileId} entry={one} />
          ) : (
            <li class="history-job">
              <div class="history-line">
                <span class="badge">{happeningWords(one.what)}</span>
                {one.detail ? <span class="break">{one.detail}</span> : null}
                <span class="muted">
                  {one.actor ? `${one.actor}, ` : ""}
                  <When at={one.at} />
                </span>
              </div>
            </li>
          ),
        )}
      </ol>
      {older > 0 ? (
        <p class="muted">
          {older} older {older === 1 ? "job is" : "jobs are"} not shown.
        </p>
      ) : null}
      {copies.length > 0 ? (
        <p class="muted">
          {"Also at "}
          {copies.slice(0, copiesNamed).map(({ id, path, library }, i) => (
            <>
              {i > 0 ? ", " : ""}
              <a href={ctx.url(`/files/${id}`)}>{path}</a>
              {` in ${library}`}
            </>
          ))}
          {copies.length > copiesNamed ? ` and ${copies.length - copiesNamed} more` : ""}
          {copies.length === 1
            ? ": the same content, with a history of its own."
            : ": the same content, each with a history of its own."}
        </p>
      ) : null}
    </section>
  );
}

/** The facts beside it name them all. */
const copiesNamed = 3;

/** The newest first; jobs by when they were asked for, as their ids are. */
function inOrder(entries: HistoryEntry[], happenings: Happening[]): (HistoryEntry | Happening)[] {
  const at = (one: HistoryEntry | Happening) => +("job" in one ? one.job.createdAt : one.at);
  return [...entries, ...happenings].sort((a, b) => at(b) - at(a));
}

function happeningWords(what: string): string {
  return happenings[what] ?? eventWords(what);
}

const happenings: Record<string, string> = {
  place: "Was at",
  "file.trash": "Moved to trash",
  "file.restore": "Restored",
  "file.upload": "Uploaded",
};

function Entry({ ctx, fileId, entry }: { ctx: PageContext; fileId: number; entry: HistoryEntry }) {
  const { job, kindLabel, attempts, why, tookS } = entry;
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
          {tookS === null ? null : ` · took ${duration(tookS)}`}
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
      {entry.outputs.length > 0 ? (
        <p>
          <span class="muted">{"Made "}</span>
          {entry.outputs.map((made, i) => (
            <>
              {i > 0 ? ", " : ""}
              <a href={made.url}>{`${derivativeNames[made.kind] ?? made.kind} ${made.variant}`}</a>
              <span class="muted">{` ${bytes(made.sizeBytes)}`}</span>
            </>
          ))}
        </p>
      ) : null}
      {entry.acts.map((act) => (
        <p class="muted">
          {`${actWords[act.action] ?? act.action} by ${act.actor ?? "the server"}, `}
          <When at={new Date(act.at)} />
        </p>
      ))}
      {entry.formerId === null ? null : (
        <p class="muted">{`When this content was file ${entry.formerId}.`}</p>
      )}
      {attempts.length > 1 ? (
        <details class="attempts" id={`attempts-${job.id}`}>
          <summary>{counted(attempts.length, "attempt")}</summary>
          <ol>
            {[...attempts].reverse().map((a) => (
              <li>
                <span class="muted">#{a.number}</span> {capital(a.outcome.replace("_", " "))}{" "}
                <When at={a.finishedAt ?? a.startedAt} />
                {a.finishedAt ? ` · ${duration((+a.finishedAt - +a.startedAt) / 1000)}` : null}
                {a.failure ? <span class="break"> – {a.failure.message}</span> : null}
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </li>
  );
}

const actWords: Record<string, string> = {
  "job.retry": "Retried",
  "job.cancel": "Cancelled",
  "job.pause": "Paused",
  "job.resume": "Resumed",
  "job.priority": "Priority changed",
};

function shown(job: Job): ShownStatus {
  if (job.status === "completed" && job.outcomeNote?.startsWith("not_needed")) return "not needed";
  if (job.status === "failed" && job.acknowledgedAt) return "cleared";
  if (job.status === "pending" && job.runAt && job.runAt.getTime() > Date.now()) return "delayed";
  return job.status;
}
