// The stream of a library's page: what goes on, the counts and the folders; and the first files where there were none.

import type { Context } from "hono";
import {
  type LibraryNow,
  libraryInnerParts,
  libraryParts,
  Nothing,
  Subfolders,
} from "../../../views/pages/library.tsx";
import { FileGrid } from "../../../views/parts/file-grid.tsx";
import { NotFound } from "../../runtime/errors.ts";
import type { App, Env } from "../context.ts";
import type { Fragment, View } from "../live.ts";
import { frameFragments } from "./frame-fragments.tsx";
import { isDeep, readGridView, seenLibrary, shotPage } from "./library.tsx";
import { libraryNow } from "./library-now.ts";
import { seldom } from "./seldom.ts";

type Shared = Parameters<typeof frameFragments>[0];

/** `:id` of the request says which; its query is the page's own, and how many files there were. */
export function libraryView(app: App, c: Context<Env>): View<Shared> {
  const id = Number(c.req.param("id"));
  const user = c.var.identity?.user ?? null;
  const isOwner = user?.role === "owner";
  const seer = { user, url: (path: string) => `${app.config.basePath}${path}` };
  const view = readGridView(c.req.query());
  const deep = isDeep(view);
  const shownTotal = Number(c.req.query("total") ?? 0);
  let before: LibraryNow | undefined;
  const look = seldom(app.clock, 1000, async () => {
    const library = await seenLibrary(app, id);
    const now = await libraryNow(app, seer, library, { view, deep, shownTotal, before });
    before = now;
    const page =
      shownTotal === 0 && now.counts.total > 0 ? await shotPage(app, seer, id, { view, deep }) : null;
    return { now, page };
  });
  return {
    key: `library ${isOwner ? "owner" : "member"} ${id} ${new URL(c.req.url).search}`,
    forMembers: !isOwner,
    async fragments(shared) {
      const frame = isOwner ? frameFragments(shared) : [];
      try {
        const { now, page } = await look();
        const morph =
          (swap: Fragment["swap"]) =>
          ([target, markup]: [string, unknown]): Fragment => ({
            target,
            swap,
            markup,
          });
        const first = page && {
          target: "#files",
          swap: "outerMorph" as const,
          markup: <FileGrid ctx={seer} libraryId={id} view={view} page={page} empty={null} />,
          // Once: what somebody has scrolled to since stays.
          stamp: "some",
        };
        return [
          ...frame,
          ...Object.entries(libraryParts(seer, now)).map(morph("outerMorph")),
          ...Object.entries(libraryInnerParts(now)).map(morph("innerMorph")),
          ...(now.subfolders ? [morph("outerMorph")(["#folders", <Subfolders ctx={seer} {...now} />])] : []),
          ...(shownTotal > 0
            ? []
            : [
                first ?? {
                  target: "#files",
                  swap: "outerMorph" as const,
                  markup: (
                    <FileGrid
                      ctx={seer}
                      libraryId={id}
                      view={view}
                      page={noShots}
                      empty={<Nothing ctx={seer} {...now} />}
                    />
                  ),
                },
              ]),
        ];
      } catch (error) {
        // The library is gone, or hidden by now: the page stays as it was.
        if (error instanceof NotFound) return frame;
        throw error;
      }
    },
  };
}

const noShots = { shots: [], next: null, awaited: [] };
