// Makes a film that browsers play, by a plan of encode-plan.ts, and looks at what came out before anybody keeps it.

import { GiveUp, JobFailure } from "../runtime/errors.ts";
import type { Capabilities } from "./capabilities.ts";
import { claimedSizeBytes } from "./container-end.ts";
import { type EncodePlan, inWords, type Picture } from "./encode-plan.ts";
import { type FfmpegOptions, input } from "./ffmpeg.ts";
import type { Probe } from "./ffprobe.ts";
import { toneMap } from "./filters.ts";
import type { Media } from "./media.ts";

export const presets = [
  "ultrafast",
  "superfast",
  "veryfast",
  "faster",
  "fast",
  "medium",
  "slow",
  "slower",
  "veryslow",
] as const;

export interface Quality {
  preset: (typeof presets)[number];
  crf: number;
  /** kbit/s; the most that is spent over two seconds. */
  targetBitrate?: number;
}

export interface VideoEncoder {
  name: string;
  label: string;
  args(picture: Picture, quality: Quality): string[];
}

const x264: VideoEncoder = {
  name: "libx264",
  label: "x264 on the CPU",
  args: ({ fps }, { preset, crf, targetBitrate }) => [
    ...["-c:v", "libx264", "-preset", preset, "-crf", String(crf)],
    ...["-profile:v", "high", "-level:v", "4.1", "-pix_fmt", "yuv420p"],
    // The slow presets would look back at more frames than level 4.1 lets a player keep.
    ...(["slow", "slower", "veryslow"].includes(preset) ? ["-refs", "4"] : []),
    // Without it the fastest preset makes another profile than High.
    ...["-8x8dct", "1"],
    ...(targetBitrate ? ["-maxrate", `${targetBitrate}k`, "-bufsize", `${2 * targetBitrate}k`] : []),
    // A place to jump to every four seconds or so.
    ...["-g", String(Math.min(240, Math.max(24, Math.round(4 * (fps ?? 30)))))],
  ],
};

/** Best first. */
const encoders: VideoEncoder[] = [x264];

export function chooseEncoder(able: Pick<Capabilities, "encoders">): VideoEncoder {
  const found = encoders.find((encoder) => able.encoders.has(encoder.name));
  if (found) return found;
  throw new JobFailure("tool.missing", "This ffmpeg has no encoder for H.264: it was built without libx264.");
}

/** Writes `to`, whose name ends as the plan's container is called. Answers what came out. */
export async function encodeFilm(
  media: Pick<Media, "ffmpeg" | "probe" | "capabilities">,
  from: string,
  to: string,
  plan: EncodePlan,
  quality: Quality,
  options: Pick<FfmpegOptions, "signal" | "onProgress" | "onOutTime">,
): Promise<Probe> {
  const able = await media.capabilities();
  const result = await media.ffmpeg([...input(from), ...outputArgs(plan, quality, able), `file:${to}`], {
    ...options,
    durationS: plan.durationS,
    // Moving the index to the front rewrites the whole film in silence.
    silenceMs: 30 * 60_000,
  });
  if (result.frames === 0) throw new GiveUp("input.corrupt", "No frame of the film can be decoded.");
  const made = await media.probe(to, options.signal).catch((error) => {
    // Not the source is to blame for what was made of it.
    throw error instanceof GiveUp ? wrong(error.message) : error;
  });
  checkStreams(plan, made);
  await checkDuration(plan, made, from, result.stderrTail);
  return made;
}

/** Everything between the input and the output's name. Exported for its test. */
export function outputArgs(
  plan: EncodePlan,
  quality: Quality,
  able: Pick<Capabilities, "encoders" | "filters" | "toneMapping" | "ffmpegVersion">,
): string[] {
  const { video, picture, audio, sound, container } = plan;
  const words = ["-map", `0:${video.index}`];
  if (picture === "copy") words.push("-c:v", "copy");
  else {
    words.push("-vf", filters(plan, picture, able).join(","), ...chooseEncoder(able).args(picture, quality));
    // Frames that come unevenly keep their times, instead of being repeated to fill the gaps.
    words.push(isBefore51(able.ffmpegVersion) ? "-vsync" : "-fps_mode", "vfr");
    if (picture.toneMap && able.toneMapping)
      words.push("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709");
  }
  if (audio) {
    words.push("-map", `0:${audio.index}`);
    if (sound === "copy") words.push("-c:a", "copy");
    else words.push("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-af", "aresample=async=1", ...rate(audio));
  }
  // Where and by whom it was recorded stays with the original.
  words.push("-sn", "-dn", "-map_metadata:g", "-1", "-map_chapters", "0", "-max_muxing_queue_size", "4096");
  if (container === "mp4") words.push("-movflags", "+faststart");
  return [...words, "-f", container];
}

