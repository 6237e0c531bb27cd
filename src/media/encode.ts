// Makes a film that browsers play, by a plan of encode-plan.ts, and looks at what came out before anybody keeps it.

import { GiveUp, JobFailure } from "../runtime/errors.ts";
import type { Capabilities } from "./capabilities.ts";
import { claimedSizeBytes } from "./container-end.ts";
import { type EncodePlan, inWords } from "./encode-plan.ts";
import { type FfmpegOptions, input } from "./ffmpeg.ts";
import type { Probe } from "./ffprobe.ts";
import { pictureFilters } from "./filters.ts";
import type { Media } from "./media.ts";
import type { Quality, VideoEncoder } from "./video-encoders.ts";

/** Writes `to`, whose name ends as the plan's container is called. Answers what came out. */
export async function encodeFilm(
  media: Pick<Media, "ffmpeg" | "probe" | "capabilities">,
  from: string,
  to: string,
  plan: EncodePlan,
  { encoder, ...quality }: Quality & { encoder: VideoEncoder },
  options: Pick<FfmpegOptions, "signal" | "onProgress" | "onOutTime">,
): Promise<Probe> {
  const able = await media.capabilities();
  const devices = plan.picture === "copy" ? [] : encoder.deviceArgs;
  const words = [...devices, ...input(from), ...outputArgs(plan, quality, able, encoder), `file:${to}`];
  const result = await media.ffmpeg(words, {
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
  await checkDuration(plan, made.durationS, from, result.stderrTail);
  return made;
}

/** Everything between the input and the output's name. Exported for its test. */
export function outputArgs(
  plan: EncodePlan,
  quality: Quality,
  able: Pick<Capabilities, "filters" | "toneMapping" | "ffmpegVersion">,
  encoder: VideoEncoder,
): string[] {
  const { video, picture, audio, sound, container } = plan;
  const words = ["-map", `0:${video.index}`];
  if (picture === "copy") words.push("-c:v", "copy");
  else {
    const chain = [...pictureFilters(video, picture, able), ...encoder.filters];
    words.push("-vf", chain.join(","), ...encoder.args(picture, quality));
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
export async function checkDuration(
  { durationS, upToS }: Pick<EncodePlan, "durationS" | "upToS">,
  madeS: number | null,
  from: string,
  stderrTail: string,
): Promise<void> {
  if (durationS === null || upToS === null || madeS === null) return;
  const allowed = (lengthS: number) => Math.max(lengthS * 0.01, 0.25);
  const isShort = madeS < durationS - allowed(durationS);
  if (!isShort && madeS <= upToS + allowed(upToS)) return;
  const lengths = `The film is ${durationS.toFixed(1)} s long and the result ${madeS.toFixed(1)} s`;
  // The same input would give the same result: trying again helps nobody.
  if (!isShort) throw new GiveUp("tool.crashed", `${lengths}: its times are not in order.`);
  const claimed = await claimedSizeBytes(from);
  const isCut = /partial file|Truncated|End of file/i.test(stderrTail);
  if (!isCut && (claimed ?? 0) <= Bun.file(from).size + 1024 && damage.test(stderrTail))
    throw new GiveUp("input.corrupt", `${lengths}: much of it cannot be decoded.`);
  throw new GiveUp("input.truncated", `${lengths}: nothing can be read after that.`);
}

const damage = /Invalid data found|corrupt|error while decoding|Invalid NAL/i;
