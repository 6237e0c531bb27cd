// Decides what a film needs so that browsers play it: nothing, another container, or new streams. Pure.

import type { AudioStream, Probe, VideoStream } from "./ffprobe.ts";
import { type Obstacle, obstacleOf, playsVideo } from "./playable.ts";

/** What somebody asked for beyond "playable". */
export interface Limits {
  /** kbit/s. */
  targetBitrate?: number;
  maxHeight?: number;
}

export interface Picture {
  /** Even, with square pixels, upright. */
  width: number;
  height: number;
  /** 2: every second frame is left out. */
  frameStep: number;
  deinterlace: boolean;
  toneMap: boolean;
  /** Frames per second of what comes out; null when the source does not say. */
  fps: number | null;
}

export interface EncodePlan {
  /** For the log. */
  why: string;
  container: "mp4" | "webm";
  video: VideoStream;
  /** `copy`: the stream is taken over as it is. */
  picture: Picture | "copy";
  audio: AudioStream | null;
  sound: "copy" | "encode";
  /** How long the result has to be at least; null when the source does not say. */
  durationS: number | null;
  /** And at most. */
  upToS: number | null;
}

export type Film = Probe & { video: VideoStream };

/** What to try, best first; or why there is nothing to do. */
export function planEncode(film: Film, mimeType: string, limits: Limits = {}): EncodePlan[] | string {
  const audio = audioToPlay(film.audio);
  const obstacle = obstacleTo(film, audio, mimeType);
  const above = exceeds(film, limits);
  if (!obstacle && !above) return `already playable: ${inWords(film.video, audio)}`;
  const why = above ?? `browsers do not play ${obstacle?.what ?? `${film.container} files`}`;
  const common = { why, video: film.video, audio, ...lengthOf(film, audio) };
  const encode: EncodePlan = {
    ...common,
    container: "mp4",
    picture: pictureOf(film.video, limits.maxHeight),
    sound: "encode",
  };
  const copy = above || !keepsTimes.has(film.container) ? undefined : copyPlan(common);
  return copy ? [copy, encode] : [encode];
}

/** Containers that say when each frame is shown. In an AVI that is lost where frames refer to later ones. */
const keepsTimes = new Set("mov matroska webm mpegts flv".split(" "));

/** The track marked as default, else the first; commentaries and what cannot be decoded only when there is no other. */
export function audioToPlay(tracks: AudioStream[]): AudioStream | null {
  const real = tracks.filter((t) => t.codec !== "unknown" && (t.channels ?? 0) > 0);
  const main = real.filter((t) => !t.isExtra);
  const from = main.length > 0 ? main : real;
  return from.find((t) => t.isDefault) ?? from[0] ?? null;
}

/** Into 1920×1080, or 1080×1920, and within what H.264 level 4.1 can carry: every film plays on every device. */
export function pictureOf(video: VideoStream, maxHeight = 1080): Picture {
  const { width, height, fps } = video;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const scale = Math.min(1, maxHeight / short, even((maxHeight * 16) / 9) / long);
  const size = { width: even(width * scale), height: even(height * scale) };
  const blocks = Math.ceil(size.width / 16) * Math.ceil(size.height / 16);
  const frameStep = fps ? Math.max(1, Math.ceil((fps * blocks) / level41BlocksPerS - 0.01)) : 1;
  return {
    ...size,
    frameStep,
    deinterlace: video.interlaced !== false && mayBeInterlaced.has(video.codec),
    toneMap: video.hdr === "hdr10" || video.hdr === "hlg",
    fps: fps && fps / frameStep,
  };
}

const level41BlocksPerS = 245_760;
const mayBeInterlaced = new Set("h264 hevc mpeg2video mpeg4 mpeg1video vc1 dvvideo prores ffv1".split(" "));

/** To the nearest, of two equally near the smaller. */
function even(length: number): number {
  return Math.max(2, Math.ceil(length / 2 - 0.5) * 2);
}

function obstacleTo(film: Film, audio: AudioStream | null, mimeType: string): Obstacle | undefined {
  const { codec, pixelFormat } = film.video;
  // Encoding it says what is the matter.
  if (!pixelFormat) return { part: "video", what: `${codec} video of which ffprobe could decode nothing` };
  return obstacleOf({
    mimeType,
    container: film.container,
    video: codec,
    pixelFormat,
    audio: audio?.codec,
  });
}

function exceeds(film: Film, { maxHeight, targetBitrate }: Limits): string | undefined {
  const short = Math.min(film.video.width, film.video.height);
  if (maxHeight && short > maxHeight) return `it is ${short} pixels high, more than ${maxHeight}`;
  if (targetBitrate && film.bitrateKbps && film.bitrateKbps > targetBitrate)
    return `it has ${film.bitrateKbps} kbit/s, more than ${targetBitrate}`;
  return undefined;
}

/** Streams that play already only change their container. */
function copyPlan(
  common: Pick<EncodePlan, "why" | "video" | "audio" | "durationS" | "upToS">,
): EncodePlan | undefined {
  const { video, audio } = common;
  if (!video.pixelFormat || !playsVideo(video.codec, video.pixelFormat) || video.interlaced) return undefined;
  const copied = { ...common, picture: "copy" as const };
  if (video.codec === "h264")
    return { ...copied, container: "mp4", sound: copiesIntoMp4(audio) ? "copy" : "encode" };
  if (!audio || /^(opus|vorbis)$/.test(audio.codec)) return { ...copied, container: "webm", sound: "copy" };
  if (video.codec === "vp8") return undefined;
  return { ...copied, container: "mp4", sound: copiesIntoMp4(audio) ? "copy" : "encode" };
}

function copiesIntoMp4(audio: AudioStream | null): boolean {
  if (!audio || (audio.channels ?? 0) > 2) return false;
  return audio.codec === "mp3" || (audio.codec === "aac" && /^(LC|HE-AAC.*)$/.test(audio.profile ?? "LC"));
}

/** Of the streams that are kept, since a subtitle may be said to last longer; one that starts later ends with the film. */
export function lengthOf(film: Film, audio: AudioStream | null): Pick<EncodePlan, "durationS" | "upToS"> {
  const lengths = [film.video.durationS, audio ? audio.durationS : 0];
  const ofStreams = lengths.includes(null) ? null : Math.max(...(lengths as number[]));
  const said = [ofStreams, film.durationS].filter((length) => length !== null);
  if (said.length === 0) return { durationS: null, upToS: null };
  return { durationS: Math.min(...said), upToS: Math.max(...said) };
}

export function inWords(video: VideoStream, audio: AudioStream | null): string {
  const sound = audio ? `${audio.codec} sound` : "no sound";
  return `${video.codec} ${video.width}×${video.height}, ${sound}`;
}
