// A film of known cuts for tests: still bars, something that moves and is loud, black, a fractal, and still bars again.

import type { madeMedia } from "./made-media.ts";

/** Where its shots begin; the third one is black. 20 s in all. */
export const shotsS = [0, 4, 10, 12, 16];

export function cutFilm(made: ReturnType<typeof madeMedia>, name = "cuts.mp4", ...more: string[]): string {
  const picture = (source: string) => [
    "-f",
    "lavfi",
    "-i",
    `${source}${source.includes("=") ? ":" : "="}s=160x120:r=10`,
  ];
  const shots = [4, 6, 2, 4, 4].map(
    (seconds, n) => `[${n}:v]trim=duration=${seconds},setpts=PTS-STARTPTS[s${n}]`,
  );
  return made.make(
    name,
    ...["smptebars", "testsrc2", "color=c=black", "mandelbrot", "rgbtestsrc"].flatMap(picture),
    ...["-f", "lavfi", "-i", "aevalsrc=if(between(t\\,4\\,10)\\,0.8\\,0.01)*sin(2000*t):s=16000:d=20"],
    ...["-filter_complex", `${shots.join(";")};[s0][s1][s2][s3][s4]concat=n=5:v=1,format=yuv420p[v]`],
    ..."-map [v] -map 5:a -c:v libx264 -preset ultrafast -g 50 -c:a aac".split(" "),
    ...more,
  );
}
