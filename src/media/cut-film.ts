// Encodes an exact stretch of a film or sound, and looks at what came out before anybody keeps it.

import { GiveUp } from "../runtime/errors.ts";
import {
  type Able,
  cutInput,
  cutPicture,
  cutSound,
  framesIn,
  type Rate,
  type Size,
  type Stretch,
  sayBt709,
} from "./cut.ts";
import type { FfmpegOptions } from "./ffmpeg.ts";
import type { Media } from "./media.ts";
import type { Quality, VideoEncoder } from "./video-encoders.ts";

export interface CutForm {
  size: Size;
  rate: Rate;
  /** The source's shape is kept, with black around it; without it, `size` has that shape. */
  pad?: boolean;
  quality: Quality;
  /** `piece`: to be joined with others by `joinPieces`, with sound that has not been compressed at a loss. */
  as: "mp4" | "piece";
}

export type CutTools = Pick<Media, "ffmpeg" | "capabilities">;
export type CutOptions = Pick<FfmpegOptions, "signal" | "onProgress">;

/** Answers how long it is. `GiveUp` where much of the stretch cannot be decoded. */
export async function cutFilm(
  media: CutTools,
  stretch: Stretch,
  to: string,
  form: CutForm,
  encoder: VideoEncoder,
  options: CutOptions,
): Promise<number> {
  const frames = framesIn(stretch, form.rate);
  const durationS = (frames * form.rate.under) / form.rate.over;
  const able = await media.capabilities();
  const args = [
    ...encoder.deviceArgs,
    ...cutInput(stretch),
    ...filmWords(stretch, form, encoder, able),
    `file:${to}`,
  ];
  const result = await media.ffmpeg(args, { ...options, frames, silenceMs: 30 * 60_000 });
  const missingS = durationS - (result.frames * form.rate.under) / form.rate.over;
  if (missingS > Math.max(0.1, durationS * 0.01)) throw brokenOff(durationS, missingS, result.stderrTail);
  return durationS;
}

/** Sound alone. Answers how long it is. */
export async function cutAudio(
  media: CutTools,
  stretch: Stretch,
  to: string,
  codec: "aac" | "libmp3lame",
  options: CutOptions,
): Promise<number> {
  const durationS = stretch.endS - stretch.startS;
  const chain = `${cutSound(stretch, millisecond)}[a]`;
  const words = ["-filter_complex", chain, "-map", "[a]", "-c:a", codec, "-b:a", "192k", ...clean];
  const container = codec === "aac" ? ["-movflags", "+faststart", "-f", "ipod"] : ["-f", "mp3"];
  await media.ffmpeg([...cutInput(stretch), ...words, ...container, `file:${to}`], { ...options, durationS });
  return durationS;
}

const millisecond = { over: 1000, under: 1 };

function filmWords(stretch: Stretch, form: CutForm, encoder: VideoEncoder, able: Able): string[] {
  const { rate, size, pad = false, quality } = form;
  const { video } = stretch.probe;
  const frames = framesIn(stretch, rate);
  const fps = `${rate.over}/${rate.under}`;
  const picture = video
    ? cutPicture(stretch, video, { rate, size, pad }, able)
    : `color=black:size=${size.width}x${size.height}:rate=${fps},trim=end_frame=${frames},format=yuv420p,${sayBt709}`;
  const chains = [[picture, ...encoder.filters].join(","), cutSound(stretch, rate)];
  return [
    ...["-filter_complex", `${chains[0]}[v];${chains[1]}[a]`, "-map", "[v]", "-map", "[a]"],
    ...encoder.args({ fps: rate.over / rate.under }, quality),
    // The same headers whatever is in the picture, so that one set fits all pieces; and the same samples.
    ...(form.as === "piece" && encoder.name === "libx264" ? ["-x264-params", "stitchable=1"] : []),
    ...(form.as === "piece"
      ? ["-c:a", "alac", "-sample_fmt", "s16p", ...clean, "-f", "mov"]
      : ["-c:a", "aac", "-b:a", "160k", ...clean, "-movflags", "+faststart", "-f", "mp4"]),
  ];
}

/** Where and by whom it was recorded stays with the original. */
export const clean = ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"];

function brokenOff(durationS: number, missingS: number, stderrTail: string): GiveUp {
  const code = /Invalid data found|corrupt|error while decoding|Invalid NAL/i.test(stderrTail)
    ? "input.corrupt"
    : "input.truncated";
  const what = `Of ${durationS.toFixed(1)} s, ${missingS.toFixed(1)} s of the picture cannot be decoded.`;
  return new GiveUp(code, what);
}
