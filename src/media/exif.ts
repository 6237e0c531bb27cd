// EXIF, XMP and GPS of a picture as facts. Runs in the native child only: it parses what strangers wrote.

import { open } from "node:fs/promises";
import type { Camera } from "../db/tables/library.ts";

export interface Captured {
  /** Milliseconds since 1970. Without an offset the camera's clock is read as UTC. */
  capturedAtMs: number;
  /** Minutes east of UTC; null when nothing tells. */
  offsetMin: number | null;
  from: "exif" | "xmp" | "container";
}

export interface Place {
  lat: number;
  lon: number;
  /** Metres. */
  alt: number | null;
}

export interface ImageFacts {
  hasExif: boolean;
  captured: Captured | null;
  gps: Place | null;
  camera: Camera;
  /** What else people look for: title, description, keywords, rating, artist, copyright, colour profile. */
  metadata: Record<string, string | number | string[]>;
}

/** A picture without metadata, or with damaged metadata, has no facts; that is no failure. */
export async function readImageFacts(path: string): Promise<ImageFacts> {
  const { default: ExifReader } = await import("exifreader");
  const { DOMParser, onErrorStopParsing } = await import("@xmldom/xmldom");
  // XMP is XML, and there is no browser here to parse it.
  const domParser = new DOMParser({ onError: onErrorStopParsing });
  try {
    const tags = ExifReader.load(await readEnough(path), { expanded: true, domParser });
    return toFacts(tags as unknown as Tags);
  } catch {
    return { hasExif: false, captured: null, gps: null, camera: {}, metadata: {} };
  }
}

interface Tag {
  value?: unknown;
  description?: string;
}
type Group = Record<string, Tag | undefined>;
interface Tags {
  exif?: Group;
  xmp?: Group;
  iptc?: Group;
  icc?: Group;
  gps?: { Latitude?: number; Longitude?: number; Altitude?: number };
}

function toFacts(tags: Tags): ImageFacts {
  const { exif = {}, xmp = {}, iptc = {}, icc = {} } = tags;
  return {
    hasExif: tags.exif !== undefined,
    captured: capturedOf(exif, xmp),
    gps: gpsOf(tags),
    camera: cameraOf(exif, xmp),
    metadata: dropEmpty({
      title: textOf(xmp.title) ?? textOf(iptc["Object Name"]),
      description:
        textOf(xmp.description) ?? textOf(exif.ImageDescription) ?? textOf(iptc["Caption/Abstract"]),
      keywords: keywordsOf(xmp.subject),
      rating: numberOf(xmp.Rating),
      artist: textOf(exif.Artist) ?? textOf(xmp.creator),
      copyright: textOf(exif.Copyright) ?? textOf(xmp.rights),
      colorProfile: textOf(icc["ICC Description"]),
    }),
  };
}

function capturedOf(exif: Group, xmp: Group): Captured | null {
  const exifDates = [
    [exif.DateTimeOriginal, exif.OffsetTimeOriginal ?? exif.OffsetTime, exif.SubSecTimeOriginal],
    [exif.DateTimeDigitized, exif.OffsetTimeDigitized ?? exif.OffsetTime, exif.SubSecTimeDigitized],
  ] as const;
  for (const [date, offset, fraction] of exifDates) {
    const localMs = exifDateMs(textOf(date), textOf(fraction));
    if (localMs === null) continue;
    const offsetMin = offsetMinutes(textOf(offset)) ?? offsetFromGps(exif, localMs);
    return { capturedAtMs: localMs - (offsetMin ?? 0) * 60_000, offsetMin, from: "exif" };
  }
  for (const tag of [xmp.DateTimeOriginal, xmp.DateCreated, xmp.CreateDate]) {
    const parsed = isoDate(textOf(tag));
    if (parsed) return { ...parsed, from: "xmp" };
  }
  return null;
}

/** `2020:01:24 23:11:53` as if it were UTC; null for the blanks and zeros that cameras without a clock write. */
function exifDateMs(text: string | undefined, fraction: string | undefined): number | null {
  const m = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?/.exec(text ?? "");
  if (!m) return null;
  const ms = Math.round(Number(`0.${/^\d+/.exec(fraction ?? "")?.[0] ?? 0}`) * 1000);
  return sensible(Date.UTC(+m[1]!, +m[2]! - 1, +m[3]!, +m[4]!, +m[5]!, +(m[6] ?? 0), ms), +m[2]!, +m[3]!);
}

/** ISO 8601 as in XMP and containers: `2015-07-16T15:38:54.30+01:00`, `2009-02-09`. */
export function isoDate(text: string | undefined): { capturedAtMs: number; offsetMin: number | null } | null {
  const m =
    /^(\d{4})[-:](\d\d)[-:](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|[+-]\d\d:?\d\d)?/.exec(
      text ?? "",
    );
  if (!m) return null;
  const ms = Math.round(Number(`0.${m[7] ?? 0}`) * 1000);
  const local = sensible(
    Date.UTC(+m[1]!, +m[2]! - 1, +m[3]!, +(m[4] ?? 0), +(m[5] ?? 0), +(m[6] ?? 0), ms),
    +m[2]!,
    +m[3]!,
  );
  if (local === null) return null;
  const offsetMin = m[8] === "Z" ? 0 : offsetMinutes(m[8]);
  return { capturedAtMs: local - (offsetMin ?? 0) * 60_000, offsetMin };
}

