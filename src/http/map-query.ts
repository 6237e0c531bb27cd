// What a request says of the map: which area, and which files.

import type { Area, MapFilter } from "../library/map-places.ts";
import { NotFound, Refused } from "../runtime/errors.ts";
import type { App } from "./context.ts";
import { hiddenGroups } from "./nsfw.ts";

export interface MapAsked {
  /** `west,south,east,north` in degrees. */
  bbox?: string | undefined;
  library?: number | undefined;
  type?: "image" | "video" | "audio" | undefined;
}

export async function mapFilter(app: App, { bbox, library, type }: MapAsked): Promise<MapFilter> {
  const hidden = await hiddenGroups(app);
  if (library !== undefined && hidden.includes(library)) throw new NotFound("library", library);
  return { hidden, libraryId: library, type, area: bbox ? areaOf(bbox) : undefined };
}

/** Maps that were turned round the world several times say more than 180 degrees. */
function areaOf(bbox: string): Area | undefined {
  const [west, south, east, north] = bbox.split(",").map(Number) as [number, number, number, number];
  const numbers = [west, south, east, north];
  const isArea =
    bbox.split(",").length === 4 && numbers.every(Number.isFinite) && south <= north && west <= east + 360;
  if (!isArea) {
    const message = "bbox is west,south,east,north in degrees.";
    throw new Refused(422, "input.invalid", message, { errors: [{ path: ["bbox"], message }] });
  }
  if (east - west >= 360) return { west: -180, south, east: 180, north };
  return { west: round(west), south, east: round(east), north };
}

function round(lon: number): number {
  return lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180;
}
