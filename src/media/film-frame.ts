// One frame of a film as a small picture, upright, with square pixels and in ordinary colours.

import { stat } from "node:fs/promises";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import { input } from "./ffmpeg.ts";
import type { VideoStream } from "./ffprobe.ts";
import { toneMap } from "./filters.ts";
import type { Media } from "./media.ts";

/** Writes a PNG. False where there is no frame, or none that can be decoded. */
export async function takeFrame(
  media: Pick<Media, "ffmpeg" | "capabilities">,
  path: string,
  video: VideoStream,
  atS: number,
  to: string,
  { maxWidth, signal }: { maxWidth: number; signal?: AbortSignal },
): Promise<boolean> {
  const size = `scale=w='max(1,round(iw*sar))':h=ih,setsar=1,scale=w='min(${maxWidth},iw)':h=-1:flags=area`;
  const isHdr = video.hdr === "hdr10" || video.hdr === "hlg";
  const colours = isHdr && (await media.capabilities()).toneMapping ? `,${toneMap("rgb24", "pc")}` : "";
  const deinterlace = video.interlaced ? "yadif=deint=interlaced," : "";
  const args = [
    ...input(path, atS > 0 ? ["-ss", atS.toFixed(3)] : []),
    ...["-map", `0:${video.index}`, "-an", "-sn", "-frames:v", "1", "-update", "1"],
    ...["-vf", `${deinterlace}${size}${colours}`, "-compression_level", "1", `file:${to}`],
  ];
  try {
    await media.ffmpeg(args, { signal });
    return await stat(to).then(
      ({ size: bytes }) => bytes > 0,
      () => false,
    );
  } catch (error) {
    signal?.throwIfAborted();
    // A damaged place says nothing about others; a missing tool or a full disk does.
    if (error instanceof GiveUp || (error instanceof JobFailure && error.code === "tool.crashed"))
      return false;
    throw error;
  }
}
