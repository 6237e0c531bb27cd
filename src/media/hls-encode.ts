// Encodes all renditions of a film for adaptive streaming in one pass: decoded once, then scaled and encoded side by side,
// with keyframes at the same frames. Segments are fragmented MP4: hls.js passes them on as they are, Safari plays them too.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Capabilities } from "./capabilities.ts";
import type { Film } from "./encode-plan.ts";
import { type FfmpegOptions, type FfmpegResult, input } from "./ffmpeg.ts";
import { pictureFilters, startsAtOnce } from "./filters.ts";
import type { HlsPlan, Rung, SoundTrack } from "./hls-plan.ts";
import type { Media } from "./media.ts";
import type { VideoEncoder } from "./video-encoders.ts";

export const segmentS = 6;
/** Three in a segment: players jump to them. */
const keyframesEveryS = 2;

/** Fills `folder` with a folder per rendition: `v1080`, `a0`, each with `index.m3u8`, `init.mp4` and segments. */
export async function encodeHls(
  media: Pick<Media, "ffmpeg" | "capabilities">,
  from: string,
  folder: string,
  film: Film,
  plan: HlsPlan,
  encoder: VideoEncoder,
  options: Pick<FfmpegOptions, "signal" | "onProgress" | "onOutTime">,
): Promise<FfmpegResult> {
  for (const { name } of [...plan.rungs, ...plan.sounds]) {
    // An earlier try may have left some.
    await rm(join(folder, name), { recursive: true, force: true });
    await mkdir(join(folder, name), { mode: 0o700 });
  }
  const able = await media.capabilities();
  const words = [...encoder.deviceArgs, ...input(from), ...hlsArgs(film, plan, able, encoder, folder)];
  return await media.ffmpeg(words, { ...options, durationS: film.durationS });
}

/** Everything after the input. Exported for its test. */
function hlsArgs(
  film: Film,
  plan: HlsPlan,
  able: Pick<Capabilities, "filters" | "toneMapping">,
  encoder: VideoEncoder,
  folder: string,
): string[] {
  const words = ["-filter_complex", graph(film, plan, able, encoder)];
  for (const rung of plan.rungs) {
    const quality = { preset: "veryfast", crf: 22, targetBitrate: rung.kbps, keyframesEveryS } as const;
    words.push("-map", `[${rung.name}]`, ...encoder.args({ fps: plan.fps }, quality));
    if (plan.picture.toneMap && able.toneMapping)
      words.push("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709");
    words.push(...output(folder, rung));
  }
  for (const sound of plan.sounds) {
    words.push("-map", `0:${sound.index}`, "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000");
    // It begins where the picture does.
    words.push("-af", `${startsAtOnce("asetpts")},aresample=async=1:first_pts=0`, ...output(folder, sound));
  }
  return words;
}

function graph(
  film: Film,
  { rungs, rate, picture }: HlsPlan,
  able: Pick<Capabilities, "filters" | "toneMapping">,
  encoder: VideoEncoder,
): string {
  const [top, ...others] = rungs;
  const first = pictureFilters(film.video, { ...picture, ...sizeOf(top), rate }, able);
  const chains = [
    `[0:${film.video.index}]${first.join(",")},split=${rungs.length}${rungs.map((_, n) => `[s${n}]`).join("")}`,
    `[s0]${encoder.filters.join(",") || "null"}[${top.name}]`,
    ...others.map(
      ({ name, width, height }, n) =>
        `[s${n + 1}]${[`scale=${width}:${height}:flags=bicubic`, "setsar=1", ...encoder.filters].join(",")}[${name}]`,
    ),
  ];
  return chains.join(";");
}

function sizeOf({ width, height }: Rung) {
  return { width, height };
}

function output(folder: string, { name }: Pick<Rung | SoundTrack, "name">): string[] {
  const place = join(folder, name);
  return [
    ...["-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-max_muxing_queue_size", "4096"],
    // Otherwise picture and sound are moved against each other by how far their encoders look ahead.
    ...["-avoid_negative_ts", "disabled"],
    ...["-f", "hls", "-hls_time", String(segmentS), "-hls_playlist_type", "vod"],
    ...["-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"],
    ...["-hls_fmp4_init_filename", "init.mp4"],
    ...["-hls_segment_filename", `${place.replaceAll("%", "%%")}/%05d.m4s`, `${place}/index.m3u8`],
  ];
}
