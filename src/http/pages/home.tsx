// Home, with the search over all libraries at `/?q=`.

import { Hono } from "hono";
import { type HomeNow, HomePage, type LibraryCard } from "../../../views/pages/home.tsx";
import { SearchPage } from "../../../views/pages/search.tsx";
import type { Seer } from "../../../views/parts/file-history.tsx";
import type { LibraryRow } from "../../db/tables/library.ts";
import { countProblems, filesById, librariesOf } from "../../library/file-grid.ts";
import { libraryCounts, noFiles } from "../../library/file-stats.ts";
import { recentFiles } from "../../library/files.ts";
import { coversOf } from "../../library/folders.ts";
import { listLibraries } from "../../library/libraries.ts";
import type { App, Env } from "../context.ts";
import { mostFound, searchAll } from "./file-search.ts";
import { scanningLibraries, toGoByLibrary, workNow } from "./going-on.ts";
import { scanTrouble } from "./last-scan.ts";
import { page, pageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

export function homePages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  pages.get("/", async (c) => {
    const ctx = pageContext(app, c);
    const text = c.req.query("q")?.trim().slice(0, 1000);
    if (!text) return page(c, <HomePage ctx={ctx} {...(await homeNow(app, ctx))} />);
    const found = await searchAll(app, text);
    const groups = await groupsOf(app, ctx, found.ids, text);
    return page(c, <SearchPage ctx={ctx} text={text} found={found} mostFound={mostFound} groups={groups} />);
  });
  return pages;
}

/** Row O9: libraries that are not safe for work are left out of lists while such content is hidden, and counted. */
export async function visibleLibraries(app: App): Promise<{ shown: LibraryRow[]; hidden: number }> {
  const all = await listLibraries(app.db);
  const shown = app.settings.get("nsfwVisible") ? all : all.filter((library) => !library.nsfw);
  return { shown, hidden: all.length - shown.length };
}

export async function homeNow(app: App, seer: Seer): Promise<HomeNow> {
  const isOwner = seer.user?.role === "owner";
  const { shown, hidden } = await visibleLibraries(app);
  const counts = await libraryCounts(app.db);
  const scanning = await scanningLibraries(app);
  const toGo = await toGoByLibrary(app);
  const cards = await Promise.all(
    shown.map(
      async (library): Promise<LibraryCard> => ({
        library,
        counts: counts.get(library.id) ?? noFiles(),
        covers: (await coversOf(app.db, library.id, "", 4)).map((id) => `/api/files/${id}/thumbnail?w=240`),
        scanning: scanning.has(library.id),
        trouble: await scanTrouble(app, library.id),
        problems: await countProblems(app.db, library.id),
        looksToGo: toGo.get(library.id)?.looks ?? 0,
        picturesToGo: toGo.get(library.id)?.pictures ?? 0,
      }),
    ),
  );
  const ids = shown.map((library) => library.id);
  const recent = await recentFiles(app.db, recentShown, hidden > 0 ? false : undefined);
  return {
    cards,
    hiddenNsfw: hidden,
    goingOn: {
      work: await workNow(app, ids, counts),
      detailsUrl: isOwner ? seer.url("/admin/jobs") : undefined,
    },
    recent: await shotsOf(app, seer, recent, "sort=newest&deep=1"),
  };
}

const recentShown = 12;
const firstOfEach = 12;

/** In the order of the libraries; within one, as the search has them. */
async function groupsOf(app: App, seer: Seer, ids: number[], text: string) {
  const of = await librariesOf(app.db, ids);
  const { shown } = await visibleLibraries(app);
  const groups = [];
  for (const library of shown) {
    const mine = ids.filter((id) => of.get(id) === library.id);
    if (mine.length === 0) continue;
    const first = mine.slice(0, firstOfEach);
    const files = (await filesById(app.db, first)).sort((a, b) => first.indexOf(a.id) - first.indexOf(b.id));
    const shots = await shotsOf(app, seer, files, `q=${encodeURIComponent(text)}`);
    groups.push({ library, shots, total: mine.length });
  }
  return groups;
}
