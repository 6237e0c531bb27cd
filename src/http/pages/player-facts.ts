// What the player of a file's page needs to know besides the film: how it streams, pictures for the seek bar, subtitles,
// chapters and moments.

import type { PlayerFacts, SubtitleTrack } from "../../../views/parts/player.tsx";
import type { DerivativeRow, FileRow } from "../../db/tables/library.ts";

type MomentMark = PlayerFacts["moments"][number];

/** Null for what has no time: pictures. */
export function playerFacts(
  file: FileRow,
  derivatives: DerivativeRow[],
  moments: MomentMark[],
): PlayerFacts | null {
  if (file.type === "image") return null;
  const { video, chapters } = (file.metadata ?? {}) as Probed;
  const made = (kind: string) => derivatives.find((d) => d.kind === kind);
  const addressed = (kind: string, path: string) => {
    const one = made(kind);
    return one ? `/api/files/${file.id}/${path}?v=${one.createdAt.getTime()}` : null;
  };
  return {
    fileId: file.id,
    hls: addressed("hls", "hls/index.m3u8"),
    sprite: addressed("sprite", "sprite.vtt"),
    durationS: file.durationS,
    fps: video?.fps ?? null,
    subtitles: subtitleTracks(file, derivatives),
    chapters: (chapters ?? []).length > 1 ? chapters! : [],
    moments: moments.map(({ id, startMs, endMs, title }) => ({ id, startMs, endMs, title })),
  };
}

/** Of what `file-metadata` found. */
interface Probed {
  video?: { fps?: number | null };
  chapters?: PlayerFacts["chapters"];
}

/** What browsers take: WebVTT. The first that is default or forced shows itself. */
function subtitleTracks(file: FileRow, derivatives: DerivativeRow[]): SubtitleTrack[] {
  const tracks = derivatives.filter(
    (d) => d.kind === "subtitles" && d.mimeType.startsWith("text/vtt") && d.facts?.cues !== 0,
  );
  const shown = tracks.find((d) => factsOf(d).isDefault) ?? tracks.find((d) => factsOf(d).isForced);
  return tracks.map((track) => ({
    src: `/api/files/${file.id}/subtitles/${track.variant}.vtt?v=${track.createdAt.getTime()}`,
    label: labelOf(factsOf(track), track.variant),
    language: factsOf(track).language ?? null,
    isDefault: track === shown,
  }));
}

interface SubtitleFacts {
  language?: string | null;
  title?: string | null;
  isDefault?: boolean;
  isForced?: boolean;
  isHearingImpaired?: boolean;
}

const factsOf = ({ facts }: DerivativeRow) => (facts ?? {}) as SubtitleFacts;

/** What is in the player's menu: `English`, `English (SDH)`. */
function labelOf({ language, title, isForced, isHearingImpaired }: SubtitleFacts, variant: string): string {
  const tongue = language && languageName(language);
  const isSaid = tongue && title?.toLowerCase().includes(tongue.toLowerCase());
  const notes = [
    tongue && !isSaid && title,
    isForced && !/forced/i.test(title ?? "") && "forced",
    isHearingImpaired && !/hearing|\bsdh\b|\bcc\b/i.test(title ?? "") && "SDH",
  ].filter(Boolean);
  const name = (isSaid ? title : tongue || title) || `Track ${Number.parseInt(variant, 10) || variant}`;
  return notes.length > 0 ? `${name} (${notes.join(", ")})` : name;
}

const names = new Intl.DisplayNames("en", { type: "language", fallback: "code" });

/** `ger` and `deu` and `de` are German; what is no language stays as it is. */
export function languageName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
