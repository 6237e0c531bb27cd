// The search over files: the box with its grammar, examples, and how many it found.

import type { SearchFault } from "../../src/http/pages/job-lines.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted, number } from "../format.ts";
import { SearchFaults } from "./job-search.tsx";

type Url = PageContext["url"];

interface BoxProps {
  text: string;
  placeholder: string;
  isFaulty: boolean;
  url: Url;
}

export function FileSearchBox({ text, placeholder, isFaulty, url }: BoxProps) {
  return (
    <div class="search-box search">
      <input
        id="search"
        class="input"
        type="text"
        name="q"
        value={text}
        placeholder={placeholder}
        aria-label={placeholder}
        aria-invalid={isFaulty ? "true" : undefined}
        aria-describedby={isFaulty ? "search-faults" : undefined}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="search"
        maxlength={1000}
        data-search
        data-suggest={url("/api/search/suggest?for=files")}
      />
      <div class="suggestions" id="suggestions" role="listbox" aria-label="Suggestions" hidden />
    </div>
  );
}

interface FoundProps {
  text: string;
  found: { total: number; isLeast: boolean; faults: SearchFault[]; hidden: number };
  /** How many of them the list shows at most. */
  most: number;
  /** The same with another search. */
  corrected(text: string): string;
}

/** What is wrong with the search, or how much it found. */
export function FoundLine({ text, found, most, corrected }: FoundProps) {
  const { total, isLeast, faults, hidden } = found;
  if (faults.length > 0) return <SearchFaults text={text} faults={faults} corrected={corrected} />;
  const shown = total > most || isLeast ? ` The first ${number(most)} at most are shown.` : "";
  return (
    <p class="found muted" id="found">
      {total === 0
        ? "No file matches."
        : `${isLeast ? "More than " : ""}${counted(total, "file matches", "files match")}.${shown}`}
      {hidden > 0 ? ` ${counted(hidden, "match is", "matches are")} hidden with NSFW libraries.` : ""}
    </p>
  );
}

const examples = [
  ["type:video codec:hevc", "films in HEVC"],
  ["size:>1gb duration:>1h", "large and long"],
  ["captured:2019 has:place", "of 2019, with a place"],
  ["state:invalid code:input.truncated", "cut off while they were copied"],
  ["is:duplicate", "of which there is another"],
  ['"two words" -ext:mov', "both words side by side, no MOV"],
] as const;

/** `searchAt`: the same page with that search. */
export function FileSearchHelp({ searchAt }: { searchAt(query: string): string }) {
  return (
    <details class="search-help" id="search-help">
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
