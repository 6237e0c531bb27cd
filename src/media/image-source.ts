// Opens any picture as sharp pixels, oriented and in sRGB. Runs in the native child only.

import { open } from "node:fs/promises";
import sharp, { type Sharp, type SharpOptions } from "sharp";
import { GiveUp } from "../runtime/errors.ts";
import { decodeHeic, type Pixels } from "./heic.ts";
import { type ImageFormat, imageFormat } from "./image-format.ts";
import { findRawPreview } from "./raw-preview.ts";
import { bytesAt } from "./tiff.ts";

// Two cores is what the machines this is for have; more threads only cost memory.
sharp.cache(false);
sharp.concurrency(2);

export interface ImageSource {
  format: ImageFormat;
  /** A fresh pipeline at each call, already turned upright. */
  open(): Sharp;
  /** Size as shown. */
  width: number;
  height: number;
  frames: number;
  hasAlpha: boolean;
}

/** `format` of pixels that came through ffmpeg is that of the stand-in. Throws `GiveUp` with an `input.*` code. */
export async function openImage(path: string): Promise<ImageSource> {
  const format = await imageFormat(path);
  switch (format) {
    case "jpeg":
    case "png":
    case "gif":
    case "webp":
    case "tiff":
    case "avif":
      return await fromSharp(format, path);
    case "heic":
      return await fromHeic(path);
    case "raw":
      return await fromRaw(path);
    case "empty":
      throw new GiveUp("input.truncated", "The file is empty.");
    case "text":
    case "svg":
      throw new GiveUp(
        "input.unsupported",
        format === "svg" ? "SVG drawings are not rendered." : "This is a text file, not a picture.",
      );
    case "jxl":
    case "bmp":
      throw new GiveUp("input.unsupported", `${format.toUpperCase()} pictures need ffmpeg.`);
    default:
      throw new GiveUp("input.corrupt", "The file does not begin as any known picture does.");
  }
}

/** What sharp says about damage, as the failure it means. */
export function pixelFailure(error: unknown): Error {
  if (error instanceof GiveUp) return error;
  const message = (error as Error).message ?? String(error);
  const said = [...new Set(message.split("\n"))].slice(0, 2).join("\n").slice(0, 400);
  if (/ENOENT|no such file|Input file is missing/i.test(message))
    return new GiveUp("input.missing", "The file is not there.");
  if (
    /premature end|truncated|end of file|unexpected end|not enough|read error|libspng read error|bad seek|EOF/i.test(
      message,
    )
  )
    return new GiveUp("input.truncated", `The picture ends too early.\n${said}`);
  if (/exceeds pixel limit/i.test(message))
    return new GiveUp("input.unsupported", "The picture has more than 268 million pixels.");
  if (!/corrupt/i.test(message) && /not configured|not been built in|unsupported/i.test(message))
    return new GiveUp("input.unsupported", `This variant of the format cannot be read.\n${said}`);
  if (/ENOSPC|No space left|out of memory|ENOMEM|EROFS|EACCES.*write|unable to write/i.test(message))
    return error as Error;
  return new GiveUp("input.corrupt", `The picture is damaged.\n${said}`);
}

const options: SharpOptions = { failOn: "error", limitInputPixels: 268_402_689, sequentialRead: true };

async function fromSharp(
  format: ImageFormat,
  input: string | Buffer,
  orientation?: number,
): Promise<ImageSource> {
  try {
    const meta = await sharp(input, options).metadata();
    const turn = meta.orientation ?? orientation ?? 1;
    const turned = turn >= 5;
    const upright = () => {
      const pipeline = sharp(input, options);
      return meta.orientation || turn === 1 ? pipeline.autoOrient() : applyOrientation(pipeline, turn);
    };
    return {
      format,
      open: upright,
      width: turned ? meta.height : meta.width,
      height: turned ? meta.width : meta.height,
      frames: meta.pages ?? 1,
      hasAlpha: meta.hasAlpha ?? false,
    };
  } catch (error) {
    throw pixelFailure(error);
  }
}

async function fromHeic(path: string): Promise<ImageSource> {
  const pixels = await decodeHeic(path);
  // Tagged with its profile by way of a TIFF header: sharp takes no profile for bare pixels.
  const tiff = asTiff(pixels);
  return {
    format: "heic",
    open: () => sharp(tiff, options),
    width: pixels.width,
    height: pixels.height,
    frames: 1,
    hasAlpha: pixels.channels === 4,
  };
}

async function fromRaw(path: string): Promise<ImageSource> {
  const preview = await findRawPreview(path);
  const handle = await open(path, "r");
  try {
    const sizeBytes = Math.min(preview.sizeBytes, (await handle.stat()).size - preview.offset, 64 << 20);
    return await fromSharp("raw", await bytesAt(handle, preview.offset, sizeBytes), preview.orientation);
  } finally {
    await handle.close();
  }
}

function applyOrientation(pipeline: Sharp, orientation: number): Sharp {
  const [degrees, mirrored] = (
    {
      2: [0, true],
      3: [180, false],
      4: [180, true],
      5: [270, true],
      6: [90, false],
      7: [90, true],
      8: [270, false],
    } as Record<number, [number, boolean]>
  )[orientation] ?? [0, false];
  // Mirroring comes before turning in EXIF's order, and sharp flops before it rotates.
  const flopped = mirrored ? pipeline.flop() : pipeline;
  return degrees ? flopped.rotate(degrees) : flopped;
}

/** An uncompressed TIFF around the pixels, with their profile. */
function asTiff({ data, width, height, channels, icc }: Pixels): Buffer {
  const entries: [tag: number, type: number, count: number, value: number][] = [];
  const bitsAt = 8;
  const iccAt = bitsAt + channels * 2;
  const ifdAt = iccAt + (((icc?.length ?? 0) + 1) & ~1);
  const count = 10 + (channels === 4 ? 1 : 0) + (icc ? 1 : 0);
  const pixelsAt = ifdAt + 2 + count * 12 + 4;
  entries.push(
    [0x100, 4, 1, width],
    [0x101, 4, 1, height],
    [0x102, 3, channels, bitsAt],
    [0x103, 3, 1, 1],
    [0x106, 3, 1, 2],
  );
  entries.push(
    [0x111, 4, 1, pixelsAt],
    [0x112, 3, 1, 1],
    [0x115, 3, 1, channels],
    [0x116, 4, 1, height],
    [0x117, 4, 1, data.length],
  );
  if (channels === 4) entries.push([0x152, 3, 1, 2]);
  if (icc) entries.push([0x8773, 7, icc.length, iccAt]);
  const head = Buffer.alloc(pixelsAt);
  head.write("II*\0", 0, "latin1");
  head.writeUInt32LE(ifdAt, 4);
  for (let c = 0; c < channels; c++) head.writeUInt16LE(8, bitsAt + c * 2);
  icc?.copy(head, iccAt);
  head.writeUInt16LE(entries.length, ifdAt);
  entries.forEach(([tag, type, n, value], i) => {
    const at = ifdAt + 2 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(n, at + 4);
    if (type === 3 && n === 1) head.writeUInt16LE(value, at + 8);
    else head.writeUInt32LE(value, at + 8);
  });
  return Buffer.concat([head, data]);
}
