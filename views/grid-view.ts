// What the address of a library's page says: which of its files, in which order.

import type { PageContext } from "../src/http/pages/page-context.ts";

/** Empty strings are not in the address. */
export interface GridView {
  folder: string;
  type: "" | "video" | "image" | "audio";
  state: "" | "ok" | "problem" | "missing" | "invalid" | "quarantined" | "trashed";
  sort: "path" | "newest" | "captured" | "largest";
  q: string;
  /** With everything below the folder; null where the page chooses. */
  deep: boolean | null;
  /** A film library has thousands of them: only the first are on the page until somebody asks. */
  everyFolder?: boolean;
}

/** Nothing narrows it but the folder. */
export function isPlain(view: GridView): boolean {
  return view.q === "" && view.type === "" && view.state === "";
}

export function href(
  ctx: Pick<PageContext, "url">,
  libraryId: number,
  view: Partial<GridView>,
  more = "",
): string {
  const query = gridQuery(view);
  const all = [query, more].filter(Boolean).join("&");
  return ctx.url(`/libraries/${libraryId}${all ? `?${all}` : ""}`);
}

/** The view as a query string, without what is the default. */
export function gridQuery(view: Partial<GridView>): string {
  return new URLSearchParams(gridFields(view)).toString();
}

/** The same as hidden fields of a form. */
export function gridFields(view: Partial<GridView>): [string, string][] {
  const fields: [string, string][] = [
    ["folder", view.folder ?? ""],
    ["q", view.q ?? ""],
    ["type", view.type ?? ""],
    ["state", view.state ?? ""],
    ["sort", view.sort && view.sort !== "path" ? view.sort : ""],
    ["deep", view.deep === undefined || view.deep === null ? "" : view.deep ? "1" : "0"],
    ["folders", view.everyFolder ? "all" : ""],
  ];
  return fields.filter(([, value]) => value !== "");
}
