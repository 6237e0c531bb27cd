// The filters between one decode of a film and the small things made of it.

import type { Capabilities } from "./capabilities.ts";
import type { VideoStream } from "./ffprobe.ts";
import type { FilmPlan, Size } from "./film-plan.ts";
import { previewFps } from "./film-plan.ts";
import { toneMap } from "./filters.ts";

/** One end of a split. With `outputs` it has several, whose pads `more` names. */
export interface Branch {
  filter: string;
  output?: string[];
  more?: string;
  outputs?: string[];
}

interface Of {
  video: VideoStream;
  plan: FilmPlan;
}

/** `windows`: the clips are picked out of the whole film and closed up; `clip`: the film begins at one. */
export function previewFilter(of: Of, able: Capabilities, from: "windows" | "clip"): string {
  const { startS, stepS, count, lengthS } = of.plan.clips;
  // A frame that stands where a clip begins may be a rounding before it.
  const since = `(t-${fixed(startS)}+0.0005)`;
  const end = `lt(t,${fixed(startS + (count - 1) * stepS + lengthS)})`;
  const pick = [
    `select='gte(t,${fixed(startS - 0.0005)})*lt(mod(${since},${fixed(stepS)}),${fixed(lengthS)})*${end}'`,
    `setpts='(T-${fixed(startS)}-floor((T-${fixed(startS)}+0.0005)/${fixed(stepS)})*${fixed(stepS - lengthS)})/TB'`,
  ];
  return [
    ...(from === "windows" ? pick : []),
    ...(of.video.interlaced ? ["yadif=mode=send_frame:deint=interlaced"] : []),
    `fps=${previewFps}:start_time=0`,
    ...small(of, able, of.plan.preview, "yuv420p"),
  ].join(",");
}

/** The first frame of each interval, as tiles of sheets; a second pad carries their times. */
export function spriteFilters(of: Of, able: Capabilities): { chain: string; more: string } {
  const { intervalS, tile, columns, rows } = of.plan.sprite;
  const slot = (t: string) => `floor((${t}+0.0005)/${fixed(intervalS)})`;
  const chain = [
    `select='isnan(prev_selected_t)+gt(${slot("t")},${slot("prev_selected_t")})'`,
    ...small(of, able, tile, "yuvj420p"),
  ].join(",");
  const more = `,split=2[tiles][all];[tiles]tile=${columns}x${rows}[sheets];[all]scale=16:16,settb=1/1000[times]`;
  return { chain, more };
}

/** `all`: what shows at each of the places; `first`: the film begins at one. */
export function frameFilter(of: Of, able: Capabilities, which: "all" | "first"): string {
  const { startS, stepS } = of.plan.frames;
  const { width, height } = of.video;
  const size = { width: 160, height: Math.max(2, Math.min(640, 2 * Math.round((80 * height) / width))) };
  const rate = `1000000/${Math.max(1, Math.round(stepS * 1e6))}`;
  return [
    ...(which === "all" ? [`fps=fps=${rate}:start_time=${fixed(startS)}:round=up`] : []),
    ...small(of, able, size, "rgb24"),
  ].join(",");
}

/** Small first, then in the colours of ordinary screens: that order costs a tenth. */
function small({ video }: Of, able: Capabilities, { width, height }: Size, format: string): string[] {
  const isFull = format !== "yuv420p";
  const isHdr = video.hdr === "hdr10" || video.hdr === "hlg";
  const scale = `scale=${width}:${height}:flags=area`;
  if (isHdr && able.toneMapping)
    return [scale, toneMap(format === "rgb24" ? "rgb24" : "yuv420p", isFull ? "pc" : "tv"), "setsar=1"];
  const range = format === "yuvj420p" ? ":out_range=pc" : "";
  return [`${scale}${range}`, "setsar=1", `format=${format}`];
}

function fixed(n: number): string {
  return n.toFixed(6);
}
