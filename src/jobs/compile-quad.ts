// Four videos at once, two above two.

import { z } from "zod";
import { cutInput, cutPicture, cutSound, framesIn, type Stretch, sayBt709 } from "../media/cut.ts";
import { joinFormOf } from "../media/join-form.ts";
import { type VideoEncoder, withVideoEncoder } from "../media/video-encoders.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFiles, checkOutput, keepFilm, outputParams, type Source, sourceOf } from "./compilation.ts";
import { shown } from "./compile-random.ts";
import { encoderMemory } from "./encoder-memory.ts";
import { fileId } from "./input-file.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileIds: z
    .array(fileId)
    .length(4, "Four videos are needed.")
    .meta({
      title: "Four videos",
      description: "Above left, above right, below left, below right",
      fileTypes: ["video"],
    }),
  ends: z.enum(["shortest", "loop"]).default("shortest").meta({
    title: "Ends with",
    description: "The shortest of them; or the longest, while the others begin anew",
  }),
  sound: z
    .enum(["mixed", "first", "second", "third", "fourth", "none"])
    .default("mixed")
    .meta({ title: "Sound" }),
  title: z.string().trim().min(1).max(200).optional().meta({ title: "Title" }),
  ...outputParams,
});
type Params = z.output<typeof params>;

export const compileQuad: JobKind<Params, Tools> = {
  name: "compile-quad",
  alias: "compile_quad",
  label: "Four at once",
  description: "Four videos in one picture, two above two",
  queue: "compile",
  category: "gpu_encode",
  vramHere: encoderMemory(4000),
  params,
  stuckAfterS: 1800,
  makes: ["export"],
  async about(params, tools) {
    await checkOutput(tools, params);
    return await aboutFiles(tools, params.fileIds);
  },
  async run(job) {
    const { tools, params, signal, log } = job;
    const sources: Source[] = [];
    for (const id of params.fileIds) sources.push(await sourceOf(job, id));
    const grid = gridOf(sources, params.ends);
    const title = params.title ?? `Four at once ${job.id}`;
    const { width, height, frames, rate } = grid;
    await keepFilm(job, { output: params, title, sources }, async (to) => {
      await withVideoEncoder(tools.media, { log, signal, picture: grid }, (encoder) =>
        encode(job, sources, grid, encoder, to),
      );
      return { durationMs: (frames * 1000) / rate.over, width, height };
    });
  },
};

interface Grid {
  width: number;
  height: number;
  rate: { over: number; under: 1 };
  frames: number;
  endS: number;
}

/** As large as one of them would be alone. */
function gridOf(sources: Source[], ends: Params["ends"]): Grid {
  const { width, height, fps } = joinFormOf(
    sources.map(({ probe: { video } }) => ({ ...video, width: video.width * 2, height: video.height * 2 })),
  );
  const lengths = sources.map(lengthOf);
  const endS = ends === "shortest" ? Math.min(...lengths) : Math.max(...lengths);
  const rate = { over: fps, under: 1 as const };
  // Halves of it must be even as well.
  const [w, h] = [Math.floor(width / 4) * 4, Math.floor(height / 4) * 4];
  return { width: w, height: h, rate, frames: framesIn({ startS: 0, endS }, rate), endS };
}

function lengthOf({ input, probe }: Source): number {
  const lengthS = probe.video.durationS ?? probe.durationS;
  if (lengthS) return lengthS;
  throw new GiveUp("input.unsupported", `${input.row.path} does not say how long it is.`);
}

async function encode(
  job: Run<Params, Tools>,
  sources: Source[],
  grid: Grid,
  encoder: VideoEncoder,
  to: string,
): Promise<void> {
  const { tools, signal } = job;
  const { rate, frames } = grid;
  const able = await tools.media.capabilities();
  const size = { width: grid.width / 2, height: grid.height / 2 };
  const stretches = sources.map(({ input, probe }) => ({
    path: input.path,
    probe,
    startS: 0,
    endS: grid.endS,
  }));
  const pictures = stretches.map(
    (stretch, n) =>
      `${cutPicture(stretch, sources[n]!.probe.video, { rate, size, pad: true, from: n }, able)}[v${n}]`,
  );
  const stacked = [
    "[v0][v1][v2][v3]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0:shortest=1",
    sayBt709,
    ...encoder.filters,
  ];
  const graph = [...pictures, `${stacked.join(",")}[v]`, soundOf(job.params.sound, stretches, rate)].join(
    ";",
  );
  const args = [
    ...encoder.deviceArgs,
    ...stretches.flatMap((stretch, n) => [...again(sources[n]!, grid), ...cutInput(stretch)]),
    ...["-filter_complex", graph, "-map", "[v]", "-map", "[a]"],
    ...encoder.args({ fps: rate.over }, { preset: "veryfast", crf: 21 }),
    ...["-c:a", "aac", "-b:a", "160k", "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"],
    ...["-movflags", "+faststart", "-f", "mp4", `file:${to}`],
  ];
  const durationS = frames / rate.over;
  const options = { signal, frames, onProgress: shown(job.progress), silenceMs: 30 * 60_000 };
  const made = await tools.media.ffmpeg(args, options);
  const missingS = (frames - made.frames) / rate.over;
  if (missingS > Math.max(0.1, durationS * 0.01))
    throw new GiveUp(
      "input.truncated",
      `One of the videos breaks off ${missingS.toFixed(1)} s before its end.`,
    );
}

/** Read from the start again, until the longest of them is over. */
function again(source: Source, { endS }: Grid): string[] {
  return lengthOf(source) < endS - 0.05 ? ["-stream_loop", "-1"] : [];
}

function soundOf(sound: Params["sound"], stretches: Stretch[], rate: Grid["rate"]): string {
  const one = ["first", "second", "third", "fourth"].indexOf(sound);
  const heard = [...stretches.entries()].filter(
    ([n, { probe }]) => probe.audio.length > 0 && (sound === "mixed" || n === one),
  );
  const [first] = heard;
  if (!first)
    return `${cutSound({ ...stretches[0]!, probe: { ...stretches[0]!.probe, audio: [] } }, rate)}[a]`;
  if (heard.length === 1) return `${cutSound(first[1], rate, first[0])}[a]`;
  const each = heard.map(([n, stretch]) => `${cutSound(stretch, rate, n)},volume=0.6[a${n}]`);
  const all = heard.map(([n]) => `[a${n}]`).join("");
  return [
    ...each,
    `${all}amix=inputs=${heard.length}:duration=longest:normalize=0,alimiter=limit=0.95[a]`,
  ].join(";");
}
