// Text subtitles out of a film: all tracks in one reading of it, as WebVTT; ASS is kept as it is as well.

import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import { input } from "./ffmpeg.ts";
import type { Probe, SubtitleStream } from "./ffprobe.ts";
import type { Media } from "./media.ts";
import { type Cue, legacyEncoding, readCues, toText } from "./webvtt.ts";

export interface ReadTrack {
  stream: SubtitleStream;
  cues: Cue[];
  /** The script itself, of a track in ASS or SSA. */
  ass: string | null;
}

interface ReadOptions {
  /** For ffmpeg's output; its owner removes it. */
  folder: string;
  signal?: AbortSignal;
  onProgress?: (percent: number) => void;
  /** Why a track was left out. */
  onFault?: (stream: SubtitleStream, reason: string) => void;
}

/** Why this build makes no text of a track; undefined where it does. */
export function whyNoText({ codec }: Pick<SubtitleStream, "codec">): string | undefined {
  if (textCodecs.has(codec)) return undefined;
  if (pictureCodecs.has(codec)) return "its subtitles are pictures, not text";
  return codec === "dvb_teletext"
    ? "teletext pages are not read"
    : `subtitles of the kind ${codec} are not read`;
}

/** One by one where they cannot be read together: a damaged track does not cost the others. */
export async function readSubtitles(
  media: Pick<Media, "ffmpeg">,
  path: string,
  probe: Probe,
  streams: SubtitleStream[],
  options: ReadOptions,
): Promise<ReadTrack[]> {
  try {
    await write(media, path, probe, streams, options);
    return await Promise.all(streams.map((stream) => readTrack(stream, options.folder)));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isOfTrack(error)) throw error;
    if (streams.length > 1) return await readEach(media, path, probe, streams, options);
    options.onFault?.(streams[0]!, (error as Error).message);
    return [];
  }
}

const textCodecs = new Set(
  "subrip srt ass ssa mov_text webvtt text eia_608 subviewer subviewer1 microdvd sami realtext stl jacosub mpl2 pjs vplayer".split(
    " ",
  ),
);
const pictureCodecs = new Set("dvd_subtitle hdmv_pgs_subtitle dvb_subtitle xsub".split(" "));
/** Far beyond any film's; reading more would hold up everybody else. */
const mostBytes = 16 << 20;

const isAss = ({ codec }: SubtitleStream) => codec === "ass" || codec === "ssa";
const placeOf = (folder: string, stream: SubtitleStream, extension: string) =>
  join(folder, `${stream.index}.${extension}`);

async function readEach(
  media: Pick<Media, "ffmpeg">,
  path: string,
  probe: Probe,
  streams: SubtitleStream[],
  options: ReadOptions,
): Promise<ReadTrack[]> {
  const tracks: ReadTrack[] = [];
  for (const [n, stream] of streams.entries()) {
    const onProgress = (percent: number) => options.onProgress?.((100 * n + percent) / streams.length);
    tracks.push(...(await readSubtitles(media, path, probe, [stream], { ...options, onProgress })));
  }
  return tracks;
}

async function write(
  media: Pick<Media, "ffmpeg">,
  path: string,
  probe: Probe,
  streams: SubtitleStream[],
  { folder, signal, onProgress }: ReadOptions,
): Promise<void> {
  // What is no UTF-8 comes out as it is, and is read by us: ffmpeg would leave such cues out.
  const args = input(path, ["-sub_charenc_mode", "ignore"]);
  for (const stream of streams) {
    const from = ["-map", `0:${stream.index}`];
    args.push(...from, "-c:s", "webvtt", "-f", "webvtt", `file:${placeOf(folder, stream, "vtt")}`);
    if (isAss(stream))
      args.push(...from, "-c:s", "ass", "-f", "ass", `file:${placeOf(folder, stream, "ass")}`);
  }
  await media.ffmpeg([...args, ...pace(probe)], {
    signal,
    durationS: probe.durationS,
    onProgress,
    // A large film whose only subtitle comes late is read in silence.
    silenceMs: 30 * 60_000,
  });
}

/**
 * Containers that are read from end to end anyway also hand out a sound, which goes nowhere: its times say how far it is,
 * where subtitles are few. An mp4 is not: only its subtitles are read, whatever its size.
 */
function pace({ container, audio }: Probe): string[] {
  if (!audio[0] || container === "mov") return [];
  return ["-map", `0:${audio[0].index}`, "-c", "copy", "-f", "null", "-"];
}

async function readTrack(stream: SubtitleStream, folder: string): Promise<ReadTrack> {
  const encoding = legacyEncoding(stream.language);
  const cues = await readCues(await bytesOf(placeOf(folder, stream, "vtt")), encoding);
  const ass = isAss(stream) ? toText(await bytesOf(placeOf(folder, stream, "ass")), encoding) : null;
  return { stream, cues, ass };
}

async function bytesOf(path: string): Promise<Uint8Array> {
  if ((await stat(path)).size > mostBytes)
    throw new GiveUp("input.unsupported", `The track holds more than ${mostBytes >> 20} MB of text.`);
  const bytes = await readFile(path);
  await rm(path);
  return bytes;
}

function isOfTrack(error: unknown): boolean {
  return error instanceof GiveUp || (error instanceof JobFailure && error.code === "tool.crashed");
}
