// The perceptual hash of a picture, or of frames laid out in a square: 64 bits that stay much the same when it is made smaller,
// brighter or saved anew. As pHash and ImageHash do it: 32×32 brightness values, their cosine transform, and of its lowest
// 8×8 frequencies which are above the median. Runs in the native child only.

import sharp from "sharp";
import { openImage, pixelFailure } from "./image-source.ts";

/** 16 hexadecimal digits; null of a picture so even that its bits would be noise. */
export async function imageHash({ paths }: { paths: string[] }): Promise<{ hash: string | null }> {
  try {
    const luma = paths.length === 1 ? await ofPicture(paths[0]!) : await ofFrames(paths);
    return { hash: deviation(luma) < leastDeviation ? null : hashOf(luma) };
  } catch (error) {
    throw pixelFailure(error);
  }
}

/** Of 32×32 brightness values, row by row. Exported for its test. */
export function hashOf(luma: ArrayLike<number>): string {
  const low: number[] = [];
  for (let v = 0; v < 8; v++)
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++) sum += luma[y * side + x]! * cosines[u]![x]! * cosines[v]![y]!;
      low.push(sum);
    }
  const sorted = [...low].sort((a, b) => a - b);
  const median = (sorted[31]! + sorted[32]!) / 2;
  let bits = 0n;
  for (const value of low) bits = (bits << 1n) | (value > median ? 1n : 0n);
  return bits.toString(16).padStart(16, "0");
}

const side = 32;
/** Of 255: less is a sheet of one colour, with the noise of its making. */
const leastDeviation = 3;
const cosines = Array.from({ length: 8 }, (_, u) =>
  Array.from({ length: side }, (_, x) => Math.cos((Math.PI * u * (2 * x + 1)) / (2 * side))),
);

async function ofPicture(path: string): Promise<Uint8Array> {
  const source = await openImage(path);
  return await source
    .open()
    .flatten({ background: "#ffffff" })
    .greyscale()
    .resize(side, side, { fit: "fill" })
    .raw()
    .toBuffer();
}

/** Five in a row, as many rows as it takes for 25: a place without a frame is black. */
async function ofFrames(paths: string[]): Promise<Uint8Array> {
  const { width, height } = await sharp(paths[0]).metadata();
  const composed = sharp({
    create: { width: width * 5, height: height * 5, channels: 3, background: "#000000" },
  }).composite(
    paths.slice(0, 25).map((input, i) => ({ input, left: (i % 5) * width, top: Math.floor(i / 5) * height })),
  );
  // In two steps: sharp resizes before it lays anything on top.
  const montage = await composed.greyscale().raw().toBuffer({ resolveWithObject: true });
  const { width: w, height: h, channels } = montage.info;
  return await sharp(montage.data, { raw: { width: w, height: h, channels } })
    .extractChannel(0)
    .resize(side, side, { fit: "fill" })
    .raw()
    .toBuffer();
}

function deviation(luma: Uint8Array): number {
  const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
  return Math.sqrt(luma.reduce((sum, value) => sum + (value - mean) ** 2, 0) / luma.length);
}
