// What is really in a film: its frames and its sound, decoded.

import { spawnSync } from "node:child_process";

/** Mean brightness of every frame, as decoded: 16 is black, 235 white. */
export function lumaByFrame(path: string): number[] {
  const pixels = decoded(
    path,
    "-map 0:v -vf scale=1:1:flags=area,format=gray -fps_mode passthrough -f rawvideo",
  );
  // Gray is of full range: 0 for black.
  return [...pixels].map((value) => 16 + (value * 219) / 255);
}

/** The colour in the middle of each quarter of one frame, as `[r, g, b]`. */
export function quarterColours(path: string, atS: number): number[][] {
  const pixels = decoded(path, "-map 0:v -frames:v 1 -vf scale=32:32:flags=area,format=rgb24 -f rawvideo", [
    "-ss",
    String(atS),
  ]);
  const at = (x: number, y: number) => [...pixels.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)];
  return [at(8, 8), at(24, 8), at(8, 24), at(24, 24)];
}

/** The colour of one frame below its middle. */
export function colourAt(path: string, atS: number): number[] {
  const words =
    "-map 0:v -frames:v 1 -vf crop=iw/8:ih/8:(iw-ow)/2:ih*0.8,scale=1:1:flags=area,format=rgb24 -f rawvideo";
  return [...decoded(path, words, ["-ss", String(atS)])];
}

/** How much sound can be decoded: less than it should be where something in the middle cannot. */
export function soundSeconds(path: string): number {
  return decoded(path, "-map 0:a -ac 1 -ar 8000 -f s16le").length / 16_000;
}

/** Whether it is loud between two times, and quiet 60 ms before and after. */
export function peaksAround(path: string, fromS: number, toS: number) {
  const bytes = decoded(path, "-map 0:a -ac 1 -ar 8000 -f s16le");
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  const loudest = (a: number, b: number) =>
    samples.subarray(Math.max(0, a * 8000), b * 8000).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return {
    before: loudest(0, fromS - 0.04) < 1000,
    during: loudest(fromS + 0.01, toS - 0.01) > 8000,
    after: loudest(toS + 0.04, 1000) < 1000,
  };
}

function decoded(path: string, words: string, before: string[] = []): Buffer {
  const { stdout, stderr, status } = spawnSync(
    "ffmpeg",
    ["-nostdin", "-v", "error", ...before, "-i", `file:${path}`, ...words.split(" "), "-"],
    { maxBuffer: 1 << 30 },
  );
  if (status !== 0) throw new Error(String(stderr));
  return stdout;
}
