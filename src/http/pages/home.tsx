// Home, with the search over all libraries at `/?q=`.

import { Hono } from "hono";
import { HomePage, type LibraryCard, SearchPage } from "../../../views/pages/home.tsx";
import { GoingOn } from "../../../views/parts/going-on.tsx";
import type { LibraryRow } from "../../db/tables/library.ts";
import { gridPage } from "../../library/file-grid.ts";
import { libraryCounts, noFiles } from "../../library/file-stats.ts";
import { recentFiles } from "../../library/files.ts";
import { coversOf } from "../../library/folders.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { App, Env } from "../context.ts";
import { picturesToGo, scanningLibraries, workNow } from "./going-on.ts";
import { type PageContext, page, pageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

export function homePages(app: App): Hono<Env> {
  const pages = new Hono<Env>();

  pages.get("/", async (c) => {
    const ctx = pageContext(app, c);
    const text = c.req.query("q")?.trim();
    if (text) return page(c, <SearchPage ctx={ctx} text={text} groups={await search(app, ctx, text)} />);

    const counts = await libraryCounts(app.db);
    const work = await workNow(app, counts);
    if (c.req.query("part") === "going-on") return c.html(<GoingOn {...goingOn(ctx, work)} />);

    const { shown, hidden } = await visibleLibraries(app);
    const scanning = await scanningLibraries(app);
    const toGo = await picturesToGo(app);
    const cards = await Promise.all(
      shown.map(
        async (library): Promise<LibraryCard> => ({
          library,
          counts: counts.get(library.id) ?? noFiles(),
          covers: (await coversOf(app.db, library.id, "", 4)).map((id) => `/api/files/${id}/thumbnail?w=240`),
          scanning: scanning.has(library.id),
          picturesToGo: toGo ? (toGo.get(library.id) ?? 0) : null,
        }),
      ),
    );
    const recent = await recentFiles(app.db, 12, ctx.nsfwVisible ? undefined : false);
    const props = {
      ctx,
      cards,
      hiddenNsfw: hidden,
      recent: await shotsOf(app, ctx, recent, "sort=newest&deep=1"),
    };
    return page(c, <HomePage {...props} goingOn={goingOn(ctx, work)} />);
  });

  return pages;
}

/** Row O9: libraries that are not safe for work are left out of lists while such content is hidden, and counted. */
export async function visibleLibraries(app: App): Promise<{ shown: LibraryRow[]; hidden: number }> {
  const all = await listLibraries(app.db);
  const shown = app.settings.get("nsfwVisible") ? all : all.filter((library) => !library.nsfw);
  return { shown, hidden: all.length - shown.length };
}

function goingOn(ctx: PageContext, work: Awaited<ReturnType<typeof workNow>>) {
  const detailsUrl = ctx.user?.role === "owner" ? ctx.url("/admin/jobs") : undefined;
  return { work, pollUrl: ctx.url("/?part=going-on"), detailsUrl };
}

const firstOfEach = 12;

async function search(app: App, ctx: PageContext, text: string) {
  const { shown } = await visibleLibraries(app);
  const groups = [];
  for (const library of shown) {
    const filter = { libraryId: library.id, folder: null, deep: true, text };
    const found = await gridPage(app.db, filter, "path", null, firstOfEach);
    if (found.files.length === 0) continue;
    const shots = await shotsOf(app, ctx, found.files, `q=${encodeURIComponent(text)}`);
    groups.push({ library, shots, more: found.next !== null });
  }
  return groups;
}
