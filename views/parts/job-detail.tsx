// All about one job: what it was asked, what happened in each attempt, why it failed and what to do next.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import type { PauseChoice } from "../../src/http/pages/pause-form.ts";
import type { Attempt, Failure, Job } from "../../src/queue/job.ts";
import { rangeInWords, type Seconds } from "../estimate.ts";
import { duration } from "../format.ts";
import type { JobLine } from "./job-table.tsx";
import { PauseChoices } from "./pause-choices.tsx";
import { When } from "./when.tsx";

export interface JobFacts {
  job: Job;
  /** Of the row that it belongs to. */
  version: string;
  kindLabel: string;
  /** A person's name, or what in the server asked. */
  askedBy: string | null;
  targetHref: string | null;
  attempts: Attempt[];
  log: string;
  /** One sentence: why it is where it is. */
  explained: string;
  /** All that keeps it from starting, in the order in which it must pass. */
  reasons: string[];
  starts: Seconds | null;
  /** Where only the clock keeps it. */
  startsAt: Date | null;
  status: JobLine["status"];
  moves: JobLine["moves"];
  /** It waits, so its place in its queue may change. */
  mayReorder: boolean;
  pauses: PauseChoice[];
  /** What the failure's code means, and what to do. */
  meaning: string | null;
  hint: string | null;
}

interface JobDetailProps {
  facts: JobFacts;
  /** Under its row in a list, which then comes along with each answer. */
  inList?: boolean;
  url: PageContext["url"];
}

export function JobDetail({ facts, inList, url }: JobDetailProps) {
  const { job, status } = facts;
  const again = url(`/admin/jobs/${job.id}${inList ? "?in=list" : ""}`);
  const isOpen = job.status === "running" || job.status === "pending" || job.status === "queued";
  // While it may still change, an open detail asks again; the page's stream carries only what everybody sees.
  const follow = isOpen ? { "hx-get": again, "hx-trigger": "every 2s", "hx-swap": "outerMorph" } : {};
  return (
    <div class="detail" id={`detail-${job.id}`} data-version={facts.version} {...follow}>
      {job.failure ? (
        <FailureBox
          failure={job.failure}
          meaning={facts.meaning}
          hint={facts.hint}
          isFault={job.status !== "cancelled"}
        />
      ) : null}
      {job.failure ? null : <p class="full">{facts.explained}</p>}
      <Controls facts={facts} inList={inList} url={url} />
      <div>
        <h3>Job</h3>
        <dl class="facts">
          <dt>Id</dt>
          <dd>
            <a href={url(`/admin/jobs/${job.id}`)}>{job.id}</a>
          </dd>
          <dt>Kind</dt>
          <dd>
            {facts.kindLabel} <span class="muted">in {job.queue}</span>
          </dd>
          <dt>Target</dt>
          <dd>
            {facts.targetHref ? (
              <a href={url(facts.targetHref)}>{job.subject.label}</a>
            ) : (
              job.subject.label || "–"
            )}
          </dd>
          {facts.reasons.length > 0 ? (
            <>
              <dt>Waits because</dt>
              <dd>
                <ol class="reasons">
                  {facts.reasons.map((reason) => (
                    <li>{reason}</li>
                  ))}
                </ol>
              </dd>
              <dt>{status === "frozen" ? "Should go on" : "Should start"}</dt>
              <dd>
                {facts.startsAt ? (
                  <When at={facts.startsAt} />
                ) : facts.starts ? (
                  `in ${rangeInWords(facts.starts)}`
                ) : (
                  "nobody can say yet"
                )}
              </dd>
            </>
          ) : null}
          {job.outcomeNote ? (
            <>
              <dt>Outcome</dt>
              <dd>{job.outcomeNote.replace(/^not_needed:\s*/, "Skipped: ")}</dd>
            </>
          ) : null}
          <dt>Priority</dt>
          <dd>{`${job.priority}${job.backfill ? ", backfill" : ""}`}</dd>
          <dt>Asked by</dt>
          <dd>{facts.askedBy ?? "–"}</dd>
          <Moment label="Created" at={job.createdAt} />
          <Moment label="Not before" at={job.runAt} />
          <Moment label="Started" at={job.startedAt} />
          <Moment label="Finished" at={job.finishedAt} />
          {job.frozenMs >= 1000 ? (
            <>
              <dt>Stood frozen</dt>
              <dd>{`${duration(job.frozenMs / 1000)} of its run`}</dd>
            </>
          ) : null}
          <dt>Retries</dt>
          <dd>{`${job.retryCount} of ${job.maxRetries}`}</dd>
          {job.fingerprint ? (
            <>
              <dt>Cause</dt>
              <dd>
                <a href={url(`/admin/problems?cause=${job.fingerprint}#${job.fingerprint}`)}>
                  Everything that failed of this cause
                </a>
              </dd>
            </>
          ) : null}
          {job.subject.type === "file" && facts.targetHref ? (
            <>
              <dt>The file</dt>
              <dd>
                <a href={url(facts.targetHref)}>All that happened to it, and why it is where it is</a>
              </dd>
            </>
          ) : null}
        </dl>
      </div>
      <div>
        <h3>Parameters</h3>
        <pre class="payload">{JSON.stringify(job.params, null, 2)}</pre>
      </div>
      {facts.attempts.length > 0 ? (
        <div class="full">
          <h3>Attempts</h3>
          <Attempts attempts={facts.attempts} />
        </div>
      ) : null}
      <div class="full">
        <h3>Log</h3>
        {facts.log ? (
          <pre
            class="log"
            id={`log-${job.id}`}
            tabindex={0}
            role="log"
            aria-label={`Log of job ${job.id}`}
            data-follow={isOpen ? "" : undefined}
          >
            {facts.log}
          </pre>
        ) : (
          <p class="muted">{job.startedAt ? "It logged nothing." : "It has not run yet."}</p>
        )}
      </div>
    </div>
  );
}

