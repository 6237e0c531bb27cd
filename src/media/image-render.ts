// Derivatives of a picture: oriented, in sRGB, without metadata. Runs in the native child only.

import { stat } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { type ImageSource, openImage, pixelFailure } from "./image-source.ts";
import type { ImageOutput, NativeOps, OutputFormat, Rendered } from "./native-ops.ts";

export async function renderImage(args: NativeOps["image.render"]["args"]): Promise<Rendered[]> {
  const source = await openImage(args.pixels ?? args.path);
  try {
    const open = args.outputs.length > 1 ? await decodedOnce(source, args.outputs) : () => source.open();
    const rendered: Rendered[] = [];
    for (const output of args.outputs) rendered.push(await write(open(), output));
    return rendered;
  } catch (error) {
    throw pixelFailure(error);
  }
}

export async function imageLuma({ path }: { path: string }): Promise<{ mean: number; deviation: number }> {
  const source = await openImage(path);
  const { channels } = await source
    .open()
    .greyscale()
    .resize(64, 64, { fit: "fill" })
    .png()
    .toBuffer()
    .then((b) => sharp(b).stats());
  return { mean: channels[0]!.mean, deviation: channels[0]!.stdev };
}

/** One decode for all outputs: the pixels at the smallest scale that serves the most demanding of them. */
async function decodedOnce(source: ImageSource, outputs: ImageOutput[]): Promise<() => Sharp> {
  const scale = Math.min(1, Math.max(...outputs.map((o) => scaleFor(source, o))));
  const { data, info } = await source
    .open()
    .resize(Math.max(1, Math.round(source.width * scale)), Math.max(1, Math.round(source.height * scale)), {
      fit: "fill",
    })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}

function scaleFor(source: ImageSource, output: ImageOutput): number {
  const x = output.width ? output.width / source.width : undefined;
  const y = output.height ? output.height / source.height : undefined;
  if (x === undefined || y === undefined) return x ?? y ?? 1;
  return (output.fit ?? "inside") === "inside" || output.fit === "contain" ? Math.min(x, y) : Math.max(x, y);
}

async function write(pipeline: Sharp, output: ImageOutput): Promise<Rendered> {
  const resized =
    output.width || output.height
      ? pipeline.resize({
          width: output.width,
          height: output.height,
          fit: output.fit ?? "inside",
          withoutEnlargement: !output.enlarge,
          background: output.format === "jpeg" ? "#ffffff" : { r: 0, g: 0, b: 0, alpha: 0 },
        })
      : pipeline;
  const info = await encode(resized.toColourspace("srgb"), output.format, output.quality).toFile(output.path);
  return {
    path: output.path,
    width: info.width,
    height: info.height,
    sizeBytes: (await stat(output.path)).size,
  };
}

function encode(pipeline: Sharp, format: OutputFormat, quality?: number): Sharp {
  switch (format) {
    case "jpeg":
      return pipeline.flatten({ background: "#ffffff" }).jpeg({ quality: quality ?? 82, progressive: true });
    case "png":
      return pipeline.png({ compressionLevel: 7 });
    // The slowest encoder by far: 3 s for 800 px at its default effort.
    case "avif":
      return pipeline.avif({ quality: quality ?? 50, effort: 2 });
    default:
      return pipeline.webp({ quality: quality ?? 80 });
  }
}
