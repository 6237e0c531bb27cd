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
}

const factsOf = ({ facts }: DerivativeRow) => (facts ?? {}) as SubtitleFacts;

function labelOf({ language, title, isForced }: SubtitleFacts, variant: string): string {
  const name = title || (language && languageName(language)) || `Track ${variant}`;
  return isForced && !/forced/i.test(name) ? `${name} (forced)` : name;
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
