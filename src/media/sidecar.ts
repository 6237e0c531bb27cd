// A sidecar beside a media file: what it says, in our own words. Runs in the native child only: it parses what strangers
// wrote. Whatever is wrong with it is `GiveUp("sidecar.invalid")`, with a reason for people.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { GiveUp } from "../runtime/errors.ts";
import type { Place } from "./exif.ts";

export type SidecarForm = "nfo" | "xmp" | "takeout";

/** What may be said about a file from outside it. */
export interface Said {
  title?: string;
  description?: string;
  /** 0 to 5, halves too. */
  rating?: number;
  tags?: string[];
  /** Names of people on it. */
  people?: string[];
  favourite?: boolean;
  capturedAt?: DatedWord;
  gps?: Place;
}

export interface DatedWord {
  /** Milliseconds since 1970. Without an offset the wall clock read as UTC, unless `isUtc`. */
  atMs: number;
  /** Minutes east of UTC. */
  offsetMin: number | null;
  /** The moment is certain, only the zone is not known. */
  isUtc?: boolean;
  /** Only the day is known. */
  isDay?: boolean;
  /** Of the file's own: where in it. */
  from?: string;
}

export const mostSidecarBytes = 2 << 20;

export async function readSidecar({ path, form }: { path: string; form: SidecarForm }): Promise<Said> {
  const bytes = await readSmall(path);
  const { decodeText } = await import("./text-encoding.ts");
  const text = decodeText(bytes);
  const parse = {
    nfo: async () => (await import("./sidecar-nfo.ts")).nfoFacts(text),
    xmp: async () => (await import("./sidecar-xmp.ts")).xmpFacts(text),
    takeout: async () => (await import("./sidecar-takeout.ts")).takeoutFacts(text),
  }[form];
  return tidy(await parse());
}

/** A regular file of a bearable size; a link is not followed. */
export async function readSmall(path: string): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error) => {
      if (error.code === "ELOOP") throw unusable("it is a symbolic link, which is not followed");
      throw error;
    },
  );
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw unusable("it is no regular file");
    if (found.size > mostSidecarBytes)
      throw unusable(`it holds ${(found.size / 1e6).toFixed(1)} MB; sidecars are read up to 2 MB`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(found.size), 0, found.size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

export function unusable(reason: string): GiveUp {
  return new GiveUp("sidecar.invalid", reason);
}

/** Within bounds, without control characters, and nothing that says nothing. */
export function tidy(said: Said): Said {
  const { title, description, rating, tags, people, favourite, capturedAt, gps } = said;
  return defined({
    title: line(title, 300),
    description: lines(description),
    rating: rating !== undefined && rating >= 0.5 && rating <= 5 ? Math.round(rating * 2) / 2 : undefined,
    tags: names(tags),
    people: names(people),
    favourite: favourite === true ? true : undefined,
    capturedAt,
    gps,
  });
}

/** One line, or undefined for none. */
export function line(text: string | undefined, most: number): string | undefined {
  const clean = (text ?? "").replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return clean ? [...clean].slice(0, most).join("") : undefined;
}

function lines(text: string | undefined): string | undefined {
  const clean = (text ?? "")
    .replace(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what goes.
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
    .trim();
  return clean ? clean.slice(0, 10_000) : undefined;
}

/** Each once, whatever its case. */
export function names(list: string[] | undefined): string[] | undefined {
  const clean = new Map<string, string>();
  for (const text of list ?? []) {
    const name = line(text.replaceAll(",", " "), 100);
    if (name && !clean.has(name.toLowerCase())) clean.set(name.toLowerCase(), name);
  }
  return clean.size > 0 ? [...clean.values()].slice(0, 200) : undefined;
}

function defined(said: Said): Said {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Said;
}
