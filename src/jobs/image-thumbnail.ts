// Small pictures of an image for grids and pages. RAW files are shown by the preview that the camera embedded.

import { z } from "zod";
import type { JobKind } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFile, fileId, inputFile, megabytes } from "./input-file.ts";
import { keepPictures, type Picture } from "./keep-pictures.ts";
import { lacksDerivative, pendingFiles } from "./pending-files.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Picture", fileTypes: ["image"] }) });

export const imageThumbnail: JobKind<z.infer<typeof params>, Tools> = {
  name: "image-thumbnail",
  label: "Image thumbnail",
  description: "Thumbnails of 240 and 640 pixels and a preview of 1440",
  queue: "thumbnail",
  category: "cpu",
  params,
  stuckAfterS: 120,
  makes: ["thumbnail", "preview"],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "image-thumbnail",
      types: ["image"],
      where: lacksDerivative(tools, "preview", "webp-1440"),
    }),
  async run({ params, tools, signal, log }) {
    const input = await inputFile(tools, params.fileId);
    if (input.row.type !== "image") throw new GiveUp("input.unsupported", `${input.row.path} is no picture.`);
    const made = await withScratchFolder(tools, (folder) =>
      keepPictures(tools, input, input.path, folder, pictures, signal),
    );
    for (const one of made)
      log(`${one.kind} ${one.variant}: ${one.width}×${one.height}, ${megabytes(one.sizeBytes)}`);
  },
};

/** The preview comes last: its presence says that all are there. Heights are bounded for strips and long screenshots. */
const pictures: Picture[] = [
  {
    kind: "thumbnail",
    variant: "webp-240",
    format: "webp",
    width: 240,
    height: 240,
    fit: "cover",
    quality: 75,
  },
  { kind: "thumbnail", variant: "webp-640", format: "webp", width: 640, height: 1920 },
  { kind: "preview", variant: "webp-1440", format: "webp", width: 1440, height: 1440 },
];
