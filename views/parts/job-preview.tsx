// What a job would do if it were asked for now.

import { rangeInWords, type Seconds } from "../estimate.ts";
import { counted } from "../format.ts";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

type Url = (path: string) => string;

export type JobPreview =
  | { state: "incomplete" }
  | { state: "held"; target: string; why: string }
  | { state: "open"; target: string; id: number; status: string }
  | {
      state: "new";
      target: string;
      queue: string;
      waiting: number;
      eta: Seconds | null;
      isPaused: boolean;
      pausedBy: string | null;
      runAt: Date | null;
      priority: number;
    };

export function Preview({ preview: p, url }: { preview: JobPreview; url: Url }) {
  if (p.state === "incomplete")
    return <p class="muted">What this will do stands here once the parameters are right.</p>;
  if (p.state === "held")
    return (
      <p class="tone-warn">
        <Icon name="triangle-alert" />
        {p.why}
      </p>
    );
  if (p.state === "open")
    return (
      <p class="tone-warn">
        <Icon name="info" />
        <span>
          {`The same work on ${p.target} is ${openWords[p.status] ?? p.status} already as `}
          <a href={url(`/admin/jobs/${p.id}`)}>{`job ${p.id}`}</a>. Nothing new will be enqueued.
        </span>
      </p>
    );
  return (
    <dl>
      <dt>About</dt>
      <dd class="break">{p.target}</dd>
      <dt>Queue</dt>
      <dd>
        {p.queue}
        {p.waiting > 0 ? `, ${counted(p.waiting, "job waits", "jobs wait")} there` : ", nothing waits there"}
        {p.eta && p.waiting > 0 ? ` (${rangeInWords(p.eta)} of work)` : ""}
      </dd>
      <dt>Starts</dt>
      <dd>
        {p.runAt ? (
          <>
            <When at={p.runAt} /> at the earliest
          </>
        ) : p.isPaused ? (
          `when the queue is resumed${p.pausedBy ? ` (paused by ${p.pausedBy})` : ""}`
        ) : p.waiting === 0 ? (
          "as soon as a slot is free"
        ) : p.priority === 1 ? (
          "before the others that wait"
        ) : (
          "when its turn comes"
        )}
      </dd>
    </dl>
  );
}

const openWords: Record<string, string> = {
  pending: "waiting",
  queued: "waiting",
  running: "running",
  paused: "paused",
};
