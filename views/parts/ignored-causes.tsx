// Causes of failure that somebody ignores: who, why, until when, and the way back.

import type { IgnoredCauseRow } from "../../src/db/tables/healing.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, dateTime } from "../format.ts";
import { Icon } from "./icon.tsx";
import { When } from "./when.tsx";

export interface IgnoredCause extends IgnoredCauseRow {
  /** `Truncated files`. */
  name: string;
}

export function IgnoredCauses({ ignored, url }: { ignored: IgnoredCause[]; url: PageContext["url"] }) {
  return (
    <section id="ignored" aria-labelledby="ignored-title" class="card flush">
      <header>
        <h2 id="ignored-title">Ignored causes</h2>
        <p>What fails of these is cleared as it comes. It stays in the history.</p>
      </header>
      {ignored.length === 0 ? (
        <div class="empty">
          <b>Nothing is ignored.</b>
          An open cause has “Ignore…”, for a time or until taken back.
        </div>
      ) : null}
      <ul class="lines padded">
        {ignored.map((one) => (
          <li id={`ignored-${one.fingerprint}`}>
            <span class="break">
              <b>{one.name}</b> <span class="badge mono">{one.code}</span>
              <br />
              <small>{one.message.split("\n")[0]!.slice(0, 200)}</small>
              {one.note ? (
                <>
                  <br />
                  <small>{`“${one.note}”`}</small>
                </>
              ) : null}
              <br />
              <small class="muted">
                {`by ${one.ignoredBy ?? "the server"}, `}
                <When at={one.ignoredAt} />
                {one.until ? `, until ${dateTime(one.until)}` : ", until taken back"}
                {` · ${counted(one.cleared, "failure")} cleared`}
              </small>
            </span>
            <button
              class="btn btn-small"
              type="submit"
              form="act"
              formaction={url(`/admin/problems/${one.fingerprint}/unignore`)}
            >
              <Icon name="undo-2" />
              Show again<span class="sr-only"> {one.code}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
