// The search over jobs: the box with its grammar, what is wrong with what was typed, examples, and searches with a name.

import type { SearchFault } from "../../src/http/pages/job-lines.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";

type Url = PageContext["url"];

export function SearchBox({ text, isFaulty, url }: { text: string; isFaulty: boolean; url: Url }) {
  return (
    <div class="search-box search">
      <input
        id="search"
        class="input"
        name="q"
        value={text}
        placeholder="Search: words, or status:failed error:moov"
        aria-label="Search jobs"
        aria-invalid={isFaulty ? "true" : undefined}
        aria-describedby={isFaulty ? "search-faults" : undefined}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="search"
        maxlength={1000}
        data-search
        data-suggest={url("/api/search/suggest?for=jobs")}
      />
      <div class="suggestions" id="suggestions" role="listbox" aria-label="Suggestions" hidden />
    </div>
  );
}

export function SearchFaults({
  text,
  faults,
  corrected,
}: {
  text: string;
  faults: SearchFault[];
  /** The list with another search, everything else as it is. */
  corrected(text: string): string;
}) {
  if (faults.length === 0) return null;
  return (
    <div class="faults" id="search-faults" role="alert">
      {faults.map(({ message, from, to, suggestion }) => (
        <p>
          {from === undefined || to === undefined ? null : (
            <code class="break">
              {text.slice(0, from)}
              <mark>{text.slice(from, to)}</mark>
              {text.slice(to)}
            </code>
          )}{" "}
          <span>{message}</span>{" "}
          {suggestion !== undefined && from !== undefined && to !== undefined ? (
            <a href={corrected(text.slice(0, from) + suggestion + text.slice(to))}>{`Use ${suggestion}`}</a>
          ) : null}
        </p>
      ))}
    </div>
  );
}

const examples = [
  ["status:failed error:moov", "failed with this word in the message"],
  ["took:>5m", "ran longer than five minutes"],
  ["is:stuck", "run without a sign of life"],
  ["retries:>0 created:today", "of today, tried more than once"],
  ["-status:completed", "everything but what is done"],
  ['"two words"', "both words, side by side"],
] as const;

export function SearchHelp({ url }: { url: Url }) {
  return (
    <details class="search-help">
      <summary>How to search</summary>
      <dl class="facts">
        {examples.map(([query, about]) => (
          <>
            <dt>
              <a href={url(`/admin/jobs?q=${encodeURIComponent(query)}`)}>
                <code>{query}</code>
              </a>
            </dt>
            <dd>{about}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}

export interface SavedViewLine {
  id: number;
  name: string;
  q: string;
  isMine: boolean;
}

export interface ViewsProps {
  views: SavedViewLine[];
  /** What is shown now, in the words of a search; `""` when there is nothing to save. */
  now: string;
}

export function SavedViews({ views, now, url }: ViewsProps & { url: Url }) {
  return (
    <div class="views" id="views">
      {views.length > 0 ? (
        <ul aria-label="Saved views">
          {views.map((view) => (
            <li>
              <a
                class="btn btn-small"
                href={url(`/admin/jobs?q=${encodeURIComponent(view.q)}`)}
                aria-current={view.q === now ? "page" : undefined}
                title={view.q}
              >
                {view.name}
              </a>
              {view.isMine ? (
                <button
                  type="submit"
                  class="btn-icon"
                  form="act"
                  formaction={url(`/admin/jobs/views/${view.id}/delete`)}
                  title={`Delete the view ${view.name}`}
                >
                  <Icon name="x" />
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {now !== "" && !views.some((view) => view.q === now) ? (
        <details class="save-view">
          <summary class="btn btn-small">
            <Icon name="plus" />
            Save this view
          </summary>
          <form
            method="post"
            action={url("/admin/jobs/views")}
            class="row"
            hx-boost="true"
            hx-swap="none"
            hx-push-url="false"
          >
            <input type="hidden" name="q" value={now} />
            <input
              class="input grow"
              name="name"
              required
              maxlength={100}
              aria-label="Name of the view"
              placeholder="Name"
            />
            <label class="check">
              <input type="checkbox" name="shared" value="1" />
              For all owners
            </label>
            <button type="submit" class="btn btn-small">
              Save
            </button>
          </form>
        </details>
      ) : null}
    </div>
  );
}
