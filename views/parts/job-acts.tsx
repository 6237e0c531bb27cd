// What one may do to a job from its detail: move it on, pause it for a time, change its place; about a failure also what
// concerns its cause and its file.

import { Icon, type IconName } from "./icon.tsx";
import type { JobDetailProps } from "./job-detail.tsx";
import { PauseChoices } from "./pause-choices.tsx";

export function JobActs({ facts, inList, url }: JobDetailProps) {
  const { job, status, moves } = facts;
  const at = url(`/admin/jobs/${job.id}`);
  const back = inList ? undefined : `/admin/jobs/${job.id}`;
  const mayPause = moves.includes("pause");
  const isFailure = job.failure !== null && job.status === "failed";
  // A failure's box has them.
  if ((moves.length === 0 && !facts.mayReorder) || isFailure) return null;
  return (
    // A new element whenever its job went on: what somebody chooses in it is not taken away by a look at the log.
    <div
      class="controls"
      id={`controls-${job.id}-${facts.version.replaceAll(".", "-")}-${job.priority}`}
      hx-morph-skip
    >
      {moves.includes("resume") ? (
        <Act at={at} verb="resume" back={back} icon="play">
          {status === "frozen" ? "Go on" : "Resume"}
        </Act>
      ) : null}
      {moves.includes("retry") ? (
        <Act at={at} verb="retry" back={back} icon="rotate-ccw">
          Retry
        </Act>
      ) : null}
      {mayPause ? (
        <details>
          <summary class="btn btn-small" data-key="p">
            <Icon name="pause" />
            {status === "running" ? "Freeze…" : "Pause…"}
          </summary>
          <form {...boosted} action={`${at}/pause`}>
            <Back to={back} />
            <PauseChoices choices={facts.pauses} />
          </form>
        </details>
      ) : null}
      {moves.includes("cancel") ? (
        <Act at={at} verb="cancel" back={back} icon="x">
          Cancel
        </Act>
      ) : null}
      {facts.mayReorder ? <Order at={at} back={back} priority={job.priority} /> : null}
      {moves.includes("remove") ? <Remove at={at} /> : null}
    </div>
  );
}

function Remove({ at }: { at: string }) {
  return (
    <a class="btn btn-small btn-quiet-danger" href={`${at}/remove`} data-dialog>
      <Icon name="trash-2" />
      Remove…
    </a>
  );
}

/** One of this job, one of its cause, one of its file. */
export function FailureActs({ facts, inList, url }: JobDetailProps) {
  const { job, moves, file } = facts;
  if (job.status !== "failed") return null;
  const at = url(`/admin/jobs/${job.id}`);
  const back = inList ? undefined : `/admin/jobs/${job.id}`;
  return (
    <div class="row">
      {moves.includes("retry") ? (
        <Act at={at} verb="retry" back={back} icon="rotate-ccw" primary>
          Retry
        </Act>
      ) : null}
      <Act at={at} verb={job.acknowledgedAt ? "unacknowledge" : "acknowledge"} back={back} icon="eraser">
        {job.acknowledgedAt ? "Bring it back" : "Clear this failure"}
      </Act>
      {job.fingerprint && !job.acknowledgedAt ? (
        <>
          <a class="btn btn-small" href={url(`/admin/problems/${job.fingerprint}/retry`)} data-dialog>
            <Icon name="refresh-cw" />
            Retry all of this cause…
          </a>
          <a class="btn btn-small" href={url(`/admin/problems?cause=${job.fingerprint}#${job.fingerprint}`)}>
            <Icon name="triangle-alert" />
            All that failed of it
          </a>
        </>
      ) : null}
      {file && !file.isHeld ? (
        <a class="btn btn-small" href={url(`/admin/quarantine/${file.id}/exclude`)} data-dialog>
          <Icon name="shield" />
          Exclude the file…
        </a>
      ) : null}
      {moves.includes("remove") ? <Remove at={at} /> : null}
    </div>
  );
}

function Order({ at, back, priority }: { at: string; back: string | undefined; priority: number }) {
  return (
    <>
      <form {...boosted} action={`${at}/move`} class="row">
        <Back to={back} />
        <button type="submit" class="btn btn-small" name="position" value="first">
          <Icon name="arrow-up-to-line" />
          To the front
        </button>
        <button type="submit" class="btn btn-small" name="position" value="last">
          <Icon name="arrow-down-to-line" />
          To the end
        </button>
      </form>
      <form {...boosted} action={`${at}/move`} class="row">
        <Back to={back} />
        <label class="row">
          Priority
          <select class="select" name="priority">
            {[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => (
              <option value={String(n)} selected={n === priority}>
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
  );
}

interface ActProps {
  at: string;
  verb: string;
  back: string | undefined;
  icon: IconName;
  primary?: boolean;
  children?: unknown;
}

function Act({ at, verb, back, icon, primary, children }: ActProps) {
  return (
    <form {...boosted} action={`${at}/${verb}`}>
      <Back to={back} />
      <button
        type="submit"
        class={primary ? "btn btn-small btn-primary" : "btn btn-small"}
        data-key={actKeys[verb]}
      >
        <Icon name={icon} />
        {children}
      </button>
    </form>
  );
}

/** The key that presses it on the job's own page. */
const actKeys: Record<string, string> = { retry: "r", cancel: "c", resume: "p" };

function Back({ to }: { to: string | undefined }) {
  return to === undefined ? null : <input type="hidden" name="back" value={to} />;
}

const boosted = { method: "post", "hx-boost": "true", "hx-swap": "none", "hx-push-url": "false" } as const;
