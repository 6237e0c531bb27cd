// Filters of ffmpeg that more than one kind needs.

import type { Capabilities } from "./capabilities.ts";
import type { VideoStream } from "./ffprobe.ts";

/** HDR to the colours of ordinary screens. Needs `zscale` and `tonemap`; `range` is `pc` for pictures, `tv` for films. */
export function toneMap(pixelFormat: string, range: "pc" | "tv"): string {
  return (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0," +
    `zscale=t=bt709:m=bt709:r=${range},format=${pixelFormat}`
  );
}

export interface WantedPicture {
  width: number;
  height: number;
  /** 2: every second frame is left out. */
  frameStep: number;
  deinterlace: boolean;
  toneMap: boolean;
  /** Frames exactly this often, from the very start: `30000/1001`. Otherwise they keep their times. */
  rate?: string;
}

/** From a film as decoded to 8-bit frames with square pixels in ordinary colours. */
export function pictureFilters(
  video: Pick<VideoStream, "pixelFormat">,
  { width, height, frameStep, deinterlace, toneMap: isHdr, rate }: WantedPicture,
  able: Pick<Capabilities, "filters" | "toneMapping">,
): string[] {
  const words: string[] = [];
  // Only frames that are marked as interlaced are touched.
  if (deinterlace)
    words.push(`${able.filters.has("bwdif") ? "bwdif" : "yadif"}=mode=send_frame:deint=interlaced`);
  // The moment by which an encoder of sound runs ahead would else become a first frame that is shown twice.
  if (rate) words.push(startsAtOnce("setpts"), `fps=fps=${rate}:start_time=0`);
  else if (frameStep > 1) words.push(`framestep=${frameStep}`);
  // RGB carries no matrix of its own; players take BT.709 for anything that does not say.
  const isRgb = /^(0?rgb|0?bgr|gbr|argb|abgr|pal8)/.test(video.pixelFormat ?? "");
  const colours = isRgb ? ":out_color_matrix=bt709:out_range=tv" : "";
  words.push(`scale=${width}:${height}:flags=bicubic${colours}`, "setsar=1");
  words.push(isHdr && able.toneMapping ? toneMap("yuv420p", "tv") : "format=yuv420p");
  return words;
}

/** What begins within a frame of the film's start begins with it. */
export function startsAtOnce(filter: "setpts" | "asetpts"): string {
  return `${filter}='if(lt(STARTT,0.03),PTS-STARTPTS,PTS)'`;
}
