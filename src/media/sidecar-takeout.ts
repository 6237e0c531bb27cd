// The JSON that Google Takeout puts beside each picture and film. Its title is only the file's name.

import { toPlace } from "./exif.ts";
import { type Said, unusable } from "./sidecar.ts";

export function takeoutFacts(text: string): Said {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unusable("it is no valid JSON");
  }
  if (!isRecord(json)) throw unusable("it is JSON, but not Google's: it holds no object");
  // The JSON of another program.
  if (!isRecord(json.photoTakenTime) && !isRecord(json.geoData)) return {};
  const people = Array.isArray(json.people) ? json.people : [];
  return {
    description: typeof json.description === "string" ? json.description : undefined,
    people: people.flatMap((one) => (isRecord(one) && typeof one.name === "string" ? [one.name] : [])),
    favourite: json.favorited === true,
    capturedAt: takenAt(json.photoTakenTime),
    gps: placeOf(json.geoData) ?? placeOf(json.geoDataExif),
  };
}

function takenAt(time: unknown): Said["capturedAt"] {
  const seconds = isRecord(time) ? Number(time.timestamp) : 0;
  const atMs = seconds * 1000;
  const isSensible =
    Number.isFinite(atMs) && seconds !== 0 && atMs > Date.UTC(1826, 0, 1) && atMs < Date.now() + 172_800_000;
  return isSensible ? { atMs, offsetMin: null, isUtc: true } : undefined;
}

function placeOf(place: unknown): Said["gps"] {
  if (!isRecord(place)) return undefined;
  const [lat, lon, alt] = [place.latitude, place.longitude, place.altitude].map((n) =>
    typeof n === "number" ? n : undefined,
  );
  return toPlace(lat, lon, alt === 0 ? undefined : alt) ?? undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
