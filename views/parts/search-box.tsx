// A box with the search grammar, over jobs or over files: what one types in, what is wrong with it, and examples.

import type { SearchFault } from "../../src/http/pages/job-lines.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";

export interface SearchBoxProps {
  over: "jobs" | "files";
  text: string;
  label: string;
  placeholder: string;
  isFaulty: boolean;
  url: PageContext["url"];
}

export function SearchBox({ over, text, label, placeholder, isFaulty, url }: SearchBoxProps) {
  return (
    <div class="search-box search">
      <input
        id="search"
        class="input"
        name="q"
        value={text}
        placeholder={placeholder}
        aria-label={label}
        aria-invalid={isFaulty ? "true" : undefined}
        aria-describedby={isFaulty ? "search-faults" : undefined}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="search"
        maxlength={1000}
        data-search
        data-suggest={url(`/api/search/suggest?for=${over}`)}
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

/** `searchAt`: the same page with that search. */
export function SearchHelp({
  examples,
  searchAt,
}: {
  examples: readonly (readonly [query: string, about: string])[];
  searchAt(query: string): string;
}) {
  return (
    <details class="search-help">
      <summary>How to search</summary>
      <dl class="facts">
        {examples.map(([query, about]) => (
          <>
            <dt>
              <a href={searchAt(query)}>
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
