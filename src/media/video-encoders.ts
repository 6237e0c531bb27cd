// The encoders for H.264 that this machine may have, and running with the best one that was proven to work here.

import { JobFailure } from "../runtime/errors.ts";
import {
  amf,
  type EncodedPicture,
  nvenc,
  type Quality,
  qsv,
  vaapi,
  vaapiLowPower,
  videoToolbox,
  x264,
} from "./encoder-words.ts";
import type { Media } from "./media.ts";

export { presets, type Quality } from "./encoder-words.ts";

export interface VideoEncoder {
  /** ffmpeg's. */
  name: string;
  /** For people: `NVENC`. */
  label: string;
  isGpu: boolean;
  /** Before the first `-i`. */
  deviceArgs: string[];
  /** At the end of every filter chain that leads to it. */
  filters: string[];
  args(picture: EncodedPicture, quality: Quality): string[];
}

export const cpuEncoder: VideoEncoder = {
  name: "libx264",
  label: "x264 on the CPU",
  isGpu: false,
  deviceArgs: [],
  filters: [],
  args: x264,
};

export const nvencEncoder: VideoEncoder = {
  name: "h264_nvenc",
  label: "NVENC",
  isGpu: true,
  deviceArgs: [],
  filters: ["format=yuv420p"],
  args: nvenc,
};

export const amfEncoder: VideoEncoder = { ...nvencEncoder, name: "h264_amf", label: "AMF", args: amf };

export const videoToolboxEncoder: VideoEncoder = {
  ...nvencEncoder,
  name: "h264_videotoolbox",
  label: "VideoToolbox",
  args: videoToolbox,
};

export function qsvEncoder(device: string): VideoEncoder {
  return {
    name: "h264_qsv",
    label: `Quick Sync on ${device}`,
    isGpu: true,
    deviceArgs: [
      ...["-init_hw_device", `vaapi=va:${device}`],
      ...["-init_hw_device", "qsv=gpu@va", "-filter_hw_device", "gpu"],
    ],
    filters: ["format=nv12", "hwupload=extra_hw_frames=64"],
    args: qsv,
  };
}

export function vaapiEncoder(device: string, { lowPower = false } = {}): VideoEncoder {
  return {
    name: "h264_vaapi",
    label: `VAAPI on ${device}${lowPower ? ", its low-power encoder" : ""}`,
    isGpu: true,
    deviceArgs: ["-init_hw_device", `vaapi=gpu:${device}`, "-filter_hw_device", "gpu"],
    filters: ["format=nv12", "hwupload"],
    args: lowPower ? vaapiLowPower : vaapi,
  };
}

export interface EncodingJob {
  log(line: string): void;
  signal: AbortSignal;
  /** The smallest picture that is made: GPUs take none below some size. */
  picture?: { width: number; height: number };
}

/**
 * Runs with the best encoder that was proven here. When the GPU fails in the middle, it runs again on the CPU and says so
 * in the log; `run` must begin from nothing each time.
 */
export async function withVideoEncoder<T>(
  media: Pick<Media, "encoders">,
  job: EncodingJob,
  run: (encoder: VideoEncoder) => Promise<T>,
): Promise<T> {
  const best = await media.encoders.best();
  if (!best.isGpu || isTooSmall(job.picture)) return await run(await media.encoders.onCpu());
  try {
    const made = await run(best);
    media.encoders.worked();
    return made;
  } catch (error) {
    job.signal.throwIfAborted();
    if (!(error instanceof JobFailure) || !mayBeTheGpus.includes(error.code)) throw error;
    const cpu = await media.encoders.onCpu();
    job.log(`${best.label} gave up (${firstLine(error)}); encoding again from the start on the CPU.`);
    const made = await run(cpu);
    // Only now it is known that the film was not to blame. A card that is busy is not a broken one.
    if (error.code !== "gpu.memory") media.encoders.failed(best, error);
    return made;
  }
}

const mayBeTheGpus = ["gpu.lost", "gpu.memory", "tool.crashed", "tool.timeout"];

/** NVENC takes 145×49 at least, VAAPI on AMD 128×128. */
function isTooSmall(picture: EncodingJob["picture"]): boolean {
  return picture !== undefined && (picture.width < 160 || picture.height < 128);
}

function firstLine(error: Error): string {
  return error.message.split("\n")[0]!.replace(/[.:]+$/, "");
}
