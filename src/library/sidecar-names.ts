// Which files in a folder describe which media file, by their names alone. Google Takeout's are the odd ones: its names are
// cut at 46 letters, and a number in brackets moves to the end.

import type { SidecarForm } from "../media/sidecar.ts";
import { mediaTypeOf } from "./media-types.ts";

export interface SidecarName {
  name: string;
  form: SidecarForm;
}

export interface SubtitleName {
  name: string;
  format: "srt" | "vtt" | "ass";
  /** ISO 639, or null where the name does not say. */
  language: string | null;
  isForced: boolean;
  isDefault: boolean;
  isHearingImpaired: boolean;
}

/** The names in one folder, ready to be asked about each media file in it. */
export class FolderNames {
  /** By their names in lower case. */
  private readonly sidecars = new Map<string, string>();
  private readonly subtitles = new Map<string, string[]>();
  /** Of films, in lower case. */
  private readonly stems = new Set<string>();
  private films = 0;

  constructor(names: Iterable<string>) {
    const texts: string[] = [];
    for (const name of names) {
      if (/\.(nfo|xmp|json)$/i.test(name)) this.sidecars.set(name.toLowerCase(), name);
      else if (/\.(srt|vtt|ass|ssa)$/i.test(name)) texts.push(name);
      else if (mediaTypeOf(name)?.type === "video") {
        this.films++;
        this.stems.add(stemOf(name).toLowerCase());
      }
    }
    for (const text of texts) {
      const owner = this.ownerOf(text);
      if (owner !== undefined) this.subtitles.set(owner, [...(this.subtitles.get(owner) ?? []), text]);
    }
  }

  get isEmpty(): boolean {
    return this.sidecars.size === 0 && this.subtitles.size === 0;
  }

  /** The most particular first: what it says comes before what the next one says. */
  factsFor(name: string): SidecarName[] {
    const lower = name.toLowerCase();
    const type = mediaTypeOf(name)?.type;
    const found = (form: SidecarForm, ...names: string[]) =>
      names.flatMap((one) => (this.sidecars.has(one) ? [{ name: this.sidecars.get(one)!, form }] : []));
    const isOnlyFilm = type === "video" && this.films === 1;
    return [
      ...found("xmp", `${lower}.xmp`, `${stemOf(lower)}.xmp`),
      ...found("nfo", `${lower}.nfo`, `${stemOf(lower)}.nfo`, ...(isOnlyFilm ? ["movie.nfo"] : [])),
      ...found("takeout", ...takeoutNames(lower, type === "video")).slice(0, 1),
    ];
  }

  subtitlesFor(name: string): SubtitleName[] {
    if (mediaTypeOf(name)?.type !== "video") return [];
    const stem = stemOf(name).toLowerCase();
    return (this.subtitles.get(stem) ?? []).sort().map((one) => subtitleNamed(one, stem.length));
  }

  /** The film with the longest name that it goes on from: `Holiday.2.en.srt` is of `Holiday.2.mkv`. */
  private ownerOf(text: string): string | undefined {
    let stem = stemOf(text).toLowerCase();
    while (stem !== "" && !this.stems.has(stem)) {
      const shorter = stemOf(stem);
      if (shorter === stem) return undefined;
      stem = shorter;
    }
    return stem || undefined;
  }
}

/** In lower case, the likeliest first. */
function takeoutNames(name: string, isFilm: boolean): string[] {
  const stem = stemOf(name);
  const extension = name.slice(stem.length);
  const original = edited.exec(stem);
  const numbered = /^(.*)(\(\d+\))$/.exec(stem);
  return [
    ...(numbered ? described(`${numbered[1]}${extension}`, numbered[2]!) : []),
    ...described(name, ""),
    ...(original ? takeoutNames(`${original[1]}${original[3] ?? ""}${extension}`, false) : []),
    // The film in a picture that moves has none of its own.
    ...(isFilm ? [".heic", ".jpg", ".jpeg"].flatMap((picture) => takeoutNames(stem + picture, false)) : []),
  ];
}

function described(name: string, number: string): string[] {
  const whole = "supplemental-metadata";
  const cut = Array.from(
    { length: whole.length + 1 },
    (_, n) => `${name}.${whole.slice(0, whole.length - n)}`,
  );
  return [...cut, name, name.slice(0, 46), stemOf(name).slice(0, 46)].map((one) => `${one}${number}.json`);
}

/** In the languages that Takeout speaks most. */
const edited =
  /^(.+)-(edited|bearbeitet|modifi[eé]|editado|modificato|bewerkt|edytowane|redigerad|muokattu|編集済み)(\(\d+\))?$/;

/** `film.de.forced.srt`: what stands between the film's name and the ending, in any order. */
function subtitleNamed(name: string, stemLength: number): SubtitleName {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const words = name
    .slice(stemLength, name.lastIndexOf("."))
    .toLowerCase()
    .split(/[.\s_]+/)
    .filter(Boolean);
  const has = (...some: string[]) => some.some((word) => words.includes(word));
  return {
    name,
    format: ending === "ssa" ? "ass" : (ending as SubtitleName["format"]),
    language: words.map(languageOf).find((code) => code !== undefined) ?? null,
    isForced: has("forced", "foreign"),
    isDefault: has("default"),
    isHearingImpaired: has("sdh", "cc", "hi"),
  };
}

const flags = new Set(["forced", "foreign", "default", "sdh", "cc", "hi", "full", "sub", "subs"]);

function languageOf(word: string): string | undefined {
  if (flags.has(word)) return undefined;
  if (/^[a-z]{2,3}(-[a-z0-9]{2,4})?$/.test(word)) {
    const base = older[word] ?? word;
    return languageNames.of(base) === undefined ? undefined : base;
  }
  return byName().get(word);
}

const languageNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
/** The library codes of ISO 639-2. */
const older: Record<string, string> = {
  ger: "deu",
  fre: "fra",
  dut: "nld",
  chi: "zho",
  cze: "ces",
  gre: "ell",
  rum: "ron",
  slo: "slk",
  per: "fas",
  ice: "isl",
  alb: "sqi",
  arm: "hye",
  baq: "eus",
  bur: "mya",
  geo: "kat",
  mac: "mkd",
  may: "msa",
  tib: "bod",
  wel: "cym",
};

/** `german`, `deutsch`. Made when it is first asked for. */
function byName(): Map<string, string> {
  if (names.size > 0) return names;
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  for (const code of letters.flatMap((a) => letters.map((b) => a + b))) {
    const english = languageNames.of(code);
    if (english === undefined) continue;
    names.set(english.toLowerCase(), code);
    const own = new Intl.DisplayNames([code], { type: "language", fallback: "none" }).of(code);
    if (own && !names.has(own.toLowerCase())) names.set(own.toLowerCase(), code);
  }
  return names;
}
const names = new Map<string, string>();

function stemOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}
