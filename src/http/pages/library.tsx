// A library's grid. `?part=more` answers the next files, `?part=arrived` the pictures that have come, for htmx.

import { type Context, Hono } from "hono";
import { type GridView, gridQuery } from "../../../views/grid-view.ts";
import { LibraryPage, type LibraryProps } from "../../../views/pages/library.tsx";
import { ArrivedPart, type ShotPage, ShotsPart } from "../../../views/parts/file-grid.tsx";
import type { Seer } from "../../../views/parts/file-history.tsx";
import type { LibraryRow } from "../../db/tables/library.ts";
import { filesById, findFolder, gridPage, gridSorts } from "../../library/file-grid.ts";
import { getLibrary, scannedTypes } from "../../library/libraries.ts";
import { mediaExtensions, mediaTypeOf } from "../../library/media-types.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { fileBulk } from "./file-bulk.tsx";
import { type Found, firstFound, mostFound, searchOf } from "./file-search.ts";
import { libraryNow } from "./library-now.ts";
import { librarySettingsPages } from "./library-settings.tsx";
import { page, pageContext } from "./page-context.ts";
import { awaitedIn, shotsOf } from "./shots.ts";

export { searchOf } from "./file-search.ts";

const perPage = 60;

export function libraryPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  pages.route("/", librarySettingsPages(app));
  pages.route("/", fileBulk(app));

  pages.get("/libraries/:id{[0-9]+}", async (c) => {
    const ctx = pageContext(app, c);
    const library = await seenLibrary(app, Number(c.req.param("id")));
    const view = readGridView(c.req.query());
    const part = c.req.query("part");
    if (part === "arrived") return arrived(app, c, ctx, library.id, view);
    const deep = isDeep(view);
    const shown = await shotPage(app, ctx, library.id, { view, deep, after: c.req.query("after") });
    if (part === "more")
      return c.html(<ShotsPart ctx={ctx} libraryId={library.id} view={view} page={shown} />);
    const props: LibraryProps = {
      ctx,
      ...(await libraryNow(app, ctx, library, { view, deep })),
      trail: trailOf(view.folder),
      page: shown,
      found: shown.found,
      mostFound,
      accepts: isOwner(ctx) && !library.readOnly ? acceptedBy(library) : null,
    };
    return page(c, <LibraryPage {...props} />);
  });

  return pages;
}

/** `NotFound` also for one that is hidden (row O9). */
export async function seenLibrary(app: App, id: number) {
  const library = await getLibrary(app.db, id);
  if (library.nsfw && !app.settings.get("nsfwVisible")) throw new NotFound("library", id);
  return library;
}

/** The extensions of media that it is scanned for, as a file input wants them. */
function acceptedBy(library: LibraryRow): string {
  const types = scannedTypes(library);
  const wanted = mediaExtensions.filter((end) => types.includes(mediaTypeOf(`a.${end}`)!.type));
  return wanted.map((end) => `.${end}`).join(",");
}

/** Whatever an address says, a view that exists. */
export function readGridView(query: Record<string, string>): GridView {
  const one = <T extends string>(value: string | undefined, of: readonly T[], otherwise: T): T =>
    of.includes(value as T) ? (value as T) : otherwise;
  return {
    folder: query.folder ?? "",
    type: one(query.type, ["video", "image", "audio"], "" as never),
    state: one(query.state, ["ok", "problem", "missing", "invalid", "quarantined", "trashed"], "" as never),
    sort: one(query.sort, gridSorts, "path"),
    q: (query.q ?? "").trim().slice(0, 1000),
    deep: query.deep === "1" ? true : query.deep === "0" ? false : null,
    ...(query.folders === "all" && { everyFolder: true }),
  };
}

/** The root shows everything, a folder what lies in it; a search looks below as well. */
export function isDeep(view: GridView): boolean {
  if (view.deep !== null) return view.deep;
  return view.folder === "" || view.q !== "" || view.type !== "" || view.state !== "";
}

/** From the root (path "") down to the folder itself. */
function trailOf(path: string): LibraryProps["trail"] {
  const names = path.split("/").filter(Boolean);
  return [
    { path: "", name: "" },
    ...names.map((name, i) => ({ name, path: names.slice(0, i + 1).join("/") })),
  ];
}

interface Asked {
  view: GridView;
  deep: boolean;
  after?: string | undefined;
}

export async function shotPage(
  app: App,
  seer: Seer,
  libraryId: number,
  { view, deep, after }: Asked,
): Promise<ShotPage & { found: Found | undefined }> {
  const folder = (await findFolder(app.db, libraryId, view.folder)) ?? null;
  if (!folder && view.folder !== "") throw new NotFound("folder", view.folder);
  const asked = { view, deep, libraryId, folder };
  let { filter, found } = await searchOf(app, asked, firstFound);
  let { files, next } = await gridPage(app.db, filter, view.sort, after ?? null, perPage);
  // The first hits end here; there may be more of them.
  if (!next && found && (found.isLeast || found.total > firstFound)) {
    ({ filter, found } = await searchOf(app, asked));
    ({ files, next } = await gridPage(app.db, filter, view.sort, after ?? null, perPage));
  }
  const shots = await shotsOf(app, seer, files, gridQuery({ ...view, deep }), isOwner(seer));
  return { shots, next, awaited: awaitedIn(shots), found };
}

async function arrived(app: App, c: Context<Env>, seer: Seer, libraryId: number, view: GridView) {
  const ids = (c.req.query("ids") ?? "").split(",").map(Number).filter(Number.isSafeInteger).slice(0, 200);
  const files = (await filesById(app.db, ids)).filter((f) => f.libraryId === libraryId);
  const shots = await shotsOf(app, seer, files, gridQuery({ ...view, deep: isDeep(view) }), isOwner(seer));
  const awaited = awaitedIn(shots);
  const isAwaited = new Set(awaited);
  const come = shots.filter((s) => !isAwaited.has(s.file.id) || s.pictureState === "running");
  const props = { ctx: seer, libraryId, view, arrived: come, awaited };
  return c.html(<ArrivedPart {...props} />);
}

function isOwner({ user }: Seer): boolean {
  return user?.role === "owner";
}
