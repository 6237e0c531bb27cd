// The small pictures above a player's seek bar: a frame every ten seconds, on sheets, and a WebVTT that says which is where.

import { z } from "zod";
import type { JobKind } from "../queue/kind.ts";
import { lookAtFilm, spriteVariant } from "./film-looks.ts";
import { aboutFile, fileId } from "./input-file.ts";
import { lacksDerivative, pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }) });

export const videoSprite: JobKind<z.infer<typeof params>, Tools> = {
  name: "video-sprite",
  label: "Seek-bar pictures",
  description: "A small frame every ten seconds, for the player's seek bar",
  queue: "preview",
  category: "cpu",
  params,
  stuckAfterS: 300,
  makes: ["sprite"],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "video-sprite",
      types: ["video"],
      where: lacksDerivative(tools, "sprite", spriteVariant),
      suits: (row) => row.codecs === null || row.codecs.video !== undefined,
    }),
  run: (job) => lookAtFilm(job, "sprite"),
};
