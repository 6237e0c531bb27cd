// The waveform that players draw, of sounds and of films with sound.

import { z } from "zod";
import { writeDerivative } from "../library/derivatives.ts";
import { readWaveform, writeWaveform } from "../media/waveform.ts";
import type { JobKind } from "../queue/kind.ts";
import { aboutFile, fileId, inputFile, megabytes } from "./input-file.ts";
import { lacksDerivative, pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileId: fileId.meta({ title: "Sound or video", fileTypes: ["audio", "video"] }),
});

export const audioWaveform: JobKind<z.infer<typeof params>, Tools> = {
  name: "audio-waveform",
  label: "Waveform",
  description: "50 peaks a second, for players to draw",
  queue: "waveform",
  category: "cpu",
  params,
  stuckAfterS: 300,
  makes: ["waveform"],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "audio-waveform",
      types: ["audio", "video"],
      where: lacksDerivative(tools, "waveform", "json"),
      suits: (row) => row.codecs?.audio !== undefined,
    }),
  async run({ params, tools, signal, progress, log }) {
    const input = await inputFile(tools, params.fileId);
    const probe = await tools.media.probe(input.path, signal);
    if (probe.audio.length === 0) return { notNeeded: "There is no sound in the file." };
    const form = { extension: "json", mimeType: "application/json" };
    const made = await writeDerivative(tools, input.row.id, "waveform", "json", form, async (temporary) => {
      const waveform = await readWaveform(tools.media.ffmpegPath, input.path, {
        signal,
        durationS: probe.durationS,
        onProgress: progress,
      });
      await writeWaveform(temporary, waveform);
      await input.assertUnchanged();
    });
    log(
      `Peaks of ${Math.round(probe.durationS ?? 0)} s of ${probe.audio[0]!.codec}, ${megabytes(made.sizeBytes)}`,
    );
    tools.events.publish({ topic: "file", id: input.row.id });
  },
};
