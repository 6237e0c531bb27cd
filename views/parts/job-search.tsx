// The search over jobs: the box with its grammar, examples, and searches with a name.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { Icon } from "./icon.tsx";
import { SearchBox, SearchHelp } from "./search-box.tsx";

type Url = PageContext["url"];

export function JobSearchBox(props: { text: string; isFaulty: boolean; url: Url }) {
  return (
    <SearchBox
      over="jobs"
      label="Search jobs"
      placeholder="Search: words, or status:failed error:moov"
      {...props}
    />
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

export function JobSearchHelp({ url }: { url: Url }) {
  const searchAt = (query: string) => url(`/admin/jobs?q=${encodeURIComponent(query)}#job-list`);
  return <SearchHelp examples={examples} searchAt={searchAt} />;
}

export interface SavedViewLine {
  id: number;
  name: string;
  q: string;
  isMine: boolean;
  /** All owners have it. */
  isShared: boolean;
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
                class="chip"
                id={`view-${view.id}`}
                href={url(`/admin/jobs?q=${encodeURIComponent(view.q)}#job-list`)}
                aria-current={view.q === now ? "page" : undefined}
                title={view.q}
              >
                <Icon name={view.isShared ? "users" : "bookmark"} />
                {view.name}
              </a>
              {view.isMine ? <ViewMenu view={view} url={url} /> : null}
            </li>
          ))}
        </ul>
      ) : null}
      {now !== "" && !views.some((view) => view.q === now) ? (
        <details class="save-view">
          <summary class="chip">
            <Icon name="bookmark" />
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

/** To rename it, to share it, to give its address away, to delete it. */
function ViewMenu({ view, url }: { view: SavedViewLine; url: Url }) {
  const at = url(`/admin/jobs/views/${view.id}`);
  return (
    <details class="more">
      <summary class="btn-icon" title={`More about the view ${view.name}`}>
        <Icon name="ellipsis" />
        <span class="sr-only">{`More about the view ${view.name}`}</span>
      </summary>
      <div class="menu view-menu">
        <form
          method="post"
          action={`${at}/change`}
          class="stack-tight"
          hx-boost="true"
          hx-swap="none"
          hx-push-url="false"
        >
          <input
            class="input"
            name="name"
            value={view.name}
            required
            maxlength={100}
            aria-label={`New name of the view ${view.name}`}
          />
          <label class="check">
            <input type="checkbox" name="shared" value="1" checked={view.isShared} />
            For all owners
          </label>
          <button type="submit" class="btn btn-small">
            Save
          </button>
        </form>
        <button type="button" class="menu-item needs-js" data-copy={`#view-${view.id}`}>
          <Icon name="link" />
          Copy its address
        </button>
        <button
          type="submit"
          class="menu-item danger"
          form="act"
          formaction={`${at}/delete`}
          title={`Delete the view ${view.name}`}
        >
          <Icon name="trash-2" />
          Delete
        </button>
      </div>
    </details>
  );
}
