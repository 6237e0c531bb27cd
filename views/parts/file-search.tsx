// The search over files: the box with its grammar, examples, and how many it found.

import type { SearchFault } from "../../src/http/pages/job-lines.ts";
import { counted, number } from "../format.ts";
import { SearchBox, type SearchBoxProps, SearchFaults, SearchHelp } from "./search-box.tsx";

type BoxProps = Pick<SearchBoxProps, "text" | "placeholder" | "isFaulty" | "url">;

export function FileSearchBox(props: BoxProps) {
  return <SearchBox over="files" label={props.placeholder} {...props} />;
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

export function FileSearchHelp({ searchAt }: { searchAt(query: string): string }) {
  return <SearchHelp examples={examples} searchAt={searchAt} />;
}
