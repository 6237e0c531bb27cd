// What narrows the grid of a library: the search with its grammar, type, state, order, and whether subfolders count.

import type { LibraryRow } from "../../src/db/tables/library.ts";
import type { PageContext } from "../../src/http/pages/page-context.ts";
import { number } from "../format.ts";
import { type GridView, href, isPlain } from "../grid-view.ts";
import { Choice } from "./choice.tsx";
import { FileSearchBox, FileSearchHelp } from "./file-search.tsx";
import { Icon } from "./icon.tsx";

interface FilterProps {
  ctx: Pick<PageContext, "url">;
  library: LibraryRow;
  counts: { video: number; image: number; audio: number; total: number };
  view: GridView;
  deep: boolean;
  /** Null where nobody looked for them. */
  subfolders: unknown[] | null;
  isFaulty: boolean;
}

export function LibraryFilters(props: FilterProps) {
  const { ctx, library, view, isFaulty } = props;
  return (
    <search class="grid-search">
      <form class="filters grid-filters" action={ctx.url(`/libraries/${library.id}`)} data-filters>
        {view.folder ? <input type="hidden" name="folder" value={view.folder} /> : null}
        <FileSearchBox
          text={view.q}
          placeholder={`Search ${view.folder || library.name}: words, or type:video size:>1gb`}
          isFaulty={isFaulty}
          url={ctx.url}
        />
        <select class="select" id="type" name="type" aria-label="Type">
          <TypeChoices {...props} />
        </select>
        <Choice name="state" label="State" value={view.state} choices={states} />
        <Choice name="sort" label="Order" value={view.sort} choices={sorts} />
        <span id="deep">
          <DeepChoice {...props} />
        </span>
        <button class="btn without-js" type="submit">
          Show
        </button>
        {isPlain(view) ? null : (
          <a class="btn btn-quiet" href={href(ctx, library.id, { folder: view.folder })}>
            <Icon name="x" />
            Clear
          </a>
        )}
      </form>
      <FileSearchHelp searchAt={(q) => href(ctx, library.id, { folder: view.folder, sort: view.sort, q })} />
    </search>
  );
}

export function TypeChoices({ counts, view }: Pick<FilterProps, "counts" | "view">) {
  const types = [
    ["", "All types", counts.total],
    ["image", "Pictures", counts.image],
    ["video", "Videos", counts.video],
    ["audio", "Audio", counts.audio],
  ] as const;
  return (
    <>
      {types.map(([value, label, n]) => (
        <option value={value} selected={view.type === value}>
          {`${label} (${number(n)})`}
        </option>
      ))}
    </>
  );
}

export function DeepChoice({ deep, subfolders }: Pick<FilterProps, "deep" | "subfolders">) {
  if (deep && !subfolders?.length) return null;
  return (
    <label class="check">
      <input type="checkbox" name="deep" value="1" checked={deep} />
      With subfolders
      {/* After the box: the first value of a name counts. */}
      <input type="hidden" name="deep" value="0" />
    </label>
  );
}

const states = [
  ["", "Any state"],
  ["problem", "Needs a look"],
  ["missing", "Missing"],
  ["invalid", "Damaged"],
  ["quarantined", "Quarantined"],
  ["trashed", "In the trash"],
] as const;

const sorts = [
  ["path", "By folder and name"],
  ["captured", "Newest capture first"],
  ["newest", "Added last first"],
  ["largest", "Largest first"],
] as const;
