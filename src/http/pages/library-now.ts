// A library as its page and the page's stream show it.

import { stat } from "node:fs/promises";
import { href, isPlain } from "../../../views/grid-view.ts";
import type { LibraryNow } from "../../../views/pages/library.tsx";
import type { Seer } from "../../../views/parts/file-history.tsx";
import type { LibraryRow } from "../../db/tables/library.ts";
import { countProblems } from "../../library/file-grid.ts";
import { libraryCounts, noFiles } from "../../library/file-stats.ts";
import { listFolder } from "../../library/folders.ts";
import { absolute } from "../../library/walk.ts";
import type { App } from "../context.ts";
import { scanningLibraries, workNow } from "./going-on.ts";
import { scanTrouble } from "./last-scan.ts";

interface Asked extends Pick<LibraryNow, "view" | "deep"> {
  /** How many files there were when the page was shown. */
  shownTotal?: number;
  /** The last look: folders are counted anew only when files came or went. */
  before?: LibraryNow | undefined;
}

export async function libraryNow(
  app: App,
  seer: Seer,
  library: LibraryRow,
  { view, deep, shownTotal, before }: Asked,
): Promise<LibraryNow> {
  const isOwner = seer.user?.role === "owner";
  const counts = (await libraryCounts(app.db, library.id)).get(library.id) ?? noFiles();
  const fresh = counts.total - (shownTotal ?? counts.total);
  return {
    library: isOwner ? library : { ...library, path: "", lastScanNote: null },
    counts,
    problems: await countProblems(app.db, library.id),
    // The folders are shown, and counted, only where nothing narrows the grid.
    subfolders: !isPlain(view)
      ? null
      : before?.counts.total === counts.total
        ? before.subfolders
        : await subfoldersOf(app, library, view.folder, isOwner),
    view,
    deep,
    goingOn: {
      work: await workNow(app, [library.id], new Map([[library.id, counts]])),
      detailsUrl: isOwner
        ? seer.url(`/admin/jobs?q=${encodeURIComponent(`lib:"${library.name}"`)}`)
        : undefined,
      // Announced instead of moving what one looks at.
      news: fresh > 0 ? { files: fresh, href: href(seer, library.id, view) } : undefined,
    },
    scanning: (await scanningLibraries(app)).has(library.id),
    trouble: await scanTrouble(app, library.id),
  };
}

async function subfoldersOf(app: App, library: LibraryRow, folder: string, isOwner: boolean) {
  // Whoever has made a folder looks for it.
  const isThere = (path: string) =>
    stat(absolute(library.path, path)).then(
      (found) => found.isDirectory(),
      () => false,
    );
  const shown = isOwner && !library.readOnly ? isThere : undefined;
  const { subfolders } = await listFolder(app.db, library.id, folder, shown);
  return subfolders.map((f) => ({
    ...f,
    cover: f.coverFileId === null ? null : `/api/files/${f.coverFileId}/thumbnail?w=240`,
  }));
}
