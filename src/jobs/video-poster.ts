// The picture that stands for a video: upright, in SDR colours, and not a black frame.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { input as mediaInput } from "../media/ffmpeg.ts";
import type { Probe, VideoStream } from "../media/ffprobe.ts";
import { toneMap } from "../media/filters.ts";
import type { JobKind, Run } from "../queue/kind.ts";
import { GiveUp, JobFailure } from "../runtime/errors.ts";
import { aboutFile, fileId, inputFile } from "./input-file.ts";
import { keepPictures, type Picture } from "./keep-pictures.ts";
import { lacksDerivative, pendingFiles } from "./pending-files.ts";
import { withScratchFolder } from "./scratch-folder.ts";
import type { Tools } from "./tools.ts";

const params = z.strictObject({
  fileId: fileId.meta({ title: "Video", fileTypes: ["video"] }),
  timestamp: z.number().min(0).optional().meta({
    title: "Frame at",
    description: "Seconds from the start; usually the best of a few places, 25 % first",
  }),
  width: z.number().int().min(16).max(1280).optional().meta({
    title: "One more width",
    description: "A further WebP, so many pixels wide",
  }),
});
type Params = z.infer<typeof params>;

export const videoPoster: JobKind<Params, Tools> = {
  name: "video-poster",
  alias: "thumbnail_generate",
  label: "Video poster",
  description: "A frame from a quarter into the film, avoiding black ones",
  queue: "thumbnail",
  category: "cpu",
  params,
  stuckAfterS: 120,
  makes: ["poster"],
  about: aboutFile,
  dedupKey: (p) => `${p.fileId}:${p.timestamp ?? ""}:${p.width ?? ""}`,
  pending: (tools) =>
    pendingFiles(tools, {
      kind: "video-poster",
      types: ["video"],
      where: lacksDerivative(tools, "poster", "jpeg-1280"),
      suits: (row) => row.codecs === null || row.codecs.video !== undefined,
    }),
  async run(job) {
    const input = await inputFile(job.tools, job.params.fileId);
    const probe = await job.tools.media.probe(input.path, job.signal);
    const { video } = probe;
    if (!video) return { notNeeded: "There is no picture in the file." };
    await withScratchFolder(job.tools, async (folder) => {
      const frame = await bestFrame(job, input.path, { ...probe, video }, folder);
      job.progress(70);
      await keepPictures(job.tools, input, frame, folder, pictures(job.params), job.signal);
    });
  },
};

/** The JPEG comes last: its presence says that all are there. */
function pictures({ width }: Params): Picture[] {
  const more: Picture[] =
    width && width !== 480
      ? [{ kind: "poster", variant: `webp-${width}`, format: "webp", width, height: width * 3 }]
      : [];
  return [
    ...more,
    { kind: "poster", variant: "webp-480", format: "webp", width: 480, height: 1440 },
    { kind: "poster", variant: "jpeg-1280", format: "jpeg", width: 1280, height: 3840 },
  ];
}

type WithVideo = Probe & { video: VideoStream };

/** The first frame that is neither black nor blank; where all are, the liveliest. */
async function bestFrame(
  job: Run<Params, Tools>,
  path: string,
  probe: WithVideo,
  folder: string,
): Promise<string> {
  let best: { frame: string; deviation: number } | undefined;
  for (const [n, seconds] of places(job.params.timestamp, probe.durationS).entries()) {
    const frame = join(folder, `frame-${n}.png`);
    if (!(await takeFrame(job, path, probe.video, seconds, frame))) continue;
    if (job.params.timestamp !== undefined) return frame;
    const luma = await job.tools.media.native.call("image.luma", { path: frame }, { signal: job.signal });
    job.progress(10 + n * 10);
    if (luma.mean >= 20 && luma.deviation >= 6) return frame;
    job.log(
      `The frame at ${seconds.toFixed(1)} s is nearly blank (brightness ${luma.mean.toFixed(0)} of 255).`,
    );
    if (!best || luma.deviation > best.deviation) best = { frame, deviation: luma.deviation };
  }
  if (best) return best.frame;
  const first = join(folder, "frame-first.png");
  if (await takeFrame(job, path, probe.video, 0, first)) return first;
  throw new GiveUp("input.corrupt", "No frame of the film can be decoded.");
}

function places(timestamp: number | undefined, durationS: number | null): number[] {
  if (timestamp !== undefined) return [Math.min(timestamp, Math.max(0, (durationS ?? timestamp) - 0.1))];
  return durationS === null ? [0] : [0.25, 0.4, 0.6, 0.1, 0.8].map((part) => part * durationS);
}

/** False when there is no frame at that place. Tries good colours first, then plain scaling. */
async function takeFrame(
  job: Run<Params, Tools>,
  path: string,
  video: VideoStream,
  seconds: number,
  frame: string,
) {
  const { media } = job.tools;
  const filters = [scale];
  if ((video.hdr === "hdr10" || video.hdr === "hlg") && (await media.capabilities()).toneMapping)
    filters.unshift(`${scale},${toneMap("rgb24", "pc")}`);
  for (const filter of filters) {
    try {
      const seek = seconds > 0 ? ["-ss", seconds.toFixed(3)] : [];
      const args = [
        ...mediaInput(path, seek),
        "-map",
        `0:${video.index}`,
        "-an",
        "-sn",
        "-frames:v",
        "1",
        "-update",
        "1",
      ];
      await media.ffmpeg([...args, "-vf", filter, "-compression_level", "1", `file:${frame}`], {
        signal: job.signal,
      });
      return await stat(frame).then(
        (s) => s.size > 0,
        () => false,
      );
    } catch (error) {
      job.signal.throwIfAborted();
      // A damaged place leaves other places and filters to try; a missing tool or a full disk does not.
      const passes =
        error instanceof GiveUp || (error instanceof JobFailure && error.code === "tool.crashed");
      if (!passes) throw error;
      job.log(`No frame at ${seconds.toFixed(1)} s: ${(error as Error).message}`);
    }
  }
  return false;
}

/** To square pixels, and no larger than the largest poster. */
const scale = "scale=w='max(1,round(iw*sar))':h=ih,setsar=1,scale=w='min(1280,iw)':h=-1:flags=lanczos";
