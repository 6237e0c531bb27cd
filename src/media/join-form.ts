// What size and rate a film of many films gets: the shape of most of them, as large as the largest, up to 1080p. Pure.

import type { Size } from "./cut.ts";
import type { VideoStream } from "./ffprobe.ts";

export type Orientation = "landscape" | "portrait" | "square";

type Shown = Pick<VideoStream, "width" | "height" | "fps">;

export function joinFormOf(videos: Shown[], orientation = orientationOfMost(videos)): Size & { fps: number } {
  const shortest = Math.max(240, ...videos.map(({ width, height }) => Math.min(width, height)));
  const short = [360, 480, 720].find((usual) => usual >= shortest) ?? 1080;
  const long = Math.round((short * 16) / 9 / 2) * 2;
  const fps = mostly(videos.map((video) => evenRate(video.fps))) ?? 30;
  if (orientation === "square") return { width: short, height: short, fps };
  return orientation === "portrait"
    ? { width: short, height: long, fps }
    : { width: long, height: short, fps };
}

/** A twentieth either way is square. */
export function orientationOf({ width, height }: Size): Orientation {
  if (width > height * 1.05) return "landscape";
  return height > width * 1.05 ? "portrait" : "square";
}

function orientationOfMost(videos: Shown[]): Orientation {
  return mostly(videos.map(orientationOf)) ?? "landscape";
}

/** The nearest of those that divide the sound evenly. */
function evenRate(fps: number | null): number {
  return [24, 25, 30, 50, 60].find((rate) => rate >= (fps ?? 30) - 0.5) ?? 60;
}

function mostly<T>(values: T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