/** Builds from a repository are called otherwise, and are new. */
function isBefore51(version: string | null): boolean {
  const [, major, minor] = /^n?(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  return major !== undefined && (Number(major) < 5 || (major === "5" && minor === "0"));
}

function rate({ sampleRate }: { sampleRate: number | null }): string[] {
  return sampleRate && sampleRate <= 48_000 ? [] : ["-ar", "48000"];
}

function filters(
  { video }: EncodePlan,
  picture: Picture,
  able: Pick<Capabilities, "filters" | "toneMapping">,
): string[] {
  const { width, height, frameStep } = picture;
  const words: string[] = [];
  // Only frames that are marked as interlaced are touched.
  if (picture.deinterlace)
    words.push(`${able.filters.has("bwdif") ? "bwdif" : "yadif"}=mode=send_frame:deint=interlaced`);
  if (frameStep > 1) words.push(`framestep=${frameStep}`);
  // RGB carries no matrix of its own; players take BT.709 for anything that does not say.
  const isRgb = /^(0?rgb|0?bgr|gbr|argb|abgr|pal8)/.test(video.pixelFormat ?? "");
  const colours = isRgb ? ":out_color_matrix=bt709:out_range=tv" : "";
  words.push(`scale=${width}:${height}:flags=bicubic${colours}`, "setsar=1");
  words.push(picture.toneMap && able.toneMapping ? toneMap("yuv420p", "tv") : "format=yuv420p");
  return words;
}

function wrong(what: string): JobFailure {
  return new JobFailure("tool.crashed", `The result is not what it should be: ${what}.`);
}

function checkStreams(plan: EncodePlan, made: Probe): void {
  const { video, audio } = made;
  if (!video) throw wrong("it has no picture");
  if (plan.picture === "copy") {
    if (video.codec !== plan.video.codec) throw wrong(`its picture is ${video.codec}`);
  } else {
    const { width, height } = plan.picture;
    if (video.codec !== "h264" || video.pixelFormat !== "yuv420p")
      throw wrong(`its picture is ${video.codec} in ${video.pixelFormat}`);
    if (video.width !== width || video.height !== height)
      throw wrong(`it measures ${video.width}×${video.height} instead of ${width}×${height}`);
  }
  if (audio.length !== (plan.audio ? 1 : 0)) throw wrong(`it has ${inWords(video, audio[0] ?? null)}`);
}

/** Within 1 %; a short clip may differ by a few frames, since picture and sound are cut into pieces of different length. */
async function checkDuration(plan: EncodePlan, made: Probe, from: string, stderrTail: string): Promise<void> {
  const { durationS, upToS } = plan;
  if (durationS === null || upToS === null || made.durationS === null) return;
  const allowed = (lengthS: number) => Math.max(lengthS * 0.01, 0.25);
  const isShort = made.durationS < durationS - allowed(durationS);
  if (!isShort && made.durationS <= upToS + allowed(upToS)) return;
  const lengths = `The film is ${durationS.toFixed(1)} s long and the result ${made.durationS.toFixed(1)} s`;
  // The same input would give the same result: trying again helps nobody.
  if (!isShort) throw new GiveUp("tool.crashed", `${lengths}: its times are not in order.`);
  const claimed = await claimedSizeBytes(from);
  const isCut = /partial file|Truncated|End of file/i.test(stderrTail);
  if (!isCut && (claimed ?? 0) <= Bun.file(from).size + 1024 && damage.test(stderrTail))
    throw new GiveUp("input.corrupt", `${lengths}: much of it cannot be decoded.`);
  throw new GiveUp("input.truncated", `${lengths}: nothing can be read after that.`);
}

const damage = /Invalid data found|corrupt|error while decoding|Invalid NAL/i;
