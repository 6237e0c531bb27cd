// What current browsers play as it is. One answer for the player and for the job that makes films playable.

import type { FileRow } from "../db/tables/library.ts";

export interface PlayableFacts {
  mimeType: string;
  /** ffmpeg's name of the container, where somebody has looked: `mov`, `matroska`. */
  container?: string | null;
  video?: string | null;
  pixelFormat?: string | null;
  audio?: string | null;
}

/** What stands in the way. */
export interface Obstacle {
  part: "container" | "video" | "audio";
  /** `HEVC video`; absent where the file's name says it. */
  what?: string;
}

/** Undefined when it plays. What nobody has looked into yet counts as playable: then the player tries. */
export function obstacleOf(facts: PlayableFacts): Obstacle | undefined {
  const { mimeType, container, video, audio, pixelFormat } = facts;
  if (!anyContainer.has(mimeType)) return { part: "container" };
  if (container && !containers[container]?.has(mimeType))
    return { part: "container", what: `${container} files that are named otherwise` };
  if (video && !playsVideo(video, pixelFormat)) {
    const depth = playsVideo(video, null) ? `${pixelFormat} ` : "";
    return { part: "video", what: `${depth}${video.toUpperCase()} video` };
  }
  if (audio && !sounds.test(audio)) return { part: "audio", what: `${audio.toUpperCase()} sound` };
  return undefined;
}

/** What is known of a file in a library. */
export function playableFacts({
  mimeType,
  codecs,
  metadata,
}: Pick<FileRow, "mimeType" | "codecs" | "metadata">): PlayableFacts {
  const video = metadata?.video as { pixelFormat?: string | null } | undefined;
  return { mimeType, ...codecs, pixelFormat: video?.pixelFormat };
}

export function playsVideo(codec: string, pixelFormat?: string | null): boolean {
  const formats = pictures[codec.toLowerCase()];
  return formats !== undefined && (!pixelFormat || formats.includes(pixelFormat));
}

/** An index at the end of the file is no obstacle: players fetch it by a range request. */
const isoTypes = ["video/mp4", "video/quicktime", "video/x-m4v"];
const anyContainer = new Set([...isoTypes, "video/webm"]);
const containers: Record<string, Set<string>> = {
  mov: new Set(isoTypes),
  matroska: new Set(["video/webm"]),
  webm: new Set(["video/webm"]),
};

const eightBit = ["yuv420p", "yuvj420p"];
const tenBitToo = [...eightBit, "yuv420p10le"];
const pictures: Record<string, string[]> = {
  h264: eightBit,
  avc: eightBit,
  avc1: eightBit,
  vp8: [...eightBit, "yuva420p"],
  vp9: [...tenBitToo, "yuva420p", "yuv444p"],
  av1: tenBitToo,
};
const sounds = /^(aac|mp3|opus|vorbis|flac|pcm_s16le)$/i;
