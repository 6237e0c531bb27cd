// An XMP sidecar, as Lightroom, darktable, digiKam and exiftool write it.

import { isoDate, toPlace, xmpDegrees } from "./exif.ts";
import { type Said, unusable } from "./sidecar.ts";
import { all, children, type Element, parseXml, textOf } from "./sidecar-xml.ts";

export function xmpFacts(text: string): Said {
  const root = parseXml(text.replace(/<\?xpacket[^>]*\?>/g, ""));
  const about = all(root, "Description").filter((node) => node.parentNode?.nodeName.endsWith("RDF"));
  if (about.length === 0) throw unusable("it is XML, but not XMP");
  const of = (...wanted: string[]) =>
    wanted.map((name) => propertyOf(about, name)).find((value) => value !== undefined);
  const list = (name: string) => listOf(about, name);
  return {
    title: list("title")[0] ?? of("Headline"),
    description: list("description")[0] ?? list("UserComment")[0],
    rating: Number(of("Rating")) || undefined,
    // A path of digiKam's and Lightroom's: its last step is the tag.
    tags: [...list("subject"), ...list("TagsList"), ...list("hierarchicalSubject")].map(
      (tag) => tag.split(/[|/]/).at(-1)!,
    ),
    people: [...list("PersonInImage"), ...regionNames(about)],
    capturedAt: dateOf(of("DateTimeOriginal", "DateCreated", "CreateDate")),
    gps:
      toPlace(degrees(of("GPSLatitude")), degrees(of("GPSLongitude")), altitude(of("GPSAltitude"))) ??
      undefined,
  };
}

/** An attribute of the description, or an element in it. */
function propertyOf(about: Element[], name: string): string | undefined {
  for (const node of about) {
    for (const attribute of [...node.attributes])
      if (attribute.localName === name && attribute.value.trim()) return attribute.value.trim();
    const found = textOf(children(node, name)[0]);
    if (found) return found;
  }
  return undefined;
}

/** The default language of a text in several stands first. */
function listOf(about: Element[], name: string): string[] {
  for (const node of about) {
    const [element] = children(node, name);
    const items = element ? all(element, "li").flatMap((li) => textOf(li) ?? []) : [];
    if (items.length > 0) return items;
  }
  const single = propertyOf(about, name);
  return single ? [single] : [];
}

/** Faces that somebody has named. */
function regionNames(about: Element[]): string[] {
  return about
    .flatMap((node) => [...all(node, "Regions"), ...all(node, "RegionInfo")])
    .flatMap((regions) => [...all(regions, "Description"), ...all(regions, "li")])
    .flatMap((region) => {
      const isFace = (propertyOf([region], "Type") ?? "Face") === "Face";
      return (isFace && (propertyOf([region], "Name") ?? propertyOf([region], "PersonDisplayName"))) || [];
    });
}

function dateOf(text: string | undefined): Said["capturedAt"] {
  const date = isoDate(text);
  if (!date) return undefined;
  const isDay = /T| \d/.test(text!) ? {} : { isDay: true };
  return { atMs: date.capturedAtMs, offsetMin: date.offsetMin, ...isDay };
}

function degrees(text: string | undefined): number | undefined {
  if (!text) return undefined;
  return xmpDegrees(text) ?? (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);
}

function altitude(text: string | undefined): number | undefined {
  const [, above, below] = /^(-?[\d.]+)(?:\/(\d+))?$/.exec(text ?? "") ?? [];
  return above === undefined ? undefined : Number(above) / Number(below ?? 1);
}
