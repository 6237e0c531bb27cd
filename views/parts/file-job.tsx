// One job in a file's history: a line that says what came of it, which unfolds to its failure with what to do, its attempts,
// what it made, and how its log ends.

import type { Job } from "../../src/queue/job.ts";
import { bytes, capital, counted, dateTime, duration } from "../format.ts";
import { derivativeNames } from "./derivative-names.ts";
import { ClockTime, type HistoryEntry, type Seer } from "./file-history.tsx";
import { Icon } from "./icon.tsx";
import { FailureBox } from "./job-detail.tsx";
import { type ShownStatus, StatusBadge } from "./status.tsx";
import { Since, When } from "./when.tsx";

interface Props {
  ctx: Seer;
  fileId: number;
  entry: HistoryEntry;
}

export function FileJob({ ctx, fileId, entry }: Props) {
  const { job, kindLabel, tookS } = entry;
  const owner = ctx.user?.role === "owner";
  return (
    <li id={`job-${job.id}`} class="life-job">
      <details id={`life-${job.id}`} open={entry.isOpen}>
        <summary>
          <Icon name="chevron-right" />
          <StatusBadge status={shown(job)} />
          <b>{kindLabel}</b>
          <span class="life-outcome truncate muted">{outcome(entry, owner)}</span>
          <span class="life-took muted">
            {job.status === "running" && job.startedAt ? (
              <Since at={job.startedAt} />
            ) : tookS === null ? null : (
              duration(tookS)
            )}
          </span>
          <ClockTime at={job.finishedAt ?? job.startedAt ?? job.createdAt} />
        </summary>
        <Body ctx={ctx} entry={entry} owner={owner} />
      </details>
      {job.status === "running" ? (
        <progress aria-label={`Progress of ${kindLabel}`} value={job.progress ?? undefined} max={100} />
      ) : null}
      {owner ? <Acts ctx={ctx} fileId={fileId} entry={entry} /> : null}
    </li>
  );
}

function Acts({ ctx, fileId, entry: { job, kindLabel } }: Props) {
  const act = (verb: string) => ctx.url(`/files/${fileId}/jobs/${job.id}/${verb}`);
  const verb =
    job.status === "failed" || job.status === "cancelled"
      ? "retry"
      : ["pending", "queued", "running", "paused"].includes(job.status)
        ? "cancel"
        : null;
  if (!verb) return null;
  return (
    <button class="btn btn-small life-act" type="submit" form="act" formaction={act(verb)}>
      <Icon name={verb === "retry" ? "rotate-ccw" : "x"} />
      {verb === "retry" ? "Retry" : "Cancel"}
      <span class="sr-only"> {kindLabel}</span>
    </button>
  );
}

function Body({ ctx, entry, owner }: { ctx: Seer; entry: HistoryEntry; owner: boolean }) {
  const { job, attempts, outputs, acts, formerId, log, why } = entry;
  return (
    <div class="life-body">
      {job.failure && job.status !== "completed" ? <Failure entry={entry} owner={owner} /> : null}
      {why ? <p>{`${capital(why)}.`}</p> : null}
      {job.outcomeNote && owner ? <p>{noteOf(job)}</p> : null}
      {outputs.length > 0 ? (
        <p>
          {"Made "}
          {outputs.map((made, i) => (
            <>
              {i > 0 ? ", " : ""}
              <a href={made.url}>{`${derivativeNames[made.kind] ?? made.kind} ${made.variant}`}</a>
              <span class="muted">{` ${bytes(made.sizeBytes)}`}</span>
            </>
          ))}
        </p>
      ) : null}
      {acts.map((act) => (
        <p class="muted">
          {`${actWords[act.action] ?? act.action} by ${act.actor ?? "the server"}, `}
          <When at={new Date(act.at)} />
        </p>
      ))}
      {attempts.length > 1 ? <Attempts entry={entry} owner={owner} /> : null}
      {log ? (
        <>
          <p class="muted">{attempts.length > 1 ? "End of the last attempt's log" : "End of its log"}</p>
          <pre class="log" tabindex={0} role="log" aria-label={`End of the log of job ${job.id}`}>
            {log}
          </pre>
        </>
      ) : null}
      <p class="muted">
        {"Asked for "}
        <When at={job.createdAt} />
        {formerId === null ? null : `, when this content was file ${formerId}`}
        {owner ? (
          <>
            {" · "}
            <a href={ctx.url(`/admin/jobs/${job.id}`)}>{`Job ${job.id} with its whole log`}</a>
          </>
        ) : null}
      </p>
    </div>
  );
}

/** What tools said names folders of the server: for owners. */
function Failure({ entry: { job, meaning, hint }, owner }: { entry: HistoryEntry; owner: boolean }) {
  if (owner)
    return (
      <FailureBox failure={job.failure!} meaning={meaning} hint={hint} isFault={job.status !== "cancelled"} />
    );
  return <p>{meaning ?? (job.status === "cancelled" ? "It was cancelled." : "It failed.")}</p>;
}

function Attempts({ entry: { job, attempts }, owner }: { entry: HistoryEntry; owner: boolean }) {
  return (
    <ol class="attempts" aria-label={counted(attempts.length, "attempt")}>
      {[...attempts].reverse().map((a) => (
        <li>
          <span class="muted">{`Attempt ${a.number}`}</span>
          <span>{capital(a.outcome.replace("_", " "))}</span>
          <span class="break">{owner ? (a.failure?.message.split("\n")[0] ?? "") : ""}</span>
          <span class="muted">
            {a.finishedAt ? duration((+a.finishedAt - +a.startedAt) / 1000) : "still running"}
          </span>
          <time class="muted" datetime={a.startedAt.toISOString()}>
            {sameDay(a.startedAt, job.createdAt) ? dateTime(a.startedAt).slice(-5) : dateTime(a.startedAt)}
          </time>
        </li>
      ))}
    </ol>
  );
}

/** In a few words, beside the name. */
function outcome({ job, outputs, why, meaning }: HistoryEntry, owner: boolean): string {
  if (job.failure && job.status !== "completed")
    return owner ? job.failure.message.split("\n")[0]! : (meaning ?? "");
  if (job.outcomeNote && owner) return noteOf(job);
  if (outputs.length > 0)
    return [...new Set(outputs.map((made) => derivativeNames[made.kind] ?? made.kind))].join(", ");
  return why ? capital(why) : "";
}

function noteOf({ outcomeNote }: Job): string {
  return capital((outcomeNote ?? "").replace(/^not_needed: /, ""));
}

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
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
