// Makes the preview, the sheets of the sprite and the frames of the fingerprint of a film in as few looks at it as possible.

import { appendFile, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import type { Capabilities } from "./capabilities.ts";
import { type FfmpegOptions, input } from "./ffmpeg.ts";
import type { VideoStream } from "./ffprobe.ts";
import { type Branch, frameFilter, previewFilter, spriteFilters } from "./film-filters.ts";
import { type FilmPlan, places, previewFps, shares, type Wanted, wholeUpToPixels } from "./film-plan.ts";
import type { Media } from "./media.ts";

export interface Film {
  path: string;
  video: VideoStream;
  sizeBytes: number;
  plan: FilmPlan;
}

export interface FilmParts {
  /** An MP4. */
  preview?: string;
  /** One picture each, in order; `timesS` are those of the frames in them. */
  sprite?: { sheets: string[]; timesS: number[] };
  /** PNGs of one size, at most 25. */
  frames?: string[];
}

export interface PassOptions extends Pick<FfmpegOptions, "signal" | "onProgress"> {
  log(line: string): void;
}

/** Writes into `folder`, which is empty and the caller's to remove. */
export async function lookThrough(
  media: Media,
  film: Film,
  wanted: Wanted,
  folder: string,
  options: PassOptions,
): Promise<FilmParts> {
  const able = await media.capabilities();
  if (wanted.preview && !able.encoders.has("libx264"))
    throw new JobFailure(
      "tool.missing",
      "This ffmpeg has no encoder for H.264: it was built without libx264.",
    );
  const pass = { media, film, folder, options, able };
  return film.plan.pixels <= wholeUpToPixels ? await asWhole(pass, wanted) : await byJumps(pass, wanted);
}

interface Pass {
  media: Media;
  film: Film;
  folder: string;
  options: PassOptions;
  able: Capabilities;
}

/** Every frame is decoded once, whatever is made of it. */
async function asWhole(pass: Pass, wanted: Wanted): Promise<FilmParts> {
  const { film, able } = pass;
  const branches: Branch[] = [
    ...(wanted.preview ? [{ filter: previewFilter(film, able, "windows"), ...previewOutput(pass) }] : []),
    ...(wanted.sprite ? spriteBranches(pass) : []),
    ...(wanted.frames ? [{ filter: frameFilter(film, able, "all"), ...framesOutput(pass) }] : []),
  ];
  await run(pass, [], branches, pass.options.onProgress);
  return {
    ...(wanted.preview && { preview: join(pass.folder, previewName) }),
    ...(wanted.sprite && { sprite: await spriteMade(pass) }),
    ...(wanted.frames && { frames: await framesMade(pass) }),
  };
}

async function byJumps(pass: Pass, wanted: Wanted): Promise<FilmParts> {
  const { film, options } = pass;
  const share = shares(film.plan, film.video, film.sizeBytes);
  const jumps = wanted.frames || wanted.preview ? share.jumps * (wanted.frames ? 1 : 0.6) : 0;
  const all = jumps + (wanted.sprite ? share.keyFrames : 0);
  const made: FilmParts = {};
  if (jumps > 0) {
    const clips = await jump(pass, wanted, (part) => options.onProgress?.((100 * part * jumps) / all));
    if (wanted.preview) made.preview = await joined(pass, clips);
    if (wanted.frames) made.frames = await framesMade(pass);
  }
  if (wanted.sprite)
    made.sprite = await spriteByKeyFrames(pass, (percent) =>
      options.onProgress?.((100 * jumps + percent * (all - jumps)) / all),
    );
  return made;
}

/** Answers the clips. A damaged place leaves the others. */
async function jump(pass: Pass, wanted: Wanted, onPart: (part: number) => void): Promise<string[]> {
  const { film, folder, able, options } = pass;
  const todo = places(film.plan).filter(({ clip }) => wanted.frames || clip);
  const clips: string[] = [];
  let lost: unknown;
  for (const [n, { atS, clip }] of todo.entries()) {
    const branches: Branch[] = [];
    const clipPath = join(folder, `clip-${String(n).padStart(2, "0")}.ts`);
    if (wanted.frames)
      branches.push({
        filter: frameFilter(film, able, "first"),
        output: [...one, `file:${join(folder, frameName(n + 1))}`],
      });
    if (wanted.preview && clip)
      branches.push({
        filter: previewFilter(film, able, "clip"),
        output: [...clipOutput(film.plan, clips.length), `file:${clipPath}`],
      });
    try {
      await run(pass, ["-ss", atS.toFixed(3)], branches);
      if (wanted.preview && clip && (await sizeOf(clipPath)) > 0) clips.push(clipPath);
    } catch (error) {
      options.signal?.throwIfAborted();
      const passes =
        error instanceof GiveUp || (error instanceof JobFailure && error.code === "tool.crashed");
      if (!passes) throw error;
      lost = error;
      options.log(`Nothing at ${atS.toFixed(1)} s: ${(error as Error).message.split("\n")[0]}`);
    }
    onPart((n + 1) / todo.length);
  }
  if (wanted.preview && clips.length === 0) throw lost ?? nothing();
  return clips;
}

/** Falls back to decoding everything where key frames stand too far apart. */
async function spriteByKeyFrames(pass: Pass, onPercent: (percent: number) => void) {
  const { film, options } = pass;
  let atPercent = 0;
  const onProgress = (percent: number) => {
    atPercent = percent;
    onPercent(percent);
  };
  await run(pass, ["-skip_frame", "nokey", "-discard", "nokey"], spriteBranches(pass), onProgress);
  const made = await spriteMade(pass);
  const slots = Math.ceil(film.plan.durationS / film.plan.sprite.intervalS - 1e-6);
  if (made.timesS.length >= slots * 0.9) return made;
  options.log(`${made.timesS.length} key frames do for ${slots} pictures: every frame is decoded.`);
  // Numbers that went up stay up: what is left of them is for the longer way.
  await run(pass, [], spriteBranches(pass), (percent) => onPercent(Math.max(atPercent, percent)));
  return await spriteMade(pass);
}

async function run(
  { media, film, options }: Pass,
  before: string[],
  branches: Branch[],
  onProgress?: (percent: number) => void,
): Promise<void> {
  const inputs = branches.map((_, n) => `[in${n}]`).join("");
  const graph = [
    `[0:${film.video.index}]${branches.length > 1 ? `split=${branches.length}` : "null"}${inputs}`,
    ...branches.map(({ filter, more }, n) => `[in${n}]${filter}${more ?? `[out${n}]`}`),
  ].join(";");
  const outputs = branches.flatMap(({ output, outputs }, n) =>
    outputs ? outputs.flatMap((words) => words) : ["-map", `[out${n}]`, "-an", "-sn", "-dn", ...output!],
  );
  // Copied to nowhere, the packets say how far it is, where the pictures come out minutes apart.
  const clock = onProgress ? ["-map", `0:${film.video.index}`, "-c", "copy", "-f", "null", "-"] : [];
  await media.ffmpeg([...input(film.path, before), "-filter_complex", graph, ...outputs, ...clock], {
    signal: options.signal,
    durationS: film.plan.durationS,
    onProgress,
  });
}

function spriteBranches({ film, folder, able }: Pass): Branch[] {
  const { chain, more } = spriteFilters(film, able);
  const path = join(folder, "sheet-").replaceAll("%", "%%");
  return [
    {
      filter: chain,
      more,
      outputs: [
        ...["-map", "[sheets]", "-an", ...everyFrame, "-c:v", "mjpeg", "-q:v", "4", "-f", "image2"],
        `file:${path}%03d.jpg`,
        ...["-map", "[times]", "-an", ...everyFrame, "-enc_time_base", "1:1000", "-c:v", "rawvideo"],
        ...["-f", "framecrc", `file:${join(folder, timesName)}`],
      ],
    },
  ];
}

async function spriteMade({ folder, film }: Pass): Promise<{ sheets: string[]; timesS: number[] }> {
  const sheets = (await readdir(folder)).filter((name) => /^sheet-\d+\.jpg$/.test(name)).sort();
  const timesS = timesIn(await readFile(join(folder, timesName), "utf8").catch(() => ""));
  if (sheets.length === 0 || timesS.length === 0) throw nothing();
  const perSheet = film.plan.sprite.columns * film.plan.sprite.rows;
  const filled = sheets.slice(0, Math.ceil(timesS.length / perSheet));
  return { sheets: filled.map((name) => join(folder, name)), timesS };
}

/** Of framecrc's lines: stream, dts, pts, duration, size, checksum, in the unit of its head. */
function timesIn(text: string): number[] {
  const [, over = 1, under = 1000] = /^#tb 0: (\d+)\/(\d+)/m.exec(text) ?? [];
  const lines = text.split("\n").filter((line) => /^\d+,/.test(line));
  return lines.map((line) => (Number(line.split(",")[2]) * Number(over)) / Number(under));
}

function previewOutput({ film, folder }: Pass): Pick<Branch, "output"> {
  const { count, lengthS } = film.plan.clips;
  const most = ["-t", (count * lengthS).toFixed(3)];
  return {
    output: [...x264, ...most, "-movflags", "+faststart", "-f", "mp4", `file:${join(folder, previewName)}`],
  };
}

/** Stamped with its place in the preview, so that the clips need only be laid one after another. */
function clipOutput({ clips }: FilmPlan, n: number): string[] {
  const frames = Math.round(clips.lengthS * previewFps);
  const place = ["-output_ts_offset", (n * clips.lengthS).toFixed(3), "-muxdelay", "0", "-muxpreload", "0"];
  return [...x264, "-frames:v", String(frames), ...place, "-f", "mpegts"];
}

async function joined({ media, folder, options }: Pass, clips: string[]): Promise<string> {
  const all = join(folder, "clips.ts");
  for (const clip of clips) await appendFile(all, await readFile(clip));
  const made = join(folder, previewName);
  const words = ["-map", "0:v", "-c", "copy", "-movflags", "+faststart", "-f", "mp4", `file:${made}`];
  await media.ffmpeg([...input(all), ...words], { signal: options.signal });
  return made;
}

function framesOutput({ film, folder }: Pass): Pick<Branch, "output"> {
  const path = join(folder, "frame-").replaceAll("%", "%%");
  return {
    output: [...png, "-frames:v", String(film.plan.frames.count), "-f", "image2", `file:${path}%02d.png`],
  };
}

async function framesMade({ folder }: Pass): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^frame-\d+\.png$/.test(name)).sort();
  return names.map((name) => join(folder, name));
}

function frameName(n: number): string {
  return `frame-${String(n).padStart(2, "0")}.png`;
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

function nothing(): GiveUp {
  return new GiveUp("input.corrupt", "No frame of the film can be decoded.");
}

const previewName = "preview.mp4";
const timesName = "times.txt";
const everyFrame = ["-vsync", "passthrough"];
const png = ["-c:v", "png", "-compression_level", "1"];
const one = [...png, "-frames:v", "1", "-f", "image2", "-update", "1"];
// No frame refers to a later one: then clips can be joined, and every player starts at once.
const x264 = [
  ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "25", "-profile:v", "main", "-bf", "0"],
  ...["-pix_fmt", "yuv420p", "-g", String(previewFps), "-map_metadata", "-1", "-map_chapters", "-1"],
];
