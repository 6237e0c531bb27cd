// A stretch of a film as a moving picture that goes on for ever: a GIF with a palette of its own, or an animated WebP.

import { join } from "node:path";
import { z } from "zod";
import { keepExport } from "../library/exports.ts";
import { getFile } from "../library/files.ts";
import { rangeIn, timesOf } from "../library/moments.ts";
import { cutInput, cutPicture, fitted, framesIn, type Size, type Stretch } from "../media/cut.ts";
import type { VideoStream } from "../media/ffprobe.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp } from "../runtime/errors.ts";
import { aboutFile, fileId, inputFile, megabytes } from "./input-file.ts";
import { isSameExport, removeFormer } from "./reel.ts";
import { refuseParam, refusing } from "./refused-params.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

const ms = z.int().min(0).max(1_000_000_000);
const params = z.strictObject({
  fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }),
  startMs: ms.meta({ title: "Start", description: "Milliseconds from the beginning" }),
  endMs: ms.meta({ title: "End", description: "Milliseconds from the beginning; at most a minute later" }),
  width: z.int().min(16).max(1280).optional().meta({ title: "Width", description: "Pixels; usually 480" }),
  fps: z.int().min(1).max(30).optional().meta({ title: "Frames per second", description: "Usually 12" }),
  format: z.enum(["gif", "webp"]).optional().meta({
    title: "Format",
    description: "Usually gif, which everything shows; webp is smaller and has all colours",
  }),
});
type Params = z.infer<typeof params>;

export const compileGif: JobKind<Params, Tools> = {
  name: "compile-gif",
  alias: "compile_gif",
  label: "Moving picture",
  description: "A stretch of a film as a GIF or an animated WebP that goes on for ever",
  queue: "moment-export",
  category: "cpu",
  params,
  stuckAfterS: 300,
  makes: ["export"],
  async about(params, tools) {
    const file = await refusing("fileId", () => getFile(tools.db, params.fileId));
    const range = await refusing("startMs", () => rangeIn(file, params));
    refuseTooMuch(params, range);
    return await aboutFile(params, tools);
  },
  async run(job) {
    const { tools, params, signal } = job;
    const input = await inputFile(tools, params.fileId);
    const probe = await tools.media.probe(input.path, signal);
    const { video } = probe;
    if (!video || video.width === 0 || video.height === 0)
      throw new GiveUp("input.unsupported", "There is no picture in the file.");
    const range = rangeIn({ ...input.row, durationS: probe.durationS ?? input.row.durationS }, params);
    const { width = 480, format = "gif" } = params;
    const stretch = { path: input.path, probe, startS: range.startMs / 1000, endS: range.endMs / 1000 };
    const size = fitted(video, { width, height: width * 4 });
    const title = `${input.row.name.replace(/\.[^.]+$/, "")}, ${timesOf(range)}`;
    const of = { jobId: job.id, kind: job.kind, title, sourceFileIds: [input.row.id], ...forms[format] };
    const made = await keepExport(tools, of, async (to) => {
      const durationS = await make[format](job, stretch, video, size, to);
      await input.assertUnchanged();
      signal.throwIfAborted();
      return { durationMs: durationS * 1000, ...size };
    });
    await removeFormer(job, input.row.id, (row) => isSameExport(row, made));
    job.log(
      `${size.width}×${size.height}, ${(made.durationMs! / 1000).toFixed(2)} s, ${megabytes(made.sizeBytes)}.`,
    );
  },
};

const forms = {
  gif: { extension: "gif", mimeType: "image/gif" },
  webp: { extension: "webp", mimeType: "image/webp" },
};
const make = { gif: makeGif, webp: makeWebp };

/** A GIF of a film would be many times larger than the film. */
const mostMs = 60_000;
const mostFrames = 900;

function refuseTooMuch(
  { fps = usualFps }: Params,
  { startMs, endMs }: { startMs: number; endMs: number },
): void {
  if (endMs - startMs > mostMs)
    throw refuseParam("endMs", "A moving picture lasts a minute at most; export it as a moment instead.");
  const frames = Math.round(((endMs - startMs) * fps) / 1000);
  if (frames > mostFrames)
    throw refuseParam(
      "fps",
      `That would be ${frames} frames; at most ${mostFrames} are made. Choose fewer a second.`,
    );
}

const usualFps = 12;

/** Two passes: the colours first, of what moves above all, then the frames in them. */
async function makeGif(
  job: Run<Params, Tools>,
  stretch: Stretch,
  video: VideoStream,
  size: Size,
  to: string,
): Promise<number> {
  const { tools, signal } = job;
  const { picture, durationS } = await chainOf(job, stretch, video, size);
  return await withScratchFolder(tools, async (folder) => {
    const palette = join(folder, "palette.png");
    await tools.media.ffmpeg(
      [
        ...cutInput(stretch),
        ...["-filter_complex", `${picture},palettegen=stats_mode=diff[p]`, "-map", "[p]"],
        ...["-frames:v", "1", "-update", "1", `file:${palette}`],
      ],
      { signal },
    );
    // The first pass decodes the same, and says nothing until its end.
    job.progress(40);
    const drawn = `${picture}[v];[v][1:0]paletteuse=dither=sierra2_4a:diff_mode=rectangle[out]`;
    const second = [
      "-i",
      `file:${palette}`,
      "-filter_complex",
      drawn,
      "-map",
      "[out]",
      "-loop",
      "0",
      "-f",
      "gif",
    ];
    await run(job, stretch, [...second, `file:${to}`], durationS, 40);
    return durationS;
  });
}

async function makeWebp(
  job: Run<Params, Tools>,
  stretch: Stretch,
  video: VideoStream,
  size: Size,
  to: string,
): Promise<number> {
  const { encoders } = await job.tools.media.capabilities();
  if (!encoders.has("libwebp_anim"))
    throw new GiveUp(
      "tool.missing",
      "This ffmpeg cannot make animated WebP: it was built without libwebp. Choose gif.",
    );
  const { picture, durationS } = await chainOf(job, stretch, video, size);
  const words = [
    "-c:v",
    "libwebp_anim",
    "-quality",
    "75",
    "-compression_level",
    "4",
    "-loop",
    "0",
    "-f",
    "webp",
  ];
  await run(
    job,
    stretch,
    ["-filter_complex", `${picture}[out]`, "-map", "[out]", ...words, `file:${to}`],
    durationS,
    0,
  );
  return durationS;
}

async function chainOf(
  { tools, params }: Run<Params, Tools>,
  stretch: Stretch,
  video: VideoStream,
  size: Size,
) {
  const rate = { over: params.fps ?? usualFps, under: 1 };
  const able = await tools.media.capabilities();
  const picture = cutPicture(stretch, video, { rate, size, pad: false }, able);
  return { picture, durationS: framesIn(stretch, rate) / rate.over };
}

async function run(
  job: Run<Params, Tools>,
  stretch: Stretch,
  words: string[],
  durationS: number,
  from: number,
): Promise<void> {
  const { media } = job.tools;
  const onProgress = (percent: number) => job.progress(from + (percent * (99 - from)) / 100);
  const result = await media.ffmpeg([...cutInput(stretch), ...words], {
    signal: job.signal,
    durationS,
    onProgress,
  });
  if (result.frames === 0) throw new GiveUp("input.corrupt", "No frame of the stretch can be decoded.");
}
