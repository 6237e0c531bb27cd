// Decides which renditions a film gets for adaptive streaming: sizes, bit rates, one steady frame rate for all, and its
// sound tracks. Pure.

import { audioToPlay, type Film, type Picture, pictureOf } from "./encode-plan.ts";
import type { AudioStream } from "./ffprobe.ts";

export interface Rung {
  /** Folder of its segments: `v720`. */
  name: string;
  width: number;
  height: number;
  /** The most that is spent over two seconds. */
  kbps: number;
}

export interface SoundTrack {
  /** `a0`. */
  name: string;
  index: number;
  /** For people: `English`, `Director's commentary`. */
  label: string;
  /** As BCP 47 has it: `en`. */
  language: string | null;
  isDefault: boolean;
  isDescription: boolean;
}

export interface HlsPlan {
  /** Largest first. */
  rungs: [Rung, ...Rung[]];
  /** As `30000/1001`, and as a number. */
  rate: string;
  fps: number;
  picture: Picture;
  sounds: SoundTrack[];
}

/** By the shorter side, or what fits beside it in 16:9: a film of 1920×800 is one of 1080. */
const ladder = [
  { height: 1080, kbps: 5200 },
  { height: 720, kbps: 2800 },
  { height: 480, kbps: 1400 },
  { height: 360, kbps: 850 },
  { height: 240, kbps: 450 },
];

export function planHls(film: Film): HlsPlan {
  const { width, height } = film.video;
  const size = Math.max(Math.min(width, height), (Math.max(width, height) * 9) / 16);
  const fitting = ladder.filter((rung) => rung.height <= size * 1.02);
  const rungs = (fitting.length > 0 ? fitting : ladder.slice(-1)).map(({ height, kbps }): Rung => {
    const fitted = pictureOf(film.video, height);
    return { name: `v${height}`, width: fitted.width, height: fitted.height, kbps };
  });
  const top = fitting[0]?.height ?? 240;
  const rate = steadyRate(film.video);
  // What is too fast for level 4.1 at this size keeps every second frame.
  const { frameStep, ...picture } = pictureOf({ ...film.video, fps: rate.fps }, top);
  return {
    rungs: rungs as HlsPlan["rungs"],
    ...(frameStep > 1 ? steadyRate({ fps: rate.fps / frameStep }) : rate),
    picture: { ...picture, frameStep },
    sounds: soundTracks(film.audio),
  };
}

/** The usual rate that it has within a hair; of uneven frames, as phones and screens record them, one that loses few. */
export function steadyRate({ fps, nominalFps }: Pick<Film["video"], "fps" | "nominalFps">): {
  rate: string;
  fps: number;
} {
  const measured = below60(fps ?? 30);
  const isUneven = exactly(measured) === undefined;
  const wanted =
    isUneven && nominalFps && nominalFps > measured && nominalFps <= 60.5 ? nominalFps : measured;
  const above = wanted > 10 ? usualRates.find((one) => perSecond(one) >= wanted * 0.985) : undefined;
  const [over, under] = exactly(wanted) ?? above ?? [Math.max(1000, Math.round(wanted * 1000)), 1000];
  return { rate: `${over}/${under}`, fps: over / under };
}

type Rate = readonly [over: number, under: number];

function exactly(fps: number): Rate | undefined {
  return usualRates.find((one) => Math.abs(perSecond(one) / fps - 1) < 0.0006);
}

function perSecond([over, under]: Rate): number {
  return over / under;
}

function below60(fps: number): number {
  return fps > 60.5 ? below60(fps / 2) : fps;
}

/** Rising. */
const usualRates: Rate[] = [
  [10, 1],
  [12, 1],
  [25, 2],
  [15, 1],
  [20, 1],
  [24000, 1001],
  [24, 1],
  [25, 1],
  [30000, 1001],
  [30, 1],
  [48, 1],
  [50, 1],
  [60000, 1001],
  [60, 1],
];

/** All that can be decoded, the one that plays by itself first. More than eight are of no use to anybody. */
function soundTracks(tracks: AudioStream[]): SoundTrack[] {
  const first = audioToPlay(tracks);
  if (!first) return [];
  const real = tracks.filter((t) => t !== first && t.codec !== "unknown" && (t.channels ?? 0) > 0);
  const taken = new Set<string>();
  return [first, ...real].slice(0, 8).map((track, n) => {
    const language = languageTag(track.language);
    return {
      name: `a${n}`,
      index: track.index,
      label: unique(labelOf(track, language), taken),
      language,
      isDefault: n === 0,
      isDescription: track.isExtra,
    };
  });
}

function labelOf({ title }: AudioStream, language: string | null): string {
  // Quotes and line breaks would end the attribute that carries it.
  const plain = title?.replace(/["\s\p{Cc}]+/gu, " ").trim();
  const named = language && new Intl.DisplayNames(["en"], { type: "language" }).of(language);
  return plain || named || "Sound";
}

function unique(label: string, taken: Set<string>): string {
  let name = label;
  for (let n = 2; taken.has(name); n++) name = `${label} ${n}`;
  taken.add(name);
  return name;
}

/** `en` of `eng`; null for what is no language. */
function languageTag(language: string | null): string | null {
  try {
    return language && (Intl.getCanonicalLocales(librarians[language] ?? language)[0] ?? null);
  } catch {
    return null;
  }
}

/** Matroska's codes are those of libraries, which differ from everybody else's for these. */
const librarians: Record<string, string> = Object.fromEntries(
  "alb:sq arm:hy baq:eu bur:my chi:zh cze:cs dut:nl fre:fr geo:ka ger:de gre:el ice:is mac:mk mao:mi may:ms per:fa rum:ro slo:sk tib:bo wel:cy"
    .split(" ")
    .map((pair) => pair.split(":")),
);
