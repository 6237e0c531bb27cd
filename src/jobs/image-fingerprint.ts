// What a picture is known by when it was made smaller or saved anew: a perceptual hash of 64 bits.

import { z } from "zod";
import { flatHash, saveFingerprint } from "../library/fingerprints.ts";
import { findNear } from "../library/near-duplicates.ts";
import type { JobKind } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFile, fileId, inputFile } from "./input-file.ts";
import { lacksFingerprint, pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Picture", fileTypes: ["image"] }) });

export const imageFingerprint: JobKind<z.infer<typeof params>, Tools> = {
  name: "image-fingerprint",
  label: "Image fingerprint",
  description: "A phash of the picture; finds it in other sizes and formats",
  queue: "fingerprint",
  category: "cpu",
  params,
  stuckAfterS: 120,
  writes: false,
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "image-fingerprint",
      types: ["image"],
      where: lacksFingerprint(tools, "phash"),
    }),
  async run({ params, tools, signal, log, progress }) {
    const { db, clock } = tools;
    const input = await inputFile(tools, params.fileId);
    if (input.row.type !== "image") throw new GiveUp("input.unsupported", `${input.row.path} is no picture.`);
    const hash = await tools.media.hashImage(input.path, signal).catch(unreadable);
    if (hash instanceof GiveUp) return { notNeeded: hash.message };
    progress(90);
    await input.assertUnchanged();
    signal.throwIfAborted();
    const id = await saveFingerprint(db, input.row.id, "phash", hash ?? flatHash, clock.now());
    const near = await findNear(db, id, "phash");
    log(hash ? `phash ${hash}; ${near} look much the same` : "No phash: the picture is all of one colour.");
    tools.events.publish({ topic: "file", id });
  },
};

/** That a RAW file cannot be shown is said by its thumbnail: once is enough. */
function unreadable(error: unknown): GiveUp {
  if (error instanceof GiveUp && error.code === "input.unsupported") return error;
  throw error;
}
