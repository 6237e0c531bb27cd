// The small files that go with a media file: `film.nfo`, `film.en.srt`, `photo.jpg.xmp`.

import { readdir } from "node:fs/promises";
import { mediaTypeOf } from "./media-types.ts";

/**
 * Names in the folder that belong to this file alone. What another media file of the same stem could claim as well stays
 * with that one.
 */
export async function sidecarsOf(folder: string, name: string): Promise<string[]> {
  const names: string[] = [];
  const media: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    if (mediaTypeOf(entry.name)) media.push(entry.name);
    else if (endings.test(entry.name)) names.push(entry.name);
  }
  return names.filter((one) => {
    const mine = claim(one, name);
    return mine > 0 && media.every((other) => other === name || claim(one, other) < mine);
  });
}

/** Its name beside a file that is called otherwise now. */
export function sidecarName(sidecar: string, before: string, after: string): string {
  if (sidecar.startsWith(`${before}.`)) return after + sidecar.slice(before.length);
  return stemOf(after) + sidecar.slice(stemOf(before).length);
}

const endings = /\.(xmp|nfo|srt|vtt|ass|json)$/i;

const ofFilms = /\.(nfo|srt|vtt|ass)$/i;

/** How much of the sidecar's name names the file: 0 for nothing. */
function claim(sidecar: string, name: string): number {
  // A picture of the same name is the film's cover: what tells of a film, or speaks its words, is no picture's.
  if (ofFilms.test(sidecar) && mediaTypeOf(name)?.type === "image") return 0;
  if (sidecar.startsWith(`${name}.`)) return name.length;
  // A JSON beside a film is somebody's, unless it bears the whole name.
  if (/\.json$/i.test(sidecar)) return 0;
  const stem = stemOf(name);
  return sidecar.startsWith(`${stem}.`) ? stem.length : 0;
}

function stemOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}
