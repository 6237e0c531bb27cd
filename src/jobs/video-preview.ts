// What a film shows when the pointer rests on it: a few short clips from across it, without sound.

import { z } from "zod";
import type { JobKind } from "../queue/kind.ts";
import { lookAtFilm, previewVariant } from "./film-looks.ts";
import { aboutFile, fileId } from "./input-file.ts";
import { lacksDerivative, pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }) });

export const videoPreview: JobKind<z.infer<typeof params>, Tools> = {
  name: "video-preview",
  label: "Video preview",
  description: "12 clips from across the film, 9 seconds without sound",
  queue: "preview",
  category: "cpu",
  params,
  stuckAfterS: 300,
  makes: ["preview"],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "video-preview",
      types: ["video"],
      where: lacksDerivative(tools, "preview", previewVariant),
      suits: (row) => row.codecs === null || row.codecs.video !== undefined,
    }),
  run: (job) => lookAtFilm(job, "preview"),
};
