// What ffprobe says about a file, in our words: streams, length, rotation, HDR, chapters and tags.

import * as z from "zod";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import { inputGuard } from "./ffmpeg.ts";
import { lastWords, runTool } from "./process.ts";

export interface VideoStream {
  index: number;
  codec: string;
  profile: string | null;
  pixelFormat: string | null;
  bitDepth: number | null;
  /** As stored, before rotation. */
  codedWidth: number;
  codedHeight: number;
  /** As shown: rotated, with square pixels. */
  width: number;
  height: number;
  /** Degrees clockwise that a player turns the picture: 0, 90, 180 or 270. */
  rotation: number;
  /** Frames per second; null when the file does not say. */
  fps: number | null;
  /** As often as frames come at most, where they come unevenly; may be twice too high. */
  nominalFps?: number | null;
  frames: number | null;
  hdr: "hdr10" | "hlg" | "dolby-vision" | null;
  colorTransfer: string | null;
  /** `bt709`, `smpte170m`…; null when the file does not say. */
  matrix: string | null;
  /** False for progressive pictures; null when the file does not say. */
  interlaced: boolean | null;
  durationS: number | null;
}

export interface AudioStream {
  index: number;
  codec: string;
  profile: string | null;
  channels: number | null;
  sampleRate: number | null;
  language: string | null;
  title: string | null;
  /** Marked as the one to play. */
  isDefault: boolean;
  /** A commentary, or a description for those who do not see. */
  isExtra: boolean;
  durationS: number | null;
}

export interface SubtitleStream {
  index: number;
  codec: string;
  language: string | null;
  title: string | null;
  isDefault: boolean;
  forced: boolean;
  /** It also says what is heard. */
  isHearingImpaired: boolean;
}

export interface Probe {
  /** ffmpeg's first name of the container: `mov`, `matroska`, `avi`. */
  container: string;
  formatName: string;
  durationS: number | null;
  bitrateKbps: number | null;
  /** The first moving picture; cover art does not count. */
  video: VideoStream | null;
  audio: AudioStream[];
  subtitles: SubtitleStream[];
  hasCoverArt: boolean;
  chapters: { startS: number; endS: number; title: string | null }[];
  /** Tags of the container, keys in lower case. */
  tags: Record<string, string>;
}

/** Throws `GiveUp` with an `input.*` code where ffprobe cannot read the file. */
export async function probeFile(ffprobePath: string, path: string, signal?: AbortSignal): Promise<Probe> {
  const finished = await runTool(
    ffprobePath,
    [
      "-hide_banner",
      "-v",
      "error",
      ...inputGuard,
      "-print_format",
      "json",
      "-show_format",
      "-show_streams",
      "-show_chapters",
      "-i",
      `file:${path}`,
    ],
    { signal, timeoutMs: 60_000 },
  );
  if (finished.exitCode !== 0) throw unreadable(finished.stderrTail, await beginsAsMov(path));
  return toProbe(JSON.parse(new TextDecoder().decode(finished.stdout)));
}

/** From ffprobe's JSON. */
export function toProbe(json: unknown): Probe {
  const parsed = raw.safeParse(json);
  if (!parsed.success)
    throw new JobFailure("internal", `ffprobe answered in an unknown form: ${parsed.error.message}`);
  const { format, streams, chapters } = parsed.data;
  const moving = streams.filter((s) => s.codec_type === "video" && !s.disposition?.attached_pic);
  const video = moving[0] ? videoStream(moving[0]) : null;
  const audio = streams.filter((s) => s.codec_type === "audio").map(audioStream);
  const subtitles = streams.filter((s) => s.codec_type === "subtitle").map(subtitleStream);
  const saidS = positive(format.duration);
  const durationS = withoutSubtitles(saidS, [video, ...audio], subtitles);
  return {
    container: format.format_name.split(",")[0]!,
    formatName: format.format_name,
    durationS,
    bitrateKbps: format.bit_rate && durationS === saidS ? Math.round(Number(format.bit_rate) / 1000) : null,
    video,
    audio,
    subtitles,
    hasCoverArt: streams.some((s) => s.disposition?.attached_pic === 1),
    chapters: chapters.map((c) => ({
      startS: Number(c.start_time),
      endS: Number(c.end_time),
      title: c.tags?.title ?? null,
    })),
    tags: lowerKeys(format.tags ?? {}),
  };
}

