// Reads one picture: what it is, what its metadata says, and whether every pixel decodes. Runs in the native child only.

import { stat } from "node:fs/promises";
import { GiveUp } from "../runtime/errors.ts";
import { readImageFacts } from "./exif.ts";
import { imageFormat } from "./image-format.ts";
import { openImage, pixelFailure } from "./image-source.ts";
import type { ImageReading, NativeOps } from "./native-ops.ts";
import { rawSize } from "./raw-preview.ts";
import { claimedStripEnd } from "./tiff.ts";

export async function readImage({ path, decode }: NativeOps["image.read"]["args"]): Promise<ImageReading> {
  const format = await imageFormat(path);
  const facts = await readImageFacts(path);
  const reading: ImageReading = {
    format,
    width: null,
    height: null,
    frames: 1,
    hasAlpha: false,
    facts,
    fault: null,
    needsFfmpeg: format === "jxl" || format === "bmp",
  };
  if (reading.needsFfmpeg) return reading;
  try {
    if (format === "raw") await readRaw(path, reading);
    else await readPixels(path, decode, reading);
  } catch (error) {
    const failure = pixelFailure(error);
    if (!(failure instanceof GiveUp) || failure.code === "input.missing") throw failure;
    reading.fault = { code: failure.code, reason: failure.message };
  }
  return reading;
}

async function readPixels(path: string, decode: boolean, reading: ImageReading): Promise<void> {
  const source = await openImage(path);
  Object.assign(reading, {
    width: source.width,
    height: source.height,
    frames: source.frames,
    hasAlpha: source.hasAlpha,
  });
  // Shrunk to a dot, so that all rows are decoded and none kept.
  if (decode)
    await source
      .open()
      .resize(8, 8, { fit: "fill", kernel: "nearest", fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
}

/** Sensor data is not decoded; a RAW file is whole when its directories are there and point inside it. */
async function readRaw(path: string, reading: ImageReading): Promise<void> {
  const size = await rawSize(path);
  const end = await claimedStripEnd(path);
  if (end > (await stat(path)).size)
    throw new GiveUp(
      "input.truncated",
      `The sensor data should end at byte ${end}, after the end of the file.`,
    );
  if (!size && !reading.facts.hasExif)
    throw new GiveUp("input.corrupt", "The RAW file has no readable directory.");
  const turned = (reading.facts.camera.orientation ?? 1) >= 5;
  if (size) Object.assign(reading, turned ? { width: size.height, height: size.width } : size);
}
