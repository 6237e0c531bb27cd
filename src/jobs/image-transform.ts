// Pictures in the size and format that somebody asks for, kept in the cache. The same code runs as a job and inline.

import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { getFile } from "../library/files.ts";
import { excludedByHand } from "../library/held-files.ts";
import {
  keepTransform,
  transformInTheMaking,
  transformsFolder,
  useTransform,
} from "../library/transform-cache.ts";
import type { JobKind } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFile, fileId, type InputFile, inputFile } from "./input-file.ts";
import { extensions } from "./keep-pictures.ts";
import type { Tools } from "./tools.ts";

const side = (title: string) =>
  z.number().int().min(1).max(4096).optional().meta({ title, description: "Pixels; empty keeps the shape" });

export const transformParams = z.strictObject({
  fileId: fileId.meta({ title: "Picture", fileTypes: ["image"] }),
  w: side("Width"),
  h: side("Height"),
  fit: z.enum(["cover", "contain", "fill", "inside", "outside"]).default("inside").meta({
    title: "Fit",
    description: "How the picture fills a width and a height that are not its shape",
  }),
  format: z.enum(["webp", "jpeg", "png", "avif"]).default("webp").meta({ title: "Format" }),
  quality: z.number().int().min(1).max(100).default(80).meta({
    title: "Quality",
    description: "Higher is better and larger",
  }),
});
export type TransformParams = z.infer<typeof transformParams>;

export interface Transformed {
  path: string;
  mimeType: string;
  /** Quoted, as the header wants it. */
  etag: string;
}

export const imageTransform: JobKind<TransformParams, Tools> = {
  name: "image-transform",
  label: "Image transform",
  description: "A picture in the size and format that was asked for",
  queue: "imageproxy",
  category: "cpu",
  params: transformParams,
  stuckAfterS: 60,
  about: async (params, tools) => {
    const { heldBack, ...subject } = await aboutFile(params, tools);
    // Somebody wants to look at it: excluding a file keeps the server from it, not people.
    const isExcluded = heldBack && (await getFile(tools.db, params.fileId)).reasonCode === excludedByHand;
    return isExcluded ? subject : { ...subject, heldBack };
  },
  dedupKey: (p) => [p.fileId, p.w ?? "", p.h ?? "", p.fit, p.format, p.quality].join(":"),
  async run({ params, tools, signal }) {
    if (await cachedTransform(tools, params)) return { notNeeded: "The picture is in the cache." };
    await transformImage(tools, params, signal);
  },
};

/** The picture, made now if the cache does not hold it. */
export async function transformImage(
  tools: Tools,
  params: TransformParams,
  signal: AbortSignal,
): Promise<Transformed> {
  const input = await inputFile(tools, params.fileId);
  if (input.row.type !== "image") throw new GiveUp("input.unsupported", `${input.row.path} is no picture.`);
  const target = placeOf(tools, input, params);
  if (await useTransform(target.path, tools.clock)) return target;
  const temporary = await transformInTheMaking(tools.paths, randomBytes(6).toString("hex"));
  try {
    const { w, h, fit, format, quality } = params;
    // Without a size the picture keeps its own, up to the largest that is served.
    const size = w || h ? { width: w, height: h } : { width: 4096, height: 4096 };
    await tools.media.renderImage(input.path, [{ path: temporary, ...size, fit, format, quality }], signal);
    await input.assertUnchanged();
    signal.throwIfAborted();
    await keepTransform(tools, temporary, target.path);
  } finally {
    await rm(temporary, { force: true });
  }
  return target;
}

/** Undefined when it has not been made yet, or the file changed since. */
export async function cachedTransform(
  tools: Pick<Tools, "db" | "paths" | "clock">,
  params: TransformParams,
): Promise<Transformed | undefined> {
  const target = placeOf(tools, await inputFile(tools, params.fileId), params);
  return (await useTransform(target.path, tools.clock)) ? target : undefined;
}

/** Named by what goes in, so that a changed file or other parameters never meet an old picture. */
function placeOf({ paths }: Pick<Tools, "paths">, input: InputFile, params: TransformParams): Transformed {
  const identity = [input.row.id, input.sizeBytes, input.mtimeMs, input.row.inode];
  const key = createHash("sha256")
    .update(
      JSON.stringify([version, ...identity, params.w, params.h, params.fit, params.format, params.quality]),
    )
    .digest("hex")
    .slice(0, 40);
  return {
    path: join(transformsFolder(paths, input.row.id), `${key}.${extensions[params.format]}`),
    mimeType: `image/${params.format}`,
    etag: `"${key}"`,
  };
}

/** Raised when the same parameters come to mean another picture. */
const version = 1;
