// Why the file is where it is: each kind of job about it, done, waiting, failed or never asked for, and the reason.

import type { ExplainedKind } from "../../src/healing/explain-file.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { capital } from "../format.ts";
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

export function FileWhy({
  ctx,
  fileId,
  kinds,
}: {
  ctx: PageContext;
  fileId: number;
  kinds: ExplainedKind[];
}) {
  const isMoving = kinds.some(({ state }) => open.includes(state));
  return (
    <section
      id="why"
      class="card"
      aria-labelledby="why-title"
      hx-get={ctx.url(`/files/${fileId}?part=why`)}
      hx-trigger={`every ${isMoving ? 3 : 15}s`}
      hx-swap="outerMorph"
    >
      <header>
        <h2 id="why-title">Why it is where it is</h2>
      </header>
      <ul class="whys">
        {kinds.map((one) => (
          <li>
            <p class="history-line">
              <span class={`badge badge-${tones[one.state] ?? "none"}`}>{capital(one.state)}</span>
              <b>
                {one.jobId === null ? (
                  one.label
                ) : (
                  <a href={ctx.url(`/admin/jobs/${one.jobId}`)}>{one.label}</a>
                )}
              </b>
              {one.startsAt && open.includes(one.state) ? (
                <span class="muted">
                  {"starts "}
                  <When at={new Date(one.startsAt)} />
                </span>
              ) : null}
            </p>
            <p class="muted break">{`${one.text}.`}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
