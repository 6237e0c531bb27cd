// What of the quarantine is looked at, and what is said when that is nothing.

import { counted } from "../format.ts";
import { Choice } from "./choice.tsx";
import type { HeldListProps } from "./held-files.tsx";

export function HeldFilters({ held: h, query, search, url }: HeldListProps) {
  if (h.total === 0 && !h.isNarrowed) return null;
  return (
    <form class="filters problem-filters" action={url("/admin/problems")} data-filters>
      <input type="hidden" name="tab" value="quarantine" />
      <input
        class="input"
        type="search"
        name="q"
        value={query.text}
        placeholder="Part of the path"
        aria-label="Search the quarantine"
      />
      <Choice
        name="library"
        label="Library"
        all="All libraries"
        value={String(query.library || "")}
        choices={h.libraries.map(({ id, name }) => [String(id), name])}
      />
      <Choice
        name="by"
        label="Who held them back"
        all="By anybody"
        value={query.by}
        choices={[
          ["server", "By the server"],
          ["people", "By people"],
        ]}
      />
      <button type="submit" class="btn">
        Show
      </button>
      {h.isNarrowed ? (
        <a class="btn btn-quiet" href={url(search({ text: "", library: 0, by: "", page: 1 }))}>
          Show all
        </a>
      ) : null}
    </form>
  );
}

export function NoneHeld({
  held: { hidden, isNarrowed },
  query: { by, text, library },
  search,
  url,
}: HeldListProps) {
  if (isNarrowed)
    return (
      <div class="empty">
        <b>None of these.</b>
        {by === "server" && !text && !library
          ? "The server holds no file back by itself now. "
          : by === "people" && !text && !library
            ? "Nobody has excluded a file from processing. "
            : "No file that is held back matches. "}
        <a href={url(search({ text: "", library: 0, by: "", page: 1 }))}>Show all</a>
      </div>
    );
  if (hidden > 0)
    return (
      <div class="empty">
        <b>Nothing to show.</b>
        {`${counted(hidden, "file")} of NSFW libraries ${hidden === 1 ? "is" : "are"} held back; they are hidden now.`}
      </div>
    );
  return (
    <div class="empty">
      <b>No file is held back.</b>
      Files that fail again and again come here by themselves; you may also exclude one below.
    </div>
  );
}
