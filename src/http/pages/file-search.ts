// The search over files as pages have it: the grammar of the API, what is wrong with what was typed, and which files are
// meant.

import type { GridView } from "../../../views/pages/library.tsx";
import type { GridFilter } from "../../library/file-grid.ts";
import { type FileFilter, findFiles } from "../../library/file-list.ts";
import { countFiles } from "../../library/files.ts";
import { searchedFiles } from "../api/search-query.ts";
import type { App } from "../context.ts";
import { hiddenGroups } from "../nsfw.ts";
import { faultsOf, type SearchFault } from "./job-lines.ts";

/** Nobody scrolls further through what a search found. */
export const mostFound = 2000;
/** What the first page needs, and the few that most people scroll to. */
export const firstFound = 400;

export interface Found {
  ids: number[];
  total: number;
  /** There may be more than `total`. */
  isLeast: boolean;
  /** What is wrong with the search; then nothing is found. */
  faults: SearchFault[];
  /** Files that match and are hidden with their NSFW libraries. */
  hidden: number;
}

export interface GridAsked {
  view: GridView;
  deep: boolean;
  libraryId: number;
  folder: GridFilter["folder"];
}

/** What the grid shows by that view; `found` where something is searched for. */
export async function searchOf(
  app: App,
  asked: GridAsked,
  most = mostFound,
): Promise<{ filter: GridFilter; found?: Found }> {
  const { view, deep, libraryId, folder } = asked;
  const { type, state, q } = view;
  const filter: GridFilter = {
    libraryId,
    folder,
    deep,
    ...(type && { type }),
    ...(state && { state }),
  };
  if (!q) return { filter };
  const found = await find(app, q, gridFilter(asked), most);
  return { filter: { ...filter, among: found.ids }, found };
}

/** All files that the grid shows by that view, as many as are acted on at once; whether there are more. */
export async function allOf(
  app: App,
  asked: GridAsked,
  most: number,
): Promise<{ ids: number[]; isAll: boolean }> {
  const { terms = [], ...filter } = gridFilter(asked);
  const searched = asked.view.q ? await searchedFiles(app, asked.view.q) : [];
  const { ids, complete } = await findFiles(app.db, {
    ...filter,
    terms: [...terms, ...searched],
    limit: most + 1,
  });
  return { ids: ids.slice(0, most), isAll: ids.length <= most && complete !== false };
}

/** Over all libraries that are shown. */
export async function searchAll(app: App, q: string): Promise<Found> {
  const isHiding = (await hiddenGroups(app)).length > 0;
  const found = await find(app, q, isHiding ? { nsfw: false } : {});
  if (!isHiding || found.faults.length > 0) return found;
  const terms = await searchedFiles(app, q);
  return { ...found, hidden: await countFiles(app.db, { terms, nsfw: true }) };
}

async function find(app: App, q: string, filter: FileFilter, most = mostFound): Promise<Found> {
  try {
    const terms = [...(filter.terms ?? []), ...(await searchedFiles(app, q))];
    const { ids, total, totalIsCapped, complete } = await findFiles(app.db, {
      ...filter,
      terms,
      limit: most,
    });
    return { ids, total, isLeast: totalIsCapped === true || complete === false, faults: [], hidden: 0 };
  } catch (error) {
    return { ids: [], total: 0, isLeast: false, faults: faultsOf(error), hidden: 0 };
  }
}

function gridFilter({ view, deep, libraryId, folder }: GridAsked): FileFilter {
  const { type, state } = view;
  const problems = ["missing", "invalid", "quarantined"] as const;
  return {
    libraryId,
    ...(folder && { folder: folder.path, deep }),
    ...(type && { type }),
    ...(state === "problem" && { terms: [{ not: false, test: { of: "state", in: [...problems] } }] }),
    ...(state === "trashed" && { trashed: true }),
    ...(state && state !== "problem" && state !== "trashed" && { state }),
    ...orders[view.sort],
  };
}

const orders: Record<GridView["sort"], Pick<FileFilter, "sort" | "ascending">> = {
  path: { sort: "path", ascending: true },
  newest: { sort: "added" },
  captured: { sort: "captured" },
  largest: { sort: "size" },
};
