// A film as an adaptive stream: several sizes to choose from as the network allows, made from one decoding. Nothing asks for
// it by itself: five more copies of every film would fill the disk.

import { z } from "zod";
import { writeDerivativeFolder } from "../library/derivatives.ts";
import type { Capabilities } from "../media/capabilities.ts";
import type { Film } from "../media/encode-plan.ts";
import { type MadeHls, makeHls, masterName } from "../media/hls.ts";
import { type HlsPlan, planHls } from "../media/hls-plan.ts";
import { withVideoEncoder } from "../media/video-encoders.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { encoderMemory } from "./encoder-memory.ts";
import { speedometer } from "./encoding-speed.ts";
import { aboutFile, fileId, type InputFile, inputFile, megabytes } from "./input-file.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }),
});
type Params = z.infer<typeof params>;

export const videoHls: JobKind<Params, Tools> = {
  name: "video-hls",
  label: "Adaptive stream",
  description: "A film in several sizes (HLS), for players that follow the network's speed",
  queue: "video-transcode",
  category: "gpu_encode",
  params,
  vramHere: encoderMemory(4000),
  stuckAfterS: 1800,
  makes: ["hls"],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  async run(job) {
    const input = await inputFile(job.tools, job.params.fileId);
    const probe = await job.tools.media.probe(input.path, job.signal);
    const { video } = probe;
    if (!video) return { notNeeded: "There is no picture in the file." };
    if (video.width === 0 || video.height === 0)
      throw new GiveUp("input.unsupported", `ffmpeg cannot tell how large its ${video.codec} picture is.`);
    await make(job, input, { ...probe, video });
    job.tools.events.publish({ topic: "file", id: input.row.id });
  },
};

const variant = "web";

async function make(job: Run<Params, Tools>, input: InputFile, film: Film): Promise<void> {
  const { tools, log, signal, progress } = job;
  const plan = planHls(film);
  const able = await tools.media.capabilities();
  const startedAtMs = tools.clock.now();
  const form = { entry: masterName, mimeType: "application/vnd.apple.mpegurl" };
  let made: MadeHls | undefined;
  const row = await writeDerivativeFolder(tools, input.row.id, "hls", variant, form, async (folder) => {
    const smallest = plan.rungs.at(-1);
    made = await withVideoEncoder(tools.media, { log, signal, picture: smallest }, async (encoder) => {
      log(`${introduction(film, plan, able)}${encoder.isGpu ? `, by ${encoder.label}` : ""}.`);
      const options = {
        signal,
        // What is left is looking at it and having it on the disk for certain.
        onProgress: (percent: number) => progress(percent * 0.97),
        onOutTime: speedometer(job, film.durationS),
      };
      return await makeHls(tools.media, input.path, folder, film, plan, encoder, options);
    });
    progress(98);
    await input.assertUnchanged();
    signal.throwIfAborted();
    const [{ width, height }] = plan.rungs;
    return { width, height, facts: { rungs: plan.rungs.map(({ width, height }) => ({ width, height })) } };
  });
  const tookS = Math.max(0.1, (tools.clock.now() - startedAtMs) / 1000);
  const segments = made!.pictures[0]!.segments.length;
  log(`${segments} segments in each size, ${megabytes(row.sizeBytes)} in all, in ${tookS.toFixed(1)} s.`);
}

function introduction(
  film: Film,
  { rungs, fps, sounds, picture }: HlsPlan,
  { toneMapping }: Pick<Capabilities, "toneMapping">,
): string {
  const sizes = rungs.map(({ width, height }) => `${width}×${height}`).join(", ");
  const notes = [
    `${Number(fps.toFixed(3))} frames a second`,
    picture.deinterlace && film.video.interlaced ? "deinterlaced" : "",
    picture.toneMap && toneMapping ? "HDR to ordinary colours" : "",
    picture.toneMap && !toneMapping ? "in pale colours, since this ffmpeg cannot convert HDR" : "",
    sounds.length === 0
      ? "without sound"
      : sounds.length === 1
        ? "with sound"
        : `${sounds.length} tracks of sound`,
  ].filter(Boolean);
  return `Encoding ${sizes}; ${notes.join("; ")}`;
}
