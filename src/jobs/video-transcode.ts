// A film that every browser plays. Streams that play already are only put into another container.

import { z } from "zod";
import { writeDerivative } from "../library/derivatives.ts";
import type { Capabilities } from "../media/capabilities.ts";
import { encodeFilm } from "../media/encode.ts";
import { type EncodePlan, inWords, planEncode } from "../media/encode-plan.ts";
import type { Probe } from "../media/ffprobe.ts";
import { obstacleOf, playableFacts } from "../media/playable.ts";
import { cpuEncoder, presets, type VideoEncoder, withVideoEncoder } from "../media/video-encoders.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import { encoderMemory } from "./encoder-memory.ts";
import { speedometer } from "./encoding-speed.ts";
import { aboutFile, fileId, type InputFile, inputFile, megabytes } from "./input-file.ts";
import { lacksDerivative, pendingFiles } from "./pending-files.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }),
  targetBitrate: z.int().min(100).max(50_000).optional().meta({
    title: "Bit rate at most",
    description: "kbit/s: never more than that over two seconds",
  }),
  preset: z.enum(presets).optional().meta({
    title: "Preset",
    description: "Slower ones make smaller files; usually medium",
  }),
  crf: z.int().min(1).max(51).optional().meta({
    title: "Quality (CRF)",
    description: "Lower is better and larger; usually 23",
  }),
  maxHeight: z.int().min(144).max(1080).optional().meta({
    title: "Height at most",
    description: "Pixels of the shorter side; usually 1080",
  }),
});
type Params = z.infer<typeof params>;

export const videoTranscode: JobKind<Params, Tools> = {
  name: "video-transcode",
  alias: "reencode_streaming",
  label: "Video transcode",
  description: "A film that every browser plays: H.264 and AAC, up to 1080p",
  queue: "video-transcode",
  category: "gpu_encode",
  params,
  vramHere: encoderMemory(4000),
  stuckAfterS: 1800,
  makes: ["transcode"],
  about: aboutFile,
  dedupKey: (p) => String(p.fileId),
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "video-transcode",
      types: ["video"],
      where: lacksDerivative(tools, "transcode", variant),
      readsMetadata: true,
      suits: (row) => row.codecs?.video !== undefined && obstacleOf(playableFacts(row)) !== undefined,
    }),
  async run(job) {
    const input = await inputFile(job.tools, job.params.fileId);
    const probe = await job.tools.media.probe(input.path, job.signal);
    const { video } = probe;
    if (!video) return { notNeeded: "There is no picture in the file." };
    if (video.width === 0 || video.height === 0)
      throw new GiveUp("input.unsupported", `ffmpeg cannot tell how large its ${video.codec} picture is.`);
    const plans = planEncode({ ...probe, video }, input.row.mimeType, job.params);
    if (typeof plans === "string") return { notNeeded: plans };
    await makeBest(job, input, plans);
    job.tools.events.publish({ topic: "file", id: input.row.id });
  },
};

/** One per file: a second run, whatever it was asked, replaces the first. */
const variant = "web";

/** Falls back to encoding where streams cannot be taken over, as of an AVI without times. */
async function makeBest(job: Run<Params, Tools>, input: InputFile, plans: EncodePlan[]): Promise<void> {
  const [first, ...others] = plans as [EncodePlan, ...EncodePlan[]];
  try {
    await make(job, input, first);
  } catch (error) {
    job.signal.throwIfAborted();
    if (others.length === 0 || !mayComeOfCopying(error)) throw error;
    job.log(`The streams cannot be taken over: ${(error as Error).message}`);
    await makeBest(job, input, others);
  }
}

function mayComeOfCopying(error: unknown): boolean {
  return (
    (error instanceof GiveUp || error instanceof JobFailure) &&
    ["tool.crashed", "input.corrupt", "input.unsupported"].includes(error.code)
  );
}

async function make(job: Run<Params, Tools>, input: InputFile, plan: EncodePlan): Promise<void> {
  if (plan.picture === "copy") return await makeWith(cpuEncoder, job, input, plan);
  const { log, signal, tools } = job;
  await withVideoEncoder(tools.media, { log, signal, picture: plan.picture }, (encoder) =>
    makeWith(encoder, job, input, plan),
  );
}

async function makeWith(
  encoder: VideoEncoder,
  job: Run<Params, Tools>,
  input: InputFile,
  plan: EncodePlan,
): Promise<void> {
  const { params, tools, signal, progress } = job;
  const { preset = "medium", crf = 23, targetBitrate } = params;
  const startedAtMs = tools.clock.now();
  let result: Probe | undefined;
  const by = encoder.isGpu ? ` by ${encoder.label}` : "";
  job.log(`${introduction(plan, await tools.media.capabilities())}${by} because ${plan.why}.`);
  const form = { extension: plan.container, mimeType: `video/${plan.container}` };
  const made = await writeDerivative(tools, input.row.id, "transcode", variant, form, async (temporary) => {
    result = await encodeFilm(
      tools.media,
      input.path,
      temporary,
      plan,
      { encoder, preset, crf, targetBitrate },
      {
        signal,
        onProgress: (percent) => progress(Math.min(99, percent)),
        onOutTime: speedometer(job, plan.durationS),
      },
    );
    await input.assertUnchanged();
    signal.throwIfAborted();
    return { width: result.video!.width, height: result.video!.height };
  });
  const tookS = Math.max(0.1, (tools.clock.now() - startedAtMs) / 1000);
  job.log(
    `${inWords(result!.video!, result!.audio[0] ?? null)}, ${megabytes(made.sizeBytes)} of ${megabytes(input.sizeBytes)}, ` +
      `in ${tookS.toFixed(1)} s.`,
  );
}

function introduction(
  { picture, video, audio, sound, container }: EncodePlan,
  { toneMapping }: Pick<Capabilities, "toneMapping">,
): string {
  if (picture === "copy")
    return audio && sound === "encode"
      ? `Putting the ${video.codec} stream into ${container} with new sound`
      : `Putting the streams into ${container} as they are`;
  const notes = [
    picture.deinterlace && video.interlaced ? "deinterlaced" : "",
    picture.toneMap && toneMapping ? "HDR to ordinary colours" : "",
    picture.toneMap && !toneMapping ? "in pale colours, since this ffmpeg cannot convert HDR" : "",
    picture.frameStep > 1 ? `one frame in ${picture.frameStep}` : "",
  ].filter(Boolean);
  const size = `${video.width}×${video.height} → ${picture.width}×${picture.height}`;
  return `Encoding ${[size, ...notes].join(", ")}${audio ? "" : ", without sound"}`;
}