const text = z.union([z.string(), z.number()]).transform(String).optional();
const tags = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).optional();
const rawStream = z.object({
  index: z.number(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  profile: text,
  pix_fmt: z.string().optional(),
  bits_per_raw_sample: text,
  width: z.number().optional(),
  height: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  nb_frames: text,
  duration: text,
  color_transfer: z.string().optional(),
  color_space: z.string().optional(),
  field_order: z.string().optional(),
  channels: z.number().optional(),
  sample_rate: text,
  disposition: z.record(z.string(), z.number()).optional(),
  tags,
  side_data_list: z
    .array(z.looseObject({ side_data_type: z.string().optional(), rotation: z.number().optional() }))
    .optional(),
});
type RawStream = z.infer<typeof rawStream>;
const raw = z.object({
  format: z.object({ format_name: z.string(), duration: text, bit_rate: text, tags }),
  streams: z.array(rawStream).default([]),
  chapters: z.array(z.object({ start_time: text, end_time: text, tags })).default([]),
});

function videoStream(s: RawStream): VideoStream {
  const codedWidth = s.width ?? 0;
  const codedHeight = s.height ?? 0;
  const [sarX, sarY] = (s.sample_aspect_ratio ?? "1:1").split(":").map(Number);
  const square = sarX && sarY ? Math.max(1, Math.round((codedWidth * sarX) / sarY)) : codedWidth;
  const rotation = rotationOf(s);
  const turned = rotation % 180 !== 0;
  return {
    index: s.index,
    codec: s.codec_name ?? "unknown",
    profile: s.profile ?? null,
    pixelFormat: s.pix_fmt ?? null,
    bitDepth: Number(s.bits_per_raw_sample) || depthOf(s.pix_fmt),
    codedWidth,
    codedHeight,
    width: turned ? codedHeight : square,
    height: turned ? square : codedHeight,
    rotation,
    fps: fraction(s.avg_frame_rate) ?? fraction(s.r_frame_rate),
    nominalFps: fraction(s.r_frame_rate),
    frames: positive(s.nb_frames),
    hdr: hdrOf(s),
    colorTransfer: s.color_transfer ?? null,
    matrix: s.color_space && !/^(unknown|reserved)$/.test(s.color_space) ? s.color_space : null,
    interlaced: interlacedOf(s.field_order),
    durationS: durationOf(s),
  };
}

function audioStream(s: RawStream): AudioStream {
  return {
    index: s.index,
    codec: s.codec_name ?? "unknown",
    profile: s.profile ?? null,
    channels: s.channels ?? null,
    sampleRate: positive(s.sample_rate),
    language: languageOf(s),
    title: s.tags?.title ?? null,
    isDefault: s.disposition?.default === 1,
    isExtra: s.disposition?.comment === 1 || s.disposition?.visual_impaired === 1,
    durationS: durationOf(s),
  };
}

function subtitleStream(s: RawStream): SubtitleStream {
  return {
    index: s.index,
    codec: s.codec_name ?? "unknown",
    language: languageOf(s),
    title: s.tags?.title ?? null,
    isDefault: s.disposition?.default === 1,
    forced: s.disposition?.forced === 1,
    isHearingImpaired: s.disposition?.hearing_impaired === 1 || s.disposition?.captions === 1,
  };
}

/** A subtitle picture that nothing ends is written with 50 days to its name, and the film with them. */
function withoutSubtitles(
  saidS: number | null,
  shown: ({ durationS: number | null } | null)[],
  subtitles: SubtitleStream[],
): number | null {
  if (saidS === null || subtitles.length === 0) return saidS;
  const lengths = shown.flatMap((stream) => (stream ? [stream.durationS] : []));
  const known = lengths.filter((lengthS) => lengthS !== null);
  return known.length === 0 || known.length < lengths.length ? saidS : Math.min(saidS, Math.max(...known));
}

/** The display matrix counts counter-clockwise, the old `rotate` tag clockwise. */
function rotationOf(s: RawStream): number {
  const matrix = s.side_data_list?.find((d) => d.rotation !== undefined)?.rotation;
  const clockwise = matrix !== undefined ? -matrix : Number(s.tags?.rotate ?? 0);
  return (((Math.round(clockwise / 90) * 90) % 360) + 360) % 360;
}

function hdrOf(s: RawStream): VideoStream["hdr"] {
  if (s.color_transfer === "smpte2084") return "hdr10";
  if (s.color_transfer === "arib-std-b67") return "hlg";
  return s.side_data_list?.some((d) => /DOVI/i.test(d.side_data_type ?? "")) ? "dolby-vision" : null;
}

function interlacedOf(fieldOrder: string | undefined): boolean | null {
  if (!fieldOrder || fieldOrder === "unknown") return null;
  return fieldOrder !== "progressive";
}

/** Matroska keeps it in a tag: `00:01:02.345000000`. */
function durationOf(s: RawStream): number | null {
  const [hours, minutes, seconds] = (s.tags?.DURATION ?? "").split(":").map(Number);
  return positive(s.duration) ?? positive(String(hours! * 3600 + minutes! * 60 + seconds!));
}

function depthOf(pixelFormat: string | undefined): number | null {
  if (!pixelFormat) return null;
  return Number(/p(?:0)?(9|10|12|14|16)(?:le|be)?$/.exec(pixelFormat)?.[1] ?? 8);
}

function languageOf(s: RawStream): string | null {
  const language = s.tags?.language;
  return language && language !== "und" ? language : null;
}

function fraction(value: string | undefined): number | null {
  const [over, under] = (value ?? "").split("/").map(Number);
  if (!over || !under) return null;
  return Math.round((over / under) * 1000) / 1000;
}

function positive(value: string | undefined): number | null {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : null;
}

function lowerKeys(of: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key.toLowerCase(), value]));
}

function unreadable(stderrTail: string, isMov: boolean): Error {
  const words = lastWords(stderrTail);
  if (/No such file/.test(stderrTail)) return new GiveUp("input.missing", `The file is not there.\n${words}`);
  if (/Permission denied/.test(stderrTail))
    return new GiveUp("input.unreadable", `The file may not be read.\n${words}`);
  if (/Format not on whitelist/.test(stderrTail))
    return new GiveUp(
      "input.unsupported",
      `This is a list of other files, or a format that is not read.\n${words}`,
    );
  if (isMov && /moov atom not found/.test(stderrTail))
    return new GiveUp(
      "input.truncated",
      `The file ends before its index (moov): the copy or the recording was cut off.\n${words}`,
    );
  return new GiveUp("input.corrupt", `ffprobe cannot read the file.\n${words}`);
}

/** ffprobe also takes noise for a film without an index, by its name alone. */
async function beginsAsMov(path: string): Promise<boolean> {
  const head = await Bun.file(path)
    .slice(4, 8)
    .text()
    .catch(() => "");
  return /^(ftyp|moov|mdat|wide|free|skip|pnot)$/.test(head);
}
