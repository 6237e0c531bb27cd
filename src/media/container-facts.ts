// When and where a film or sound was recorded, and by what, from the tags of its container.

import type { Camera } from "../db/tables/library.ts";
import { type Captured, isoDate, type Place, toPlace } from "./exif.ts";
import type { Probe } from "./ffprobe.ts";

export interface ContainerFacts {
  captured: Captured | null;
  gps: Place | null;
  camera: Camera;
  /** Title, artist, album… as written. */
  tags: Record<string, string>;
}

export function containerFacts({ tags }: Pick<Probe, "tags">): ContainerFacts {
  return {
    captured: capturedOf(tags),
    gps: iso6709(tags["com.apple.quicktime.location.iso6709"] ?? tags.location ?? tags["location-eng"]),
    camera: cameraOf(tags),
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => shown.has(key))),
  };
}

function capturedOf(tags: Record<string, string>): Captured | null {
  // Apple's own date knows its zone; `creation_time` is UTC by the standard and says nothing of the place.
  const local = isoDate(tags["com.apple.quicktime.creationdate"]);
  if (local) return { ...local, from: "container" };
  const utc = isoDate(tags.creation_time);
  // 1904 and 1970 are the zeros of two clocks.
  if (utc && utc.capturedAtMs > 86_400_000)
    return { capturedAtMs: utc.capturedAtMs, offsetMin: null, from: "container" };
  return null;
}

/** `+51.1782-001.8266+097.000/` */
export function iso6709(text: string | undefined): Place | null {
  const m = /^([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?/.exec(text ?? "");
  return m ? toPlace(+m[1]!, +m[2]!, m[3] === undefined ? undefined : +m[3]) : null;
}

function cameraOf(tags: Record<string, string>): Camera {
  const camera: Camera = {
    make: tags["com.apple.quicktime.make"] ?? tags["com.android.manufacturer"] ?? tags.make,
    model: tags["com.apple.quicktime.model"] ?? tags["com.android.model"] ?? tags.model,
    software: tags["com.apple.quicktime.software"] ?? tags.software,
  };
  return Object.fromEntries(Object.entries(camera).filter(([, value]) => value)) as Camera;
}

const shown = new Set([
  "title",
  "artist",
  "album",
  "album_artist",
  "date",
  "genre",
  "track",
  "composer",
  "comment",
  "description",
  "copyright",
  "show",
  "season_number",
  "episode_sort",
  "encoder",
  "major_brand",
]);
