// One look through a film: where it is cut, where it is black, and what each second is like. Frames come small and are looked at
// as they pass; memory holds a few numbers a second.

import { audioToPlay } from "./encode-plan.ts";
import { input } from "./ffmpeg.ts";
import type { Probe, VideoStream } from "./ffprobe.ts";
import { FrameFigures } from "./frame-figures.ts";
import type { Media } from "./media.ts";

export interface Cut {
  atS: number;
  /** ffmpeg's scene score, 0 to 1. */
  score: number;
}

export interface Stretch {
  startS: number;
  endS: number;
}

/** What one second of a film is like; the picture's figures are 0 to 255. */
export interface Second {
  brightness: number;
  contrast: number;
  /** How much detail there is: mean step from pixel to pixel. */
  detail: number;
  /** Mean change of a pixel in half a second, cuts left out. */
  motion: number;
  /** dB below full scale; null where there is no sound at all. */
  loudness: number | null;
}

export interface FilmAnalysis {
  durationS: number;
  /** All from a score of 0.08, so that callers choose how sharp a cut has to be. */
  cuts: Cut[];
  blacks: Stretch[];
  seconds: Second[];
}

type Film = Probe & { video: VideoStream };

export async function analyseFilm(
  media: Pick<Media, "ffmpeg">,
  path: string,
  film: Film,
  options: { signal?: AbortSignal; onProgress?: (percent: number) => void; sound?: boolean } = {},
): Promise<FilmAnalysis> {
  const audio = options.sound === false ? null : audioToPlay(film.audio);
  const marks = new Marks();
  const figures = new FrameFigures(frameWidth, frameHeight);
  const outputs = [
    "-map",
    "[cuts]",
    "-f",
    "null",
    "-",
    ...(audio ? ["-map", "[sound]", "-f", "null", "-"] : []),
  ];
  const frames = ["-map", "[frames]", "-c:v", "rawvideo", "-f", "rawvideo", "pipe:1"];
  // Blocks that are not smoothed look no different this small.
  const before = ["-skip_loop_filter", "noref"];
  await media.ffmpeg(
    [...input(path, before), "-filter_complex", graph(film.video, audio?.index), ...outputs, ...frames],
    {
      signal: options.signal,
      durationS: film.durationS,
      onProgress: options.onProgress,
      onBytes: (bytes) => figures.push(bytes),
      onErrorLine: (line) => marks.line(line),
    },
  );
  const shownS = figures.frames.length / framesPerS;
  const saidS = film.video.durationS ?? film.durationS;
  // One that breaks off ends there, whatever it says.
  const durationS = saidS === null || saidS - shownS > Math.max(2, saidS * 0.05) ? shownS : saidS;
  const cuts = marks.cuts.filter(({ atS }) => atS < durationS);
  return {
    durationS,
    cuts,
    blacks: marks.blacksUntil(durationS),
    seconds: secondsOf(figures, cuts, marks.loudness),
  };
}

const framesPerS = 2;
const frameWidth = 96;
const frameHeight = 54;

/** The filters' findings come as lines on stderr; a filter for each, in one graph, so that no line breaks into another. */
function graph(video: VideoStream, audioIndex: number | undefined): string {
  const say = (filter: string, key: string) => `${filter}=print:key=lavfi.${key}:file=pipe\\\\:2:direct=1`;
  const small = video.codedWidth > 320 ? "scale=320:-2:flags=fast_bilinear," : "";
  const picture =
    `[0:${video.index}]${small}format=yuv420p,blackdetect=d=0.08:pix_th=0.04:pic_th=0.98,` +
    `${say("metadata", "black_start")},${say("metadata", "black_end")},split[a][b];` +
    `[a]select='gte(scene\\,${leastScore})',${say("metadata", "scene_score")}[cuts];` +
    `[b]fps=${framesPerS}:start_time=0,scale=${frameWidth}:${frameHeight}:flags=area,format=gray[frames]`;
  if (audioIndex === undefined) return picture;
  const level = say("ametadata", "astats.Overall.RMS_level");
  return `${picture};[0:${audioIndex}]aresample=8000,aformat=sample_fmts=s16:channel_layouts=mono,asetnsamples=8000,astats=metadata=1:reset=1,${level}[sound]`;
}

const leastScore = 0.08;

/** What the filters say, each after the line that gives the time of its frame. */
class Marks {
  readonly cuts: Cut[] = [];
  /** By seconds. */
  readonly loudness: number[] = [];
  private readonly blacks: Stretch[] = [];
  private blackSince: number | undefined;
  private atS = 0;

  line(line: string): void {
    const time = /^frame:\d+\s+pts:\S+\s+pts_time:(-?[\d.e+-]+)/.exec(line);
    if (time) this.atS = Number(time[1]);
    const said = /^lavfi\.([\w.]+)=(\S+)/.exec(line);
    if (said) this.take(said[1]!, Number(said[2]));
  }

  blacksUntil(durationS: number): Stretch[] {
    return this.blackSince === undefined
      ? this.blacks
      : [...this.blacks, { startS: this.blackSince, endS: durationS }];
  }

  private take(key: string, value: number): void {
    if (key === "scene_score") this.cuts.push({ atS: this.atS, score: value });
    else if (key === "black_start") this.blackSince = value;
    else if (key === "black_end" && this.blackSince !== undefined) {
      this.blacks.push({ startS: this.blackSince, endS: value });
      this.blackSince = undefined;
    } else if (key.endsWith("RMS_level"))
      this.loudness[Math.max(0, Math.round(this.atS))] = Number.isFinite(value) ? value : -90;
  }
}

function secondsOf(figures: FrameFigures, cuts: Cut[], loudness: number[]): Second[] {
  // A change of picture is no movement in it.
  const cutInto = new Set(
    cuts.filter(({ score }) => score > 0.2).map(({ atS }) => Math.ceil(atS * framesPerS)),
  );
  const count = Math.ceil(figures.frames.length / framesPerS);
  return Array.from({ length: count }, (_, second) => {
    const first = second * framesPerS;
    const frames = figures.frames.slice(first, first + framesPerS);
    const moving = frames.filter((_, n) => !cutInto.has(first + n));
    return {
      brightness: mean(frames.map((f) => f.brightness)),
      contrast: mean(frames.map((f) => f.contrast)),
      detail: mean(frames.map((f) => f.detail)),
      motion: mean(moving.map((f) => f.motion)),
      loudness: loudness[second] ?? null,
    };
  });
}

function mean(numbers: number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
}
