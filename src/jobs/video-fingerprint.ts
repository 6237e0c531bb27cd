// What a film is known by: oshash by its bytes, phash by its looks, which survive another size, container or encoder.

import { z } from "zod";
import type { JobKind } from "../queue/kind.ts";
import { lookAtFilm } from "./film-looks.ts";
import { aboutFile, fileId } from "./input-file.ts";
import { lacksFingerprint, pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }) });

export const videoFingerprint: JobKind<z.infer<typeof params>, Tools> = {
  name: "video-fingerprint",
  label: "Video fingerprint",
  description: "oshash, and a phash of 25 frames; finds the same film in other encodings",
  queue: "fingerprint",
  category: "cpu",
  params,
  stuckAfterS: 300,
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "video-fingerprint",
      types: ["video"],
      where: lacksFingerprint(tools, "phash"),
      suits: (row) => row.codecs === null || row.codecs.video !== undefined,
    }),
  run: (job) => lookAtFilm(job, "fingerprint"),
};
