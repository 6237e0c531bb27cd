// What is done to files that are ticked in the grid, or to all that it shows. Without scripts it stands there always.

import type { PageContext } from "../../src/http/pages/page-context.ts";
import { counted } from "../format.ts";
import { type GridView, gridFields } from "../grid-view.ts";
import { Icon, type IconName } from "./icon.tsx";

interface BulkProps {
  ctx: Pick<PageContext, "url">;
  libraryId: number;
  view: GridView;
  /** How many the grid shows; null where nobody counted. */
  total: number | null;
}

/** Those that ask first where more than what is ticked is meant; `asks` do so always. */
const acts: { act: string; label: string; icon: IconName; asks?: true; trashed?: true }[] = [
  { act: "validate", label: "Validate", icon: "shield-check" },
  { act: "make", label: "Make again…", icon: "refresh-cw", asks: true },
  { act: "collect", label: "Add to collection…", icon: "list-plus", asks: true },
  { act: "exclude", label: "Exclude…", icon: "ban", asks: true },
  { act: "release", label: "Release", icon: "check" },
  { act: "move", label: "Move to library…", icon: "folder", asks: true },
  { act: "trash", label: "Move to trash", icon: "trash-2" },
  { act: "restore", label: "Restore", icon: "rotate-ccw", trashed: true },
];

export function FileBulk({ ctx, libraryId, view, total }: BulkProps) {
  const inTrash = view.state === "trashed";
  const shown = acts.filter(({ trashed, act }) => (inTrash ? trashed : !trashed && act !== "restore"));
  return (
    <form
      id="bulk-files"
      class="bulk files-bulk"
      method="post"
      hx-boost="true"
      hx-swap="none"
      hx-push-url="false"
      aria-label="Acts on ticked files"
    >
      {gridFields(view).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <span id="files-ticked">With the ticked files:</span>
      {shown.map(({ act, label, icon, asks }) => (
        <button
          type="submit"
          class={`btn btn-small ${act === "trash" ? "btn-quiet-danger" : ""}`}
          formaction={ctx.url(`/libraries/${libraryId}/files/${act}`)}
          data-files-ask={asks ? "always" : "many"}
        >
          <Icon name={icon} />
          {label}
        </button>
      ))}
      {total !== null && total > 0 ? (
        <label class="check">
          <input type="checkbox" name="all" value="1" />
          {`All ${counted(total, "file")} of this list`}
        </label>
      ) : null}
      <button type="button" class="btn btn-small btn-quiet needs-js" data-files-untick>
        Untick
      </button>
    </form>
  );
}
