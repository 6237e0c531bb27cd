// How what is said about a file is called, and how its values are written and read back in forms.

import type { FactSource } from "../../src/db/tables/media.ts";
import type { DatedWord, FactField } from "../../src/library/file-facts.ts";

export const fieldNames: Record<FactField, string> = {
  title: "Title",
  description: "Description",
  rating: "Rating",
  tags: "Tags",
  people: "People",
  favourite: "Favourite",
  capturedAt: "Captured",
  gps: "Place",
};

export const sourceNames: Record<FactSource, string> = {
  user: "said here",
  identify: "from an identification",
  xmp: "from an XMP sidecar",
  nfo: "from an NFO sidecar",
  takeout: "from Google Takeout",
  file: "from the file itself",
};

/** `★★★★½` */
export function stars(rating: number): string {
  return "★".repeat(Math.floor(rating)) + (rating % 1 ? "½" : "");
}

/** `2020-01-24 23:11:53 +01:00`, as a form shows it. */
export function dateText({ atMs, offsetMin, isDay }: DatedWord): string {
  const local = new Date(atMs + (offsetMin ?? 0) * 60_000).toISOString();
  if (isDay) return local.slice(0, 10);
  const text = `${local.slice(0, 10)} ${local.slice(11, 19)}`;
  if (offsetMin === null) return text;
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.abs(offsetMin);
  return `${text} ${offsetMin < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `45.5, 10.6` */
export function placeText({ lat, lon }: { lat: number; lon: number }): string {
  return `${Number(lat.toFixed(6))}, ${Number(lon.toFixed(6))}`;
}

/** Any value in one line, for comparing. */
export function valueText(field: FactField, value: unknown): string {
  if (value === undefined || value === null || value === "") return "nothing";
  if (Array.isArray(value)) return value.join(", ") || "nothing";
  if (field === "capturedAt") return dateText(value as DatedWord);
  if (field === "gps") return placeText(value as { lat: number; lon: number });
  if (field === "rating") return stars(Number(value)) || "none";
  if (field === "favourite") return value ? "yes" : "no";
  const text = String(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
