// One bulk operation in a line: what it did or how far it is, and what one may still do about it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { Icon, type IconName } from "./icon.tsx";
import { When } from "./when.tsx";

export interface OperationLine {
  id: number;
  text: string;
  /** Why it stopped, when something failed it. */
  error: string | null;
  /** Which jobs it meant, and where a list shows those that match now. */
  which: string;
  whichHref: string | null;
  state: "waiting" | "running" | "done" | "aborted" | "interrupted" | "undoing" | "undone";
  counts: { matched: number; done: number; left: number };
  by: string | null;
  at: Date;
  /** Percent, while it is under way. */
  progress: number | null;
  /** It leaves so long for second thoughts. */
  startsAt: Date | null;
  mayAbort: boolean;
  mayUndo: boolean;
  mayResume: boolean;
}

type Url = PageContext["url"];

/** Those under way or just over, on the page where they were begun: at its foot, so that nothing moves. */
export function OperationsNow({ operations, url }: { operations: OperationLine[]; url: Url }) {
  return (
    <div id="operations-now">
      {operations.map((op) => (
        <div class="operation" id={`operation-now-${op.id}`}>
          <Telling op={op} />
          <Acts op={op} url={url} />
        </div>
      ))}
      {operations.length > 0 ? (
        <a class="all-operations" href={url("/admin/operations")}>
          All operations
        </a>
      ) : null}
    </div>
  );
}

export function OperationRow({ op, url }: { op: OperationLine; url: Url }) {
  const { icon, word, tone } = states[op.state];
  return (
    <li class="operation" id={`operation-${op.id}`}>
      <span class={`badge badge-${tone}`}>
        <Icon name={icon} />
        {word}
      </span>
      <div>
        <Telling op={op} />
        <p class="muted">
          {op.whichHref ? (
            <a class="break" href={url(op.whichHref)}>
              {op.which}
            </a>
          ) : (
            <span class="break">{op.which}</span>
          )}
          {` · ${counted(op.counts.matched, "job")} meant · `}
          <When at={op.at} />
          {op.by ? ` by ${op.by}` : ""}
        </p>
      </div>
      <Acts op={op} url={url} />
    </li>
  );
}

const states: Record<OperationLine["state"], { icon: IconName; word: string; tone: string }> = {
  waiting: { icon: "hourglass", word: "Waits", tone: "queued" },
  running: { icon: "play", word: "Under way", tone: "running" },
  done: { icon: "circle-check", word: "Done", tone: "completed" },
  aborted: { icon: "ban", word: "Aborted", tone: "cancelled" },
  interrupted: { icon: "triangle-alert", word: "Interrupted", tone: "failed" },
  undoing: { icon: "undo-2", word: "Putting back", tone: "running" },
  undone: { icon: "undo-2", word: "Undone", tone: "cancelled" },
};

function Telling({ op }: { op: OperationLine }) {
  return (
    <div class="telling">
      <p class="operation-text">
        {op.text}
        {op.startsAt ? (
          <>
            {" It begins "}
            <When at={op.startsAt} />.
          </>
        ) : null}
      </p>
      {op.error ? <p class="bad break">{op.error}</p> : null}
      {op.progress === null ? null : (
        <progress max="100" value={Math.floor(op.progress)} aria-label={`Progress of operation ${op.id}`} />
      )}
    </div>
  );
}

function Acts({ op, url }: { op: OperationLine; url: Url }) {
  const at = url(`/admin/operations/${op.id}`);
  return (
    <span class="row">
      {op.mayAbort ? (
        <button
          type="submit"
          class="btn btn-small"
          form="act"
          formaction={`${at}/abort`}
          aria-label={`Abort operation ${op.id}`}
        >
          <Icon name="x" />
          {op.startsAt ? "Do not" : "Abort"}
        </button>
      ) : null}
      {op.mayResume ? (
        <button
          type="submit"
          class="btn btn-small"
          form="act"
          formaction={`${at}/resume`}
          aria-label={`Go on with operation ${op.id}`}
        >
          <Icon name="play" />
          Go on
        </button>
      ) : null}
      {op.mayUndo ? (
        <button
          type="submit"
          class="btn btn-small"
          form="act"
          formaction={`${at}/undo`}
          aria-label={`Undo operation ${op.id}`}
        >
          <Icon name="undo-2" />
          Undo
        </button>
      ) : null}
    </span>
  );
}
