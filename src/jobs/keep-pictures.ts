// Pictures made in one go, kept as derivatives of a file.

import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { DerivativeRow } from "../db/tables/library.ts";
import { writeDerivative } from "../library/derivatives.ts";
import type { ImageOutput } from "../media/native-ops.ts";
import type { InputFile } from "./input-file.ts";
import type { Tools } from "./tools.ts";

export interface Picture extends Omit<ImageOutput, "path"> {
  /** Derivative kind: `thumbnail`. */
  kind: string;
  variant: string;
}

/** Renders all from `source` into `folder`, then replaces the file's derivatives, if the file is still the same. */
export async function keepPictures(
  tools: Tools,
  input: InputFile,
  source: string,
  folder: string,
  pictures: Picture[],
  signal: AbortSignal,
): Promise<DerivativeRow[]> {
  const outputs = pictures.map(({ kind, variant, ...output }) => ({
    ...output,
    path: join(folder, `${kind}-${variant}.${extensions[output.format]}`),
  }));
  const rendered = await tools.media.renderImage(source, outputs, signal);
  await input.assertUnchanged();
  signal.throwIfAborted();
  const rows: DerivativeRow[] = [];
  for (const [n, { kind, variant, format }] of pictures.entries()) {
    const made = rendered[n]!;
    const form = { extension: extensions[format], mimeType: `image/${format}` };
    const row = await writeDerivative(tools, input.row.id, kind, variant, form, async (temporary) => {
      await rename(made.path, temporary);
      return { width: made.width, height: made.height };
    });
    rows.push(row);
  }
  tools.events.publish({ topic: "file", id: input.row.id });
  return rows;
}

export const extensions = { webp: "webp", jpeg: "jpg", png: "png", avif: "avif" } as const;