function sensible(ms: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  // Older than photography, or a day and more ahead of the clock: a default or a mistake.
  return ms > Date.UTC(1826, 0, 1) && ms < Date.now() + 2 * 86_400_000 ? ms : null;
}

function offsetMinutes(text: string | undefined): number | null {
  const m = /^([+-])(\d\d):?(\d\d)/.exec(text ?? "");
  if (!m) return /^Z/.test(text ?? "") ? 0 : null;
  const minutes = (m[1] === "-" ? -1 : 1) * (+m[2]! * 60 + +m[3]!);
  return Math.abs(minutes) <= 14 * 60 ? minutes : null;
}

/** GPS time is UTC: the distance to the camera's clock, when it lies close to a quarter of an hour, is the offset. */
function offsetFromGps(exif: Group, localMs: number): number | null {
  const day = /^(\d{4}):(\d\d):(\d\d)/.exec(textOf(exif.GPSDateStamp) ?? "");
  const time = exif.GPSTimeStamp?.value;
  if (!day || !Array.isArray(time) || time.length !== 3) return null;
  const [hours, minutes, seconds] = time.map((part) =>
    Array.isArray(part) ? part[0] / part[1] : Number(part),
  );
  const utcMs = Date.UTC(+day[1]!, +day[2]! - 1, +day[3]!, hours!, minutes!, seconds!);
  const apart = (localMs - utcMs) / 60_000;
  const quarter = Math.round(apart / 15) * 15;
  return Math.abs(apart - quarter) <= 3 && Math.abs(quarter) <= 14 * 60 ? quarter : null;
}

function gpsOf({ gps, xmp = {} }: Tags): Place | null {
  const lat = gps?.Latitude ?? xmpDegrees(textOf(xmp.GPSLatitude));
  const lon = gps?.Longitude ?? xmpDegrees(textOf(xmp.GPSLongitude));
  return toPlace(lat, lon, gps?.Altitude);
}

/** Null for what is no place on earth, and for 0, 0, which phones write before they know. */
export function toPlace(lat?: number, lon?: number, alt?: number): Place | null {
  if (lat === undefined || lon === undefined || !Number.isFinite(lat) || !Number.isFinite(lon)) return null;
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180 || (lat === 0 && lon === 0)) return null;
  return { lat, lon, alt: alt !== undefined && Number.isFinite(alt) ? alt : null };
}

/** `51,10.6968N` */
export function xmpDegrees(text: string | undefined): number | undefined {
  const m = /^(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])$/.exec(text ?? "");
  if (!m) return undefined;
  const degrees = +m[1]! + +m[2]! / 60 + +(m[3] ?? 0) / 3600;
  return m[4] === "S" || m[4] === "W" ? -degrees : degrees;
}

function cameraOf(exif: Group, xmp: Group): Camera {
  const both = (name: string) => exif[name] ?? xmp[name];
  return dropEmpty({
    make: textOf(both("Make")),
    model: textOf(both("Model")),
    lens: textOf(exif.LensModel) ?? textOf(xmp.LensModel) ?? textOf(xmp.Lens),
    iso: numberOf(both("ISOSpeedRatings")),
    aperture: numberOf(both("FNumber")),
    exposureS: numberOf(both("ExposureTime")),
    focalLengthMm: numberOf(both("FocalLength")),
    orientation: numberOf(both("Orientation")),
    software: textOf(exif.Software),
  }) as Camera;
}

function textOf(tag: Tag | undefined): string | undefined {
  if (!tag) return undefined;
  const raw = Array.isArray(tag.value) && typeof tag.value[0] === "string" ? tag.value[0] : tag.value;
  // Dates are taken as written: their description is made for reading.
  const text = typeof raw === "string" ? raw : tag.description;
  const clean = (text ?? "").replace(/\0.*$/s, "").trim();
  return clean ? clean.slice(0, 2000) : undefined;
}

function numberOf(tag: Tag | undefined): number | undefined {
  const value = tag?.value;
  // Lists: EXIF's of rationals, XMP's of tags.
  const first = Array.isArray(value) ? value[0] : undefined;
  if (first && typeof first === "object" && "value" in first) return numberOf(first as Tag);
  const one = Array.isArray(first) ? first : value;
  const number =
    Array.isArray(one) && one.length === 2
      ? one[0] / one[1]
      : Array.isArray(one)
        ? Number(one[0])
        : fraction(one);
  return Number.isFinite(number) ? round(number) : undefined;
}

/** XMP writes rationals as `35/10`. */
function fraction(value: unknown): number {
  const m = /^(-?\d+)\/(\d+)$/.exec(String(value ?? ""));
  if (m) return +m[1]! / +m[2]!;
  return value === undefined || value === null || value === "" ? Number.NaN : Number(value);
}

function round(n: number): number {
  return Number(n.toPrecision(8));
}

function keywordsOf(tag: Tag | undefined): string[] | undefined {
  const list = Array.isArray(tag?.value) ? tag.value : [];
  const words = list.map((item) => textOf(item as Tag)).filter((w): w is string => w !== undefined);
  return words.length > 0 ? words.slice(0, 100) : undefined;
}

function dropEmpty<T extends Record<string, unknown>>(record: T) {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
}

/** Metadata stands in front in all but the largest files. */
async function readEnough(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const length = size <= 96 << 20 ? size : 8 << 20;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
