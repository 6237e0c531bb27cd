// What Kodi, Jellyfin and their like write beside a film: `movie.nfo`.

import { isoDate } from "./exif.ts";
import { type Said, unusable } from "./sidecar.ts";
import { children, type Element, parseXml, textOf } from "./sidecar-xml.ts";

const roots = ["movie", "episodedetails", "musicvideo", "video", "item"];

export function nfoFacts(text: string): Said {
  const xml = firstRoot(text);
  // Some hold only the address of a page about the film, or a text that came with a download.
  if (xml === undefined) return {};
  const root = parseXml(xml);
  const one = (name: string) => textOf(children(root, name)[0]);
  const every = (name: string) => children(root, name).flatMap((node) => textOf(node) ?? []);
  return {
    title: one("title"),
    description: one("plot") ?? one("outline"),
    rating: ratingOf(one("userrating")),
    tags: [...every("tag"), ...every("genre")],
    people: children(root, "actor").flatMap((actor) => textOf(children(actor, "name")[0]) ?? []),
    favourite: one("isuserfavorite")?.toLowerCase() === "true",
    capturedAt: dateOf(root),
  };
}

/** One XML document of what may be several, or one with an address behind it. */
function firstRoot(text: string): string | undefined {
  const found = /<(movie|episodedetails|musicvideo|video|item)[\s>]/i.exec(text);
  if (!found) {
    if (/<\?xml|<!DOCTYPE/i.test(text.slice(0, 200)) && !/<(tvshow|album|artist|season)[\s>]/i.test(text))
      throw unusable(`it is XML, but none of ${roots.join(", ")}`);
    return undefined;
  }
  const end = text.indexOf(`</${found[1]}>`, found.index);
  if (end < 0) throw unusable("it ends in the middle");
  const head = text.slice(0, found.index);
  if (/<!DOCTYPE|<!ENTITY/i.test(head)) return text.slice(0, end + found[1]!.length + 3);
  return text.slice(found.index, end + found[1]!.length + 3);
}

/** Of ten, by the user; the critics' is another matter. */
function ratingOf(text: string | undefined): number | undefined {
  const rating = Number(text);
  return text && rating > 0 && rating <= 10 ? rating / 2 : undefined;
}

function dateOf(root: Element): Said["capturedAt"] {
  for (const name of ["premiered", "aired", "releasedate"]) {
    const date = isoDate(textOf(children(root, name)[0]));
    if (date) return { atMs: date.capturedAtMs, offsetMin: null, isDay: true };
  }
  return undefined;
}
