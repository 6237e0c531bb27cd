// The subtitles of a file, taken out of it or found beside it: derivatives of the kind `subtitles`. A track is `2-eng`, by its
// stream and language, or `side-eng`; its variant is the track, with `.ass` where it is the script instead of WebVTT.

import type { Db } from "../db/open.sqlite.ts";
import type { DerivativeRow } from "../db/tables/library.ts";
import { findDerivative } from "./derivatives.ts";

export interface SubtitleFacts {
  track: string;
  /** As the file says it, `eng` or `en`; null where it does not. */
  language: string | null;
  title: string | null;
  isDefault: boolean;
  isForced: boolean;
  /** It also says what is heard. */
  isHearingImpaired: boolean;
  /** Of the stream it came from: `subrip`. */
  codec: string;
  format: "vtt" | "ass";
  source: "embedded" | "sidecar";
  cues: number;
}

export interface SubtitleView extends Omit<SubtitleFacts, "cues" | "codec"> {
  url: string;
}

export const subtitlesKind = "subtitles";

export function subtitleVariant({ track, format }: Pick<SubtitleFacts, "track" | "format">): string {
  return format === "vtt" ? track : `${track}.${format}`;
}

/** A language as part of a name: `und` where the file says none, or something that is none. */
export function languageTag(language: string | null): string {
  return language && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(language) ? language : "und";
}

/** Tracks that say something, defaults first within what the file's order is. */
export function subtitlesIn(fileId: number, derivatives: DerivativeRow[], basePath: string): SubtitleView[] {
  return derivatives
    .filter(({ kind, facts }) => kind === subtitlesKind && facts !== null && facts.cues !== 0)
    .map((row) => view(fileId, row, basePath))
    .sort((a, b) => orderOf(a) - orderOf(b) || a.track.localeCompare(b.track));
}

/** `2-eng.vtt` or `2-eng.ass`. */
export async function findSubtitle(db: Db, fileId: number, name: string): Promise<DerivativeRow | undefined> {
  const [, track, format] = /^([\w.-]+)\.(vtt|ass)$/.exec(name) ?? [];
  if (!track) return undefined;
  return await findDerivative(
    db,
    fileId,
    subtitlesKind,
    subtitleVariant({ track, format: format as "vtt" | "ass" }),
  );
}

function view(fileId: number, row: DerivativeRow, basePath: string): SubtitleView {
  const facts = row.facts as Partial<SubtitleFacts>;
  const format = facts.format ?? "vtt";
  const track = facts.track ?? row.variant.replace(/\.ass$/, "");
  return {
    track,
    language: facts.language ?? null,
    title: facts.title ?? null,
    format,
    isDefault: facts.isDefault ?? false,
    isForced: facts.isForced ?? false,
    isHearingImpaired: facts.isHearingImpaired ?? false,
    source: facts.source ?? "embedded",
    url: `${basePath}/api/files/${fileId}/subtitles/${track}.${format}?v=${row.createdAt.getTime()}`,
  };
}

/** Streams by their number, sidecars after them. */
function orderOf({ track }: SubtitleView): number {
  const number = Number.parseInt(track, 10);
  return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
}
