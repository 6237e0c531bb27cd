// What is made small of a film, and where in it: clips of the preview, frames of the sprite, frames of the fingerprint. A short
// film is decoded once as a whole. In a long one that would take most of an hour, so its key frames alone are read for the
// sprite, and 25 places are jumped to: the clips begin at every second place of the fingerprint.

import type { VideoStream } from "./ffprobe.ts";

export interface Wanted {
  preview: boolean;
  sprite: boolean;
  /** The 25 frames that a fingerprint is made of. */
  frames: boolean;
}

export interface FilmPlan {
  durationS: number;
  /** Clips begin `stepS` apart, and are joined. */
  clips: { startS: number; stepS: number; count: number; lengthS: number };
  preview: Size;
  sprite: { intervalS: number; tile: Size; columns: number; rows: number };
  frames: { startS: number; stepS: number; count: number };
  /** Pixels that decoding everything would go through. */
  pixels: number;
}

export interface Size {
  width: number;
  height: number;
}

export const previewFps = 24;
const clipS = 0.75;
const framesInHash = 25;
/** 12 clips in at least twice their length. */
const leastPerClipS = 1.5;

export function planFilm(video: VideoStream, durationS: number): FilmPlan {
  const frames = { startS: 0.05 * durationS, stepS: (0.9 * durationS) / framesInHash, count: framesInHash };
  return {
    durationS,
    clips: clipsOf(durationS, frames),
    preview: within(video, 640, 1280),
    sprite: spriteOf(video, durationS),
    frames,
    pixels: video.codedWidth * video.codedHeight * (video.fps ?? 25) * durationS,
  };
}

/** Up to so much it is decoded as a whole: jumping costs as much (some six seconds on two cores). */
export const wholeUpToPixels = 2.5e9;

/** Where a frame of the fingerprint is taken, and which clip begins there. */
export function places(plan: FilmPlan): { atS: number; clip: boolean }[] {
  return Array.from({ length: plan.frames.count }, (_, i) => ({
    atS: plan.frames.startS + i * plan.frames.stepS,
    clip: i % 2 === 1,
  }));
}

/** How long each part of jumping takes beside the others, for progress. */
export function shares(plan: FilmPlan, { codedWidth, codedHeight, fps }: VideoStream, sizeBytes: number) {
  const pixels = codedWidth * codedHeight;
  const jumps = plan.frames.count * (0.12 + (pixels * (fps ?? 25) * 2.5) / 390e6);
  const keyFrames = ((plan.durationS / 4) * pixels) / 230e6 + sizeBytes / 500e6;
  return { jumps, keyFrames };
}

function clipsOf(durationS: number, frames: FilmPlan["frames"]): FilmPlan["clips"] {
  const count = Math.min(12, Math.floor(durationS / leastPerClipS));
  if (count < 2) return { startS: 0, stepS: Math.max(durationS, 1), count: 1, lengthS: durationS };
  if (count === 12)
    return { startS: frames.startS + frames.stepS, stepS: 2 * frames.stepS, count, lengthS: clipS };
  const stepS = durationS / count;
  return { startS: (stepS - clipS) / 2, stepS, count, lengthS: clipS };
}

/** Sheets of at most 10×10 tiles: a browser unpacks a whole one to show any of them. */
function spriteOf(video: VideoStream, durationS: number): FilmPlan["sprite"] {
  const intervalS = Math.min(10, durationS / 3);
  const tiles = Math.max(1, Math.ceil(durationS / intervalS - 1e-6));
  const columns = Math.min(10, tiles);
  return {
    intervalS,
    tile: within(video, 320, 180),
    columns,
    rows: Math.min(10, Math.ceil(tiles / columns)),
  };
}

/** In even numbers, never larger than the film. */
function within({ width, height }: Size, most: number, highest: number): Size {
  const scale = Math.min(1, most / width, highest / height);
  const even = (n: number) => Math.max(2, 2 * Math.round((n * scale) / 2));
  return { width: even(width), height: even(height) };
}
