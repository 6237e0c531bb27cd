// Why the file is where it is: each kind of job about it, done, waiting, failed or never asked for, and the reason. Kinds of
// which the same is so share a line.

import type { ExplainedKind } from "../../src/healing/explain-file.ts";
import { capital } from "../format.ts";
import type { Seer } from "./file-history.tsx";
import { When } from "./when.tsx";

const open = ["waiting", "running", "paused"];
const tones: Partial<Record<ExplainedKind["state"], string>> = {
  done: "completed",
  running: "running",
  failed: "failed",
  waiting: "delayed",
  paused: "paused",
  quarantined: "paused",
};

export function FileWhy({ ctx, kinds }: { ctx: Seer; kinds: ExplainedKind[] }) {
  return (
    <section id="why" class="card" aria-labelledby="why-title">
      <header>
        <h2 id="why-title">Why it is where it is</h2>
      </header>
      <ul class="whys">
        {alike(kinds).map((group) => (
          <WhyLine ctx={ctx} group={group} />
        ))}
      </ul>
    </section>
  );
}

function WhyLine({ ctx, group }: { ctx: Seer; group: ExplainedKind[] }) {
  const [first] = group as [ExplainedKind];
  return (
    <li>
      <span class={`badge badge-${tones[first.state] ?? "none"}`}>{capital(first.state)}</span>
      <div>
        <b>
          {group.map(({ jobId, label }, i) => (
            <>
              {i > 0 ? " " : ""}
              <span class="why-kind">
                {jobId === null ? label : <a href={ctx.url(`/admin/jobs/${jobId}`)}>{label}</a>}
                {i < group.length - 1 ? "," : ""}
              </span>
            </>
          ))}
        </b>
        <p class="muted break">
          {first.state === "failed" && first.failure ? failureWords(first) : textOf(group)}
          {first.startsAt && open.includes(first.state) ? (
            <>
              {" Starts "}
              <When at={new Date(first.startsAt)} />.
            </>
          ) : null}
        </p>
      </div>
    </li>
  );
}

function textOf(group: ExplainedKind[]): string {
  const [first] = group as [ExplainedKind];
  if (group.length > 1 && first.state === "done") return "Each is done; the history says when.";
  return `${first.text}.`;
}

/** What the tools said stands in the history; here, what it means and what to do. */
function failureWords({ failure, text }: ExplainedKind) {
  const { code, meaning, nextStep } = failure!;
  if (!meaning) return `${text}.`;
  return (
    <>
      {meaning} <span class="mono">{code}</span>
      {nextStep ? (
        <>
          {" "}
          <b>Next:</b> {nextStep}
        </>
      ) : null}
    </>
  );
}

/** Of one state and reason, in the order of the first. */
function alike(kinds: ExplainedKind[]): ExplainedKind[][] {
  return [
    ...Map.groupBy(kinds, (one) => (one.state === "done" ? one.state : `${one.state} ${one.text}`)).values(),
  ];
}
