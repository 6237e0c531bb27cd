// A library's grid. `?part=more` answers the next files, `?part=arrived` the pictures that have come, for htmx.

import { type Context, Hono } from "hono";
import {
  ArrivedPart,
  type GridView,
  gridQuery,
  href,
  LibraryChanges,
  LibraryPage,
  type LibraryProps,
  type ShotPage,
  ShotsPart,
} from "../../../views/pages/library.tsx";
import {
  countProblems,
  filesById,
  findFolder,
  type GridFilter,
  gridPage,
  gridSorts,
} from "../../library/file-grid.ts";
import { libraryCounts, noFiles } from "../../library/file-stats.ts";
import { listFolder } from "../../library/folders.ts";
import { getLibrary } from "../../library/libraries.ts";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import { scanningLibraries, workNow } from "./going-on.ts";
import { librarySettingsPages } from "./library-settings.tsx";
import { type PageContext, page, pageContext } from "./page-context.ts";
import { awaitedIn, shotsOf } from "./shots.ts";

const perPage = 60;

export function libraryPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  pages.route("/", librarySettingsPages(app));

  pages.get("/libraries/:id{[0-9]+}", async (c) => {
    const ctx = pageContext(app, c);
    const library = await seenLibrary(app, Number(c.req.param("id")));
    const part = c.req.query("part");
    if (part === "arrived") return arrived(app, c, ctx, library.id);
    const counts = (await libraryCounts(app.db, library.id)).get(library.id) ?? noFiles();
    const view = readGridView(c.req.query());
    const total = Number(c.req.query("total") ?? counts.total);
    const isPoll = part === "going-on";
    const folder = (await findFolder(app.db, library.id, view.folder)) ?? null;
    if (!folder && view.folder !== "") throw new NotFound("folder", view.folder);
    const deep = isDeep(view);
    // The poll needs files only where the page has none yet.
    const shown =
      isPoll && total > 0
        ? noShots
        : await shotPage(app, ctx, { view, deep, libraryId: library.id, folder }, c.req.query("after"));
    if (part === "more")
      return c.html(<ShotsPart ctx={ctx} libraryId={library.id} view={view} page={shown} />);

    // The folders are shown, and counted, only where nothing narrows the grid.
    const isPlain = view.q === "" && view.type === "" && view.state === "";
    // A poll looks at them only while they may change, and once after.
    const mayChange = !isPoll || c.req.query("busy") === "1" || counts.total !== total;
    const subfolders =
      isPlain && mayChange ? (await listFolder(app.db, library.id, view.folder)).subfolders : null;
    const work = await workNow(app, new Map([[library.id, counts]]));
    const busy = work.scans > 0 || work.toGo.length > 0 ? "&busy=1" : "";
    const props: LibraryProps = {
      ctx,
      library: ctx.user?.role === "owner" ? library : { ...library, lastScanNote: null },
      counts,
      problems: await countProblems(app.db, library.id),
      trail: trailOf(view.folder),
      subfolders:
        subfolders?.map((f) => ({
          ...f,
          cover: f.coverFileId === null ? null : `/api/files/${f.coverFileId}/thumbnail?w=240`,
        })) ?? null,
      view,
      deep,
      page: shown,
      goingOn: {
        work,
        // Once the first files are shown, later ones are announced instead of moving what one looks at.
        pollUrl: href(
          ctx,
          library.id,
          view,
          `part=going-on&total=${total === 0 ? counts.total : total}${busy}`,
        ),
        detailsUrl: ctx.user?.role === "owner" ? ctx.url("/admin/jobs") : undefined,
        news:
          total > 0 && counts.total > total
            ? { files: counts.total - total, href: href(ctx, library.id, view) }
            : undefined,
      },
      scanning: (await scanningLibraries(app)).has(library.id),
    };
    if (isPoll) return c.html(<LibraryChanges {...props} hadNone={total === 0} />);
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

/** Whatever an address says, a view that exists. */
export function readGridView(query: Record<string, string>): GridView {
  const one = <T extends string>(value: string | undefined, of: readonly T[], otherwise: T): T =>
    of.includes(value as T) ? (value as T) : otherwise;
  return {
    folder: query.folder ?? "",
    type: one(query.type, ["video", "image", "audio"], "" as never),
    state: one(query.state, ["ok", "problem", "missing", "invalid", "quarantined", "trashed"], "" as never),
    sort: one(query.sort, gridSorts, "path"),
    q: (query.q ?? "").trim().slice(0, 200),
    deep: query.deep === "1" ? true : query.deep === "0" ? false : null,
  };
}

/** The root shows everything, a folder what lies in it; a search looks below as well. */
export function isDeep(view: GridView): boolean {
  if (view.deep !== null) return view.deep;
  return view.folder === "" || view.q !== "" || view.type !== "" || view.state !== "";
}

export function filterOf(view: GridView, libraryId: number): Omit<GridFilter, "folder" | "deep"> {
  return {
    libraryId,
    type: view.type || undefined,
    state: view.state || undefined,
    text: view.q || undefined,
  };
}

const noShots: ShotPage = { shots: [], next: null, awaited: [] };

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
  libraryId: number;
  folder: GridFilter["folder"];
}

async function shotPage(
  app: App,
  ctx: PageContext,
  { view, deep, libraryId, folder }: Asked,
  after: string | undefined,
): Promise<ShotPage> {
  const filter = { ...filterOf(view, libraryId), folder, deep };
  const { files, next } = await gridPage(app.db, filter, view.sort, after ?? null, perPage);
  const shots = await shotsOf(app, ctx, files, gridQuery({ ...view, deep }));
  return { shots, next, awaited: awaitedIn(shots) };
}

async function arrived(app: App, c: Context<Env>, ctx: PageContext, libraryId: number) {
  const ids = (c.req.query("ids") ?? "").split(",").map(Number).filter(Number.isSafeInteger).slice(0, 200);
  const files = (await filesById(app.db, ids)).filter((f) => f.libraryId === libraryId);
  const shots = await shotsOf(app, ctx, files);
  const awaited = awaitedIn(shots);
  const isAwaited = new Set(awaited);
  const come = shots.filter((s) => !isAwaited.has(s.file.id) || s.pictureState === "running");
  return c.html(<ArrivedPart ctx={ctx} libraryId={libraryId} arrived={come} awaited={awaited} />);
}