/** A new element whenever its job went on: what somebody chooses in it is not taken away by a look at the log. */
function Controls({ facts, inList, url }: JobDetailProps) {
  const { job, status } = facts;
  const at = url(`/admin/jobs/${job.id}`);
  const mayPause = facts.moves.includes("pause");
  if (!mayPause && !facts.mayReorder) return null;
  const post = { method: "post", "hx-boost": "true", "hx-swap": "none", "hx-push-url": "false" } as const;
  const back = inList ? null : <input type="hidden" name="back" value={`/admin/jobs/${job.id}`} />;
  return (
    <div
      class="full controls"
      id={`controls-${job.id}-${facts.version.replaceAll(".", "-")}-${job.priority}`}
      hx-morph-skip
    >
      {mayPause ? (
        <details>
          <summary class="btn btn-small">{status === "running" ? "Freeze…" : "Pause…"}</summary>
          <form {...post} action={`${at}/pause`}>
            {back}
            <PauseChoices choices={facts.pauses} />
          </form>
        </details>
      ) : null}
      {facts.mayReorder ? (
        <>
          <form {...post} action={`${at}/move`} class="row">
            {back}
            <button type="submit" class="btn btn-small" name="position" value="first">
              To the front
            </button>
            <button type="submit" class="btn btn-small" name="position" value="last">
              To the end
            </button>
          </form>
          <form {...post} action={`${at}/move`} class="row">
            {back}
            <label class="row">
              Priority
              <select class="select" name="priority">
                {[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => (
                  <option value={String(n)} selected={n === job.priority}>
                    {n === 1 ? "1 (first)" : n === 10 ? "10 (last)" : String(n)}
                  </option>
                ))}
              </select>
            </label>
            <button type="submit" class="btn btn-small">
              Set
            </button>
          </form>
        </>
      ) : null}
    </div>
  );
}

export function FailureBox({
  failure,
  meaning,
  hint,
  isFault = true,
}: {
  failure: Failure;
  meaning: string | null;
  hint: string | null;
  /** False: somebody wanted it so. */
  isFault?: boolean;
}) {
  return (
    <div class={isFault ? "failure full" : "failure neutral full"}>
      <p class="code mono">{failure.code}</p>
      {meaning ? <p>{meaning}</p> : null}
      <pre>{failure.message}</pre>
      {hint ? (
        <p>
          <b>Next:</b> {hint}
        </p>
      ) : null}
    </div>
  );
}

function Attempts({ attempts }: { attempts: Attempt[] }) {
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">#</th>
          <th scope="col">Outcome</th>
          <th scope="col">Started</th>
          <th scope="col">Took</th>
          <th scope="col">Worker</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((a) => (
          <tr>
            <td data-label="Attempt">{a.number}</td>
            <td data-label="Outcome">{a.outcome.replace("_", " ")}</td>
            <td data-label="Started" class="nowrap">
              <When at={a.startedAt} />
            </td>
            <td data-label="Took" class="nowrap">
              {a.finishedAt
                ? duration((a.finishedAt.getTime() - a.startedAt.getTime()) / 1000)
                : "still running"}
            </td>
            <td data-label="Worker" class="mono break">
              {a.worker}
            </td>
            <td data-label="Reason" class="break">
              {a.failure ? `${a.failure.code}: ${a.failure.message}` : ""}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Moment({ label, at }: { label: string; at: Date | null }) {
  if (!at) return null;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <When at={at} />
      </dd>
    </>
  );
}
