// What one rendition of an adaptive stream really is: its segments as they lie on the disk, with times, frames and sizes.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type InitSegment, readInit, readSegment } from "./fragments.ts";

export interface Rendition {
  name: string;
  codec: string;
  timescale: number;
  segments: {
    start: number;
    durationS: number;
    frames: number;
    bytes: number;
    beginsWithKeyframe: boolean;
  }[];
  durationS: number;
  /** Of all segments. */
  bytes: number;
}

export async function readRendition(folder: string, name: string): Promise<Rendition> {
  const place = join(folder, name);
  const list = parsePlaylist(await readFile(join(place, "index.m3u8"), "utf8"));
  if (!list.isWhole || list.segments.length === 0)
    throw new Error(`The playlist of ${name} is not complete.`);
  const init: InitSegment = readInit(await readFile(join(place, "init.mp4")));
  const segments: Rendition["segments"] = [];
  for (const { uri } of list.segments) {
    const path = join(place, uri);
    const { start, durationTicks, frames, beginsWithKeyframe } = await readSegment(path, init);
    const { size: bytes } = await stat(path);
    segments.push({ start, durationS: durationTicks / init.timescale, frames, bytes, beginsWithKeyframe });
  }
  return {
    name,
    codec: init.codec,
    timescale: init.timescale,
    segments,
    durationS: segments.reduce((sum, { durationS }) => sum + durationS, 0),
    bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

export interface MediaPlaylist {
  segments: { uri: string; durationS: number }[];
  targetS: number;
  isWhole: boolean;
}

export function parsePlaylist(text: string): MediaPlaylist {
  const segments: MediaPlaylist["segments"] = [];
  let durationS = 0;
  let targetS = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#EXTINF:")) durationS = Number.parseFloat(line.slice(8));
    else if (line.startsWith("#EXT-X-TARGETDURATION:")) targetS = Number(line.slice(22));
    else if (line !== "" && !line.startsWith("#")) segments.push({ uri: line, durationS });
  }
  return { segments, targetS, isWhole: /^#EXT-X-ENDLIST\s*$/m.test(text) };
}

/** Bits a second on average, and the most over any stretch of half to one and a half segments, as RFC 8216 counts it. */
export function bitrates(
  { segments, bytes, durationS }: Pick<Rendition, "segments" | "bytes" | "durationS">,
  targetS: number,
): { average: number; peak: number } {
  let peak = 0;
  for (let first = 0; first < segments.length; first++) {
    let seconds = 0;
    let sum = 0;
    for (let n = first; n < segments.length && seconds + segments[n]!.durationS <= 1.5 * targetS; n++) {
      seconds += segments[n]!.durationS;
      sum += segments[n]!.bytes;
      if (seconds >= 0.5 * targetS) peak = Math.max(peak, (8 * sum) / seconds);
    }
  }
  const average = (8 * bytes) / durationS;
  return { average: Math.ceil(average), peak: Math.ceil(Math.max(peak, average)) };
}
