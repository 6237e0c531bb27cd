// The words for ffmpeg that take an exact stretch out of a film or sound: upright, in ordinary colours, with even frames, and
// sound that is as long as the picture to the sample. What is shown at its start is shown first, however old that frame is.

import type { Capabilities } from "./capabilities.ts";
import { audioToPlay } from "./encode-plan.ts";
import { input } from "./ffmpeg.ts";
import type { Probe, VideoStream } from "./ffprobe.ts";
import { toneMap } from "./filters.ts";

export interface Stretch {
  path: string;
  probe: Probe;
  startS: number;
  endS: number;
  /** One picture that stands for as long as that. */
  isStill?: boolean;
  /** Its sound comes and goes over so long: one that begins in the middle of a wave clicks. */
  fadeS?: number;
}

/** Frames per second as a fraction: 30000/1001. */
export interface Rate {
  over: number;
  under: number;
}

export interface Size {
  width: number;
  height: number;
}

export type Able = Pick<Capabilities, "filters" | "toneMapping">;

/** The picture fills `size`; with `pad` its shape is kept and the rest is black. */
export function cutPicture(
  stretch: Stretch,
  video: VideoStream,
  { rate, size, pad, from = 0 }: { rate: Rate; size: Size; pad: boolean; from?: number },
  able: Able,
): string {
  const frames = framesIn(stretch, rate);
  const lead = leadOf(stretch);
  const words = [
    // Only frames that are marked as interlaced are touched.
    ...(video.interlaced === false
      ? []
      : [`${able.filters.has("bwdif") ? "bwdif" : "yadif"}=deint=interlaced`]),
    ...(lead > 0 ? [`setpts=PTS-${lead}/TB`] : []),
    `fps=${rate.over}/${rate.under}:start_time=0`,
    ...shortfall(stretch, video),
    `trim=end_frame=${frames}`,
    ...scaled(size, pad, video, able),
    sayBt709,
  ];
  return `[${from}:${video.index}]${words.join(",")}`;
}

/** Stereo at 48 kHz, silent where the source has no sound. */
export function cutSound(stretch: Stretch, rate: Rate, from = 0): string {
  const audio = audioToPlay(stretch.probe.audio);
  const samples = Math.round((framesIn(stretch, rate) * rate.under * 48_000) / rate.over);
  const end = `atrim=end_sample=${samples}`;
  if (!audio) return `anullsrc=channel_layout=stereo:sample_rate=48000,${end}`;
  const lead = leadOf(stretch);
  const words = [
    ...(lead > 0 ? [`asetpts=PTS-${lead}/TB`] : []),
    "atrim=start=0",
    "aresample=48000:async=1:first_pts=0",
    "aformat=channel_layouts=stereo",
    "apad",
    end,
    ...fades(stretch, samples / 48_000),
  ];
  return `[${from}:${audio.index}]${words.join(",")}`;
}

function fades({ fadeS }: Stretch, lengthS: number): string[] {
  if (!fadeS) return [];
  const s = Math.min(fadeS, lengthS / 2);
  return [`afade=t=in:d=${s.toFixed(3)}`, `afade=t=out:st=${(lengthS - s).toFixed(3)}:d=${s.toFixed(3)}`];
}

/** From the keyframe before it: a frame may be shown for long, and its time is before the start. */
export function cutInput(stretch: Stretch): string[] {
  const from = stretch.startS - leadOf(stretch);
  return input(stretch.path, from > 0 ? ["-noaccurate_seek", "-ss", from.toFixed(6)] : []);
}

/** At least one. Times in whole milliseconds mean the frame that is nearest. */
export function framesIn({ startS, endS }: Pick<Stretch, "startS" | "endS">, { over, under }: Rate): number {
  return Math.max(1, Math.round(((endS - startS) * over) / under));
}

/** The source's own, where it is steady; else the next common one above. At most 60 a second. */
export function rateOf(fps: number | null): Rate {
  if (!fps || fps > 1000) return { over: 30, under: 1 };
  const ntsc = [24, 30, 60].find((whole) => Math.abs((whole * 1000) / 1001 - fps) < 0.006);
  if (ntsc) return { over: ntsc * 1000, under: 1001 };
  const halves = Math.round(fps * 2);
  const isSteady = Math.abs(halves / 2 - fps) < 0.006;
  if (!isSteady) return { over: [25, 30, 50].find((common) => common > fps - 0.1) ?? 60, under: 1 };
  let [over, under] = [halves, 2];
  while (over / under > 60) under *= 2;
  while (over / under < 10) over *= 2;
  return over % under === 0 ? { over: over / under, under: 1 } : { over, under };
}

/** Even, within `most`, never enlarged. */
export function fitted({ width, height }: Size, most: Size): Size {
  const scale = Math.min(1, most.width / width, most.height / height);
  const even = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  return { width: even(width), height: even(height) };
}

/** Containers without an index find a place by guessing, and may land behind it. */
function leadOf({ probe, startS }: Stretch): number {
  return exact.has(probe.container) ? 0 : Math.min(startS, 10);
}

const exact = new Set(["mov", "matroska", "webm"]);

/** Where sound goes on for longer than the picture, its last frame stands; a film that breaks off is not filled up. */
function shortfall({ probe, endS, isStill }: Stretch, video: VideoStream): string[] {
  const pictureS = isStill ? 0 : (video.durationS ?? probe.durationS ?? endS);
  const missingS = Math.min(endS, Math.max(0, endS - pictureS)) + 0.5;
  return [`tpad=stop_mode=clone:stop_duration=${missingS.toFixed(3)}`];
}

/** Other colours are the most work of all: they are made where the picture is smallest, and before there are black edges. */
function scaled(size: Size, pad: boolean, video: VideoStream, able: Able): string[] {
  const { width, height } = pad ? insideOf(video, size) : size;
  const scale = [`scale=${width}:${height}:flags=bicubic${matrixWords(video)}`, "setsar=1"];
  const colours = isHdr(video) && able.toneMapping ? toneMap("yuv420p", "tv") : "format=yuv420p";
  const grows = width * height > video.width * video.height;
  const edges = pad ? [`pad=${size.width}:${size.height}:(ow-iw)/2:(oh-ih)/2`] : [];
  return [...(grows && isHdr(video) ? [colours, ...scale] : [...scale, colours]), ...edges];
}

/** As large as fits, in the source's shape. */
function insideOf(video: Size, size: Size): Size {
  const scale = Math.min(size.width / video.width, size.height / video.height);
  const even = (length: number, most: number) =>
    Math.max(2, Math.min(most, Math.round((length * scale) / 2) * 2));
  return { width: even(video.width, size.width), height: even(video.height, size.height) };
}

/** All end up in BT.709: players take that for anything that does not say, and RGB carries no matrix of its own. */
function matrixWords({ pixelFormat, matrix, height, hdr }: VideoStream): string {
  if (/^(0?rgb|0?bgr|gbr|argb|abgr|pal8)/.test(pixelFormat ?? ""))
    return ":out_color_matrix=bt709:out_range=tv";
  if (hdr) return "";
  const isOld = matrix === null ? height < 720 : /^(bt470bg|smpte170m|fcc)$/.test(matrix);
  return isOld ? ":in_color_matrix=bt601:out_color_matrix=bt709" : "";
}

/** Nothing before it may say otherwise: pieces that differ in this cannot be joined. */
export const sayBt709 = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv";

export function isHdr({ hdr }: VideoStream): boolean {
  return hdr === "hdr10" || hdr === "hlg";
}
