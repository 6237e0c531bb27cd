// How long a film is whose container does not say: its packets are counted through.

import { input } from "./ffmpeg.ts";
import type { VideoStream } from "./ffprobe.ts";
import type { Media } from "./media.ts";

export async function lengthOfFilm(
  media: Media,
  path: string,
  video: VideoStream,
  signal: AbortSignal,
): Promise<number> {
  const words = ["-map", `0:${video.index}`, "-c", "copy", "-f", "null", "-"];
  const { outTimeS } = await media.ffmpeg([...input(path), ...words], { signal });
  return outTimeS ?? 0;
}
