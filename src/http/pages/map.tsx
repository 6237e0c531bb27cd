// The map. `?list=1` is a list of places, `?bbox=…` shows the files of an area, `&part=files` only those, for htmx. Tiles
// come from elsewhere, and only where an owner has said so: then this one page may load pictures from that host.

import { Hono } from "hono";
import { AreaFiles, MapPage } from "../../../views/pages/map.tsx";
import { libraryCounts } from "../../library/file-stats.ts";
import { clustersOf, countPlaced, filesOfArea } from "../../library/map-places.ts";
import { Refused } from "../../runtime/errors.ts";
import { tileHost } from "../../settings/map-tiles.ts";
import type { App, Env } from "../context.ts";
import { mapFilter } from "../map-query.ts";
import { visibleLibraries } from "./home.tsx";
import { page, pageContext } from "./page-context.ts";
import { shotsOf } from "./shots.ts";

const perArea = 60;
/** For those without scripts: places about a degree apart, the fullest first. */
const mostPlaces = 60;

export function mapPages(app: App): Hono<Env> {
  const pages = new Hono<Env>();
  pages.get("/map", async (c) => {
    const ctx = pageContext(app, c);
    const bbox = c.req.query("bbox")?.slice(0, 200) ?? "";
    const offset = Math.max(0, Math.min(1e6, Number(c.req.query("from")) || 0));
    const filter = await mapFilter(app, { bbox }).catch((error) => {
      if (error instanceof Refused) return mapFilter(app, {});
      throw error;
    });
    const found = bbox ? await filesOfArea(app.db, filter, offset, perArea + 1) : [];
    const shots = await shotsOf(app, ctx, found.slice(0, perArea), "sort=captured&deep=1");
    const next = found.length > perArea ? offset + perArea : null;
    const area = { ctx, bbox, shots, next, total: bbox ? await countPlaced(app.db, filter) : 0 };
    const part = c.req.query("part");
    if (part === "files") return c.html(<AreaFiles {...area} />);
    const everywhere = { hidden: filter.hidden };
    const placed = await countPlaced(app.db, everywhere);
    const places = c.req.query("list") === "1" ? await clustersOf(app.db, everywhere, 0, 1) : null;
    places?.sort((a, b) => b.files - a.files);
    const tiles = app.settings.get("mapTiles");
    if (tiles) c.set("imageHost", tileHost(tiles));
    const props = { ...area, placed, unplaced: (await filesIn(app)) - placed, tiles };
    return page(c, <MapPage {...props} places={places?.slice(0, mostPlaces) ?? null} />);
  });
  return pages;
}

async function filesIn(app: App): Promise<number> {
  const { shown } = await visibleLibraries(app);
  const counts = await libraryCounts(app.db);
  return shown.reduce((sum, { id }) => {
    const of = counts.get(id);
    return sum + (of ? of.image + of.video : 0);
  }, 0);
}
