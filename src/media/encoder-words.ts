// How each encoder of ffmpeg is asked for the same: H.264 High, level 4.1, 8 bits, about the quality that x264 would give.

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
  /** Places to jump to exactly so many seconds apart, and nowhere else; without it every four seconds or so. */
  keyframesEveryS?: number;
}

export interface EncodedPicture {
  /** Frames per second of what comes out; null when the source does not say. */
  fps: number | null;
}

type Words = (picture: EncodedPicture, quality: Quality) => string[];

export const x264: Words = (picture, quality) => [
  ...["-c:v", "libx264", "-preset", quality.preset, "-crf", String(quality.crf)],
  ...["-profile:v", "high", "-level:v", "4.1", "-pix_fmt", "yuv420p"],
  // The slow presets would look back at more frames than level 4.1 lets a player keep.
  ...(["slow", "slower", "veryslow"].includes(quality.preset) ? ["-refs", "4"] : []),
  // Without it the fastest preset makes another profile than High.
  ...["-8x8dct", "1"],
  ...ceiling(quality),
  ...keyframes(picture, quality, ["-sc_threshold", "0"]),
];

export const nvenc: Words = (picture, quality) => [
  ...["-c:v", "h264_nvenc", "-preset", nvencPresets[quality.preset], "-tune", "hq"],
  // Its scale gives about the size of x264 two steps further on.
  ...["-rc", "vbr", "-cq", step(quality.crf + 2), "-b:v", "0", "-spatial-aq", "1"],
  ...["-profile:v", "high", "-level:v", "4.1", "-pix_fmt", "yuv420p"],
  ...ceiling(quality),
  ...keyframes(picture, quality, ["-no-scenecut", "1", "-forced-idr", "1"]),
];

export const qsv: Words = (picture, quality) => [
  ...["-c:v", "h264_qsv", "-preset", qsvPreset(quality.preset)],
  ...(quality.targetBitrate ? average(quality.targetBitrate) : ["-global_quality", step(quality.crf)]),
  ...["-profile:v", "high", "-level", "41"],
  ...keyframes(picture, quality, ["-forced_idr", "1"]),
];

export const vaapi: Words = (picture, quality) => [
  ...["-c:v", "h264_vaapi"],
  ...(quality.targetBitrate
    ? ["-rc_mode", "VBR", ...average(quality.targetBitrate)]
    : ["-rc_mode", "CQP", "-qp", step(quality.crf)]),
  ...["-profile:v", "high", "-level", "41"],
  ...keyframes(picture, quality, []),
];

/** Newer Intel chips have only the small encoder that is asked for by this name. */
export const vaapiLowPower: Words = (picture, quality) => [...vaapi(picture, quality), "-low_power", "1"];

export const amf: Words = (picture, quality) => [
  ...["-c:v", "h264_amf", "-usage", "transcoding", "-quality", "balanced"],
  ...(quality.targetBitrate
    ? ["-rc", "vbr_peak", ...average(quality.targetBitrate)]
    : ["-rc", "cqp", "-qp_i", step(quality.crf), "-qp_p", step(quality.crf + 2)]),
  ...["-profile:v", "high", "-level", "4.1", "-pix_fmt", "yuv420p"],
  ...keyframes(picture, quality, ["-forced_idr", "1"]),
];

export const videoToolbox: Words = (picture, quality) => [
  ...["-c:v", "h264_videotoolbox"],
  ...(quality.targetBitrate
    ? average(quality.targetBitrate)
    : ["-q:v", String(Math.max(1, 100 - Math.round(quality.crf * 1.6)))]),
  ...["-profile:v", "high", "-level", "4.1", "-pix_fmt", "yuv420p"],
  ...keyframes(picture, quality, []),
];

const nvencPresets: Record<Quality["preset"], string> = {
  ultrafast: "p1",
  superfast: "p1",
  veryfast: "p2",
  faster: "p3",
  fast: "p4",
  medium: "p5",
  slow: "p6",
  slower: "p7",
  veryslow: "p7",
};

/** It knows none faster than this. */
function qsvPreset(preset: Quality["preset"]): string {
  return preset === "ultrafast" || preset === "superfast" ? "veryfast" : preset;
}

function step(of: number): string {
  return String(Math.min(51, Math.max(1, of)));
}

function ceiling({ targetBitrate }: Quality): string[] {
  return targetBitrate ? ["-maxrate", `${targetBitrate}k`, "-bufsize", `${2 * targetBitrate}k`] : [];
}

/** For those that take no quality together with a most: three quarters of it on average. */
function average(targetBitrate: number): string[] {
  const words = ["-b:v", `${Math.round(targetBitrate * 0.75)}k`];
  return [...words, "-maxrate", `${targetBitrate}k`, "-bufsize", `${2 * targetBitrate}k`];
}

function keyframes({ fps }: EncodedPicture, { keyframesEveryS }: Quality, nowhereElse: string[]): string[] {
  if (keyframesEveryS === undefined)
    return ["-g", String(Math.min(240, Math.max(24, Math.round(4 * (fps ?? 30)))))];
  const frames = Math.ceil(keyframesEveryS * (fps ?? 30)) + 1;
  return [
    "-g",
    String(frames),
    ...nowhereElse,
    "-force_key_frames",
    `expr:gte(t,n_forced*${keyframesEveryS})`,
  ];
}
