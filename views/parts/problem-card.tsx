// One cause of failure: a row that says what, how much and since when; folded out, what it means, what to do next, when it
// came, and which files are hit.

import type { ShownCause } from "../../src/http/pages/cause-shown.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, number } from "../format.ts";
import { CauseActs } from "./cause-acts.tsx";
import { CauseSamples } from "./cause-samples.tsx";
import { CauseSpark } from "./cause-spark.tsx";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

/** A page of causes stays small, whatever their tools had to say. */
const longestMessage = 1500;

interface Props {
  cause: ShownCause;
  url: PageContext["url"];
  isOpen?: boolean | undefined;
}

export function CauseRow({ cause: p, url, isOpen }: Props) {
  const title = `problem-${p.fingerprint}-title`;
  return (
    <article id={p.fingerprint} class="problem" aria-labelledby={title} data-row>
      <label class="tick">
        <input
          type="checkbox"
          form="cause-bulk"
          name="cause"
          value={p.fingerprint}
          disabled={p.isRetrying}
          data-key="x"
          aria-label={`Tick ${p.name}, ${counted(p.count, "failed job")}`}
        />
      </label>
      <details id={`open-${p.fingerprint}`} open={isOpen}>
        <summary data-open>
          <span class="problem-what">
            <h3 id={title}>{p.name}</h3> <span class="badge mono">{p.code}</span> <Badges p={p} />
            <small class="truncate muted">{firstLine(p.message)}</small>
          </span>
          <CauseSpark times={p.times} />
          <span class="problem-count">
            <b>{p.files ? counted(p.files, "file") : counted(p.count, "job")}</b>
            <small class="muted">{p.files ? counted(p.count, "failed job") : "failed"}</small>
          </span>
          <small class="problem-last muted">
            <When at={p.lastAt} />
          </small>
          <Icon name="chevron-down" />
        </summary>
        <Inside cause={p} url={url} />
      </details>
    </article>
  );
}

function Badges({ p }: { p: ShownCause }) {
  const { retried } = p;
  return (
    <>
      {p.isServerWide ? (
        <span class="badge badge-failed">
          <Icon name="triangle-alert" />
          Server-wide
        </span>
      ) : null}
      {retried && retried.open > 0 ? (
        <span class="badge badge-running">
          <Icon name="refresh-cw" />
          {`${number(retried.open)} retrying…`}
        </span>
      ) : null}
      {retried && retried.open === 0 && retried.cameBack > 0 ? (
        <span class="badge badge-delayed">
          <Icon name="undo-2" />
          Came back
        </span>
      ) : null}
      {p.isNew && !retried ? <span class="badge badge-running">New today</span> : null}
    </>
  );
}

function Inside({ cause: p, url }: Props) {
  const isCut = p.message.length > longestMessage;
  return (
    <div class="problem-in">
      {p.retried ? <Retried p={p} /> : null}
      <div class="problem-words">
        <dl class="facts">
          <dt>Meaning</dt>
          <dd>{p.meaning}</dd>
          <dt>Done so far</dt>
          <dd>{p.done}</dd>
          <dt>Next</dt>
          <dd>
            <b>{p.nextStep}</b>
          </dd>
        </dl>
        <dl class="facts problem-hits">
          <dt>First seen</dt>
          <dd>
            <When at={p.firstAt} />
          </dd>
          <dt>Last seen</dt>
          <dd>
            <When at={p.lastAt} />
            {!p.isNew && p.lastDay > 0 ? `; ${number(p.lastDay)} in the last day` : ""}
          </dd>
          <dt>Kind</dt>
          <dd>{p.kindLabels.join(", ")}</dd>
          <dt>Queue</dt>
          <dd>
            {p.queues.map((queue, n) => (
              <>
                {n > 0 ? ", " : ""}
                <a href={url(`/admin/jobs?${new URLSearchParams({ status: "failed", queue })}`)}>{queue}</a>
              </>
            ))}
          </dd>
          {p.libraryNames.length > 0 ? (
            <>
              <dt>Library</dt>
              <dd>
                {p.libraryNames.map(({ id, name }, n) => (
                  <>
                    {n > 0 ? ", " : ""}
                    <a href={url(`/libraries/${id}`)}>{name}</a>
                  </>
                ))}
              </dd>
            </>
          ) : null}
        </dl>
      </div>
      {p.isRetrying ? null : <CauseActs p={p} url={url} />}
      <CauseSamples cause={p} url={url} />
      <details id={`message-${p.fingerprint}`} class="said">
        <summary>
          <Icon name="terminal" />
          What was said
        </summary>
        <pre class="log" id={`said-${p.fingerprint}`} tabindex={0}>
          {isCut ? `${p.message.slice(0, longestMessage)}…` : p.message}
        </pre>
        <button type="button" class="btn btn-small needs-js" data-copy={`#said-${p.fingerprint}`}>
          <Icon name="copy" />
          Copy
        </button>
        {isCut && p.samples[0] ? <a href={url(`/admin/jobs/${p.samples[0].jobId}`)}>All of it</a> : null}
      </details>
    </div>
  );
}

/** What became of the last retry. */
function Retried({ p: { retried } }: { p: ShownCause }) {
  if (!retried) return null;
  const { total, open, succeeded, cameBack, at, by } = retried;
  const parts = [
    open > 0 ? `${number(open)} still at it` : "",
    succeeded > 0 ? `${number(succeeded)} succeeded` : "",
    cameBack > 0 ? `${number(cameBack)} failed again the same way` : "",
  ].filter(Boolean);
  return (
    <p class={cameBack > 0 ? "warn" : "muted"}>
      <Icon name="rotate-ccw" /> {`${by} retried ${counted(total, "job")} `}
      <When at={at} />
      {parts.length > 0 ? `: ${parts.join(", ")}.` : "."}
    </p>
  );
}

/** Causes of one code have one title: what the tool said tells them apart at a glance. */
function firstLine(message: string): string {
  const line = message.trimStart().split("\n", 1)[0]!;
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
