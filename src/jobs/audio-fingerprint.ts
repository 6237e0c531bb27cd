// What a recording is known by: the Chromaprint of its first two minutes, as fpcalc prints it and AcoustID takes it.

import { z } from "zod";
import { saveFingerprint } from "../library/fingerprints.ts";
import { findNear } from "../library/near-duplicates.ts";
import { chromaprintOf } from "../media/chromaprint.ts";
import type { JobKind } from "../queue/kind.ts";
import { aboutFile, fileId, inputFile } from "./input-file.ts";
import { lacksFingerprint, pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({ fileId: fileId.meta({ title: "Sound", fileTypes: ["audio"] }) });

export const audioFingerprint: JobKind<z.infer<typeof params>, Tools> = {
  name: "audio-fingerprint",
  label: "Audio fingerprint",
  description: "Chromaprint of the first two minutes; finds the same recording in other formats",
  queue: "fingerprint",
  category: "cpu",
  params,
  stuckAfterS: 300,
  writes: false,
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "audio-fingerprint",
      types: ["audio"],
      where: lacksFingerprint(tools, "chromaprint"),
    }),
  async run({ params, tools, signal, log, progress }) {
    const { db, clock, media } = tools;
    const input = await inputFile(tools, params.fileId);
    const probe = await media.probe(input.path, signal);
    const [sound] = probe.audio;
    if (!sound) return { notNeeded: "There is no sound in the file." };
    const value = await chromaprintOf(media, input.path, sound.index, {
      signal,
      durationS: probe.durationS,
      onProgress: (percent) => progress(0.97 * percent),
    });
    if (value === null) return { notNeeded: "The sound is too short for a fingerprint." };
    await input.assertUnchanged();
    signal.throwIfAborted();
    const id = await saveFingerprint(db, input.row.id, "chromaprint", value, clock.now());
    const near = await findNear(db, id, "chromaprint");
    log(`Chromaprint of ${value.length} characters; ${near} sound much the same`);
    tools.events.publish({ topic: "file", id });
  },
};
