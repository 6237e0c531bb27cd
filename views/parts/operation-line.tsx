// One bulk operation in a line: what it did or how far it is, and what one may still do about it.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

export interface OperationLine {
  id: number;
  text: string;
  /** Why it stopped, when something failed it. */
  error: string | null;
  filter: string;
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

/** Those under way or just over, on the page where they were begun. Empty most of the time. */
export function OperationsNow({ operations, url }: { operations: OperationLine[]; url: Url }) {
  return (
    <div id="operations-now">
      {operations.map((op) => (
        <div class="operation" id={`operation-now-${op.id}`}>
          <Telling op={op} />
          <Acts op={op} url={url} />
        </div>
      ))}
      {operations.length > 0 ? <a href={url("/admin/operations")}>All operations</a> : null}
    </div>
  );
}

export function OperationRow({ op, url }: { op: OperationLine; url: Url }) {
  return (
    <li class="operation" id={`operation-${op.id}`}>
      <div>
        <Telling op={op} />
        <p class="muted">
          <When at={op.at} />
          {op.by ? ` by ${op.by}` : ""}
          {" · "}
          <span class="break">{op.filter === "" ? "every job" : op.filter}</span>
        </p>
      </div>
      <Acts op={op} url={url} />
    </li>
  );
}

function Telling({ op }: { op: OperationLine }) {
  return (
    <div class="telling">
      <p>
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
          <Icon name="rotate-ccw" />
          Undo
        </button>
      ) : null}
    </span>
  );
}
