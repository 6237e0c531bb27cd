// Pictures, from the server's side: the native child does the work, and ffmpeg decodes what the child cannot (JPEG XL, BMP).

import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { GiveUp, isForbidden } from "../runtime/errors.ts";
import { input, makeWithFfmpeg } from "./ffmpeg.ts";
import { imageFormat } from "./image-format.ts";
import type { Native } from "./native.ts";
import type { ImageOutput, ImageReading, Rendered } from "./native-ops.ts";

interface ImageTools {
  native: Native;
  ffmpegPath: string;
  tmpFolder: string;
}

export async function readImage(
  tools: ImageTools,
  path: string,
  { decode, signal }: { decode: boolean; signal?: AbortSignal },
): Promise<ImageReading> {
  const reading = await tools.native.call("image.read", { path, decode }, { signal });
  if (!reading.needsFfmpeg) return reading;
  try {
    return await throughFfmpeg(tools, path, signal, async (pixels) => {
      const inner = await tools.native.call("image.read", { path: pixels, decode: false }, { signal });
      return { ...reading, width: inner.width, height: inner.height, hasAlpha: inner.hasAlpha };
    });
  } catch (error) {
    if (!(error instanceof GiveUp) || error.code === "input.missing") throw error;
    return { ...reading, fault: { code: error.code, reason: error.message } };
  }
}

/** The perceptual hash; null of a picture so even that it would mean nothing. */
export async function hashImage(
  tools: ImageTools,
  path: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const ask = async (pixels: string) =>
    (await tools.native.call("image.hash", { paths: [pixels] }, { signal })).hash;
  return (await needsFfmpeg(path)) ? await throughFfmpeg(tools, path, signal, ask) : await ask(path);
}

/** Writes each output. Throws `GiveUp` with an `input.*` code where the picture cannot be read. */
export async function renderImage(
  tools: ImageTools,
  path: string,
  outputs: ImageOutput[],
  signal?: AbortSignal,
): Promise<Rendered[]> {
  if (!(await needsFfmpeg(path))) return tools.native.call("image.render", { path, outputs }, { signal });
  return throughFfmpeg(tools, path, signal, (pixels) =>
    tools.native.call("image.render", { path, pixels, outputs }, { signal }),
  );
}

async function needsFfmpeg(path: string): Promise<boolean> {
  const format = await imageFormat(path).catch((error) => {
    const code = isForbidden(error) ? "input.unreadable" : "input.missing";
    throw new GiveUp(code, `The file cannot be opened: ${error.message}`);
  });
  return format === "jxl" || format === "bmp";
}

/** Calls `use` with a PNG of the picture, which is gone afterwards. */
async function throughFfmpeg<T>(
  { ffmpegPath, tmpFolder }: ImageTools,
  path: string,
  signal: AbortSignal | undefined,
  use: (pixels: string) => Promise<T>,
): Promise<T> {
  await mkdir(tmpFolder, { recursive: true, mode: 0o700 });
  const pixels = join(tmpFolder, `pixels-${randomBytes(6).toString("hex")}.png`);
  try {
    // -xerror: a picture that decodes halfway is no picture.
    await makeWithFfmpeg(
      ffmpegPath,
      [
        "-xerror",
        ...input(path),
        "-frames:v",
        "1",
        "-update",
        "1",
        "-compression_level",
        "1",
        `file:${pixels}`,
      ],
      {
        signal,
      },
    );
    return await use(pixels);
  } finally {
    await rm(pixels, { force: true });
  }
}
