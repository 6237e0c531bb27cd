// One cause of failure: how much fails of it, what it means, what was done, what to do next, and which files are hit.

import type { Problem } from "../../src/healing/problems.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { When } from "./when.tsx";

export interface ShownProblem extends Problem {
  kindLabels: string[];
  /** Addresses of the samples' pictures, below the base path, by file id. */
  pictures: Record<number, string>;
}

/** A page of causes stays small, whatever their tools had to say. */
const longestMessage = 1500;

export function ProblemCard({ problem: p, url }: { problem: ShownProblem; url: PageContext["url"] }) {
  const title = `problem-${p.fingerprint}-title`;
  const isCut = p.message.length > longestMessage;
  return (
    <article id={p.fingerprint} class="card problem" aria-labelledby={title}>
      <header>
        <h3 id={title} class="break">
          {p.title}
        </h3>
        <div class="row">
          <Act p={p} url={url} act="retry" icon="rotate-ccw" verb="Retry" />
          <Act p={p} url={url} act="ignore" icon="eye-off" verb="Ignore" />
          {p.files === 0 ? null : <Act p={p} url={url} act="quarantine" icon="ban" verb="Quarantine" />}
        </div>
        <p>
          <span class="mono">{p.code}</span>
          {` · ${counted(p.count, "failed job")} · ${p.kindLabels.join(", ")} · first `}
          <When at={p.firstAt} />
          {", last "}
          <When at={p.lastAt} />
        </p>
      </header>
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
      <details id={`message-${p.fingerprint}`}>
        <summary>
          <span class="truncate">
            <b>Said</b> {firstLine(p.message)}
          </span>
        </summary>
        <pre class="log" tabindex={0}>
          {isCut ? `${p.message.slice(0, longestMessage)}…` : p.message}
        </pre>
        {isCut && p.samples[0] ? <a href={url(`/admin/jobs/${p.samples[0].jobId}`)}>All of it</a> : null}
      </details>
      <ul class="samples" aria-label="The newest of them">
        {p.samples.map((sample) => {
          const picture = sample.fileId === null ? undefined : p.pictures[sample.fileId];
          return (
            <li>
              {picture ? (
                <img src={url(picture)} alt="" width={48} height={36} loading="lazy" decoding="async" />
              ) : (
                <span class="no-shot">
                  <Icon name="triangle-alert" />
                </span>
              )}
              <span class="truncate">
                {sample.fileId === null ? (
                  sample.label
                ) : (
                  <a href={url(`/files/${sample.fileId}`)} title={sample.label}>
                    {sample.label}
                  </a>
                )}
                <br />
                <small class="muted">
                  <a href={url(`/admin/jobs/${sample.jobId}`)}>Job {sample.jobId}</a>
                  {sample.failedAt ? (
                    <>
                      {" · "}
                      <When at={sample.failedAt} />
                    </>
                  ) : null}
                </small>
              </span>
            </li>
          );
        })}
      </ul>
      {p.count > p.samples.length ? (
        <a
          href={url(`/admin/jobs?${new URLSearchParams({ status: "failed", q: `cause:${p.fingerprint}` })}`)}
        >
          {`All ${counted(p.count, "job")}`}
        </a>
      ) : null}
    </article>
  );
}

/** Causes of one code have one title: what the tool said tells them apart at a glance. */
function firstLine(message: string): string {
  const line = message.trimStart().split("\n", 1)[0]!;
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

interface ActProps {
  p: Problem;
  url: PageContext["url"];
  act: "retry" | "ignore" | "quarantine";
  icon: IconName;
  verb: string;
}

function Act({ p, url, act, icon, verb }: ActProps) {
  return (
    <a class="btn btn-small" href={url(`/admin/problems/${p.fingerprint}/${act}`)} data-dialog>
      <Icon name={icon} />
      {verb}
      <span class="sr-only"> {p.title}</span>
    </a>
  );
}
