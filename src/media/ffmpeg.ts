// Runs ffmpeg with what every run needs: no stdin, progress, and no way for a hostile file to reach the network or other files.

import { GiveUp, JobFailure } from "../runtime/errors.ts";
import { gpuFault } from "./gpu-faults.ts";
import { lastWords, runTool, type ToolOptions } from "./process.ts";

export interface FfmpegOptions extends Pick<ToolOptions, "signal" | "onBytes"> {
  /** Length of what is made, for progress in percent. */
  durationS?: number | null;
  /** How many frames are made. They tell progress better than times: sound is ahead of the picture by seconds. */
  frames?: number;
  onProgress?: (percent: number) => void;
  /** Twice a second: seconds of output so far. */
  onOutTime?: (outTimeS: number) => void;
  onErrorLine?: (line: string) => void;
  /** Ends a run that says nothing at all for this long. Default 5 minutes. */
  silenceMs?: number;
}

export interface FfmpegResult {
  exitCode: number;
  stderrTail: string;
  /** How far the output got, in seconds; null when ffmpeg never said. */
  outTimeS: number | null;
  /** Video frames put out. */
  frames: number;
}

/** `args` are everything after the global options; inputs are written with `input()`. Any exit code is answered. */
export async function runFfmpeg(
  ffmpegPath: string,
  args: string[],
  options: FfmpegOptions = {},
): Promise<FfmpegResult> {
  const result: FfmpegResult = { exitCode: -1, stderrTail: "", outTimeS: null, frames: 0 };
  const onProgressLine = (line: string) => {
    const [key, value] = line.split("=", 2) as [string, string | undefined];
    if (key === "frame") {
      result.frames = Number(value) || 0;
      if (options.frames)
        options.onProgress?.(Math.min(100, (whenAllAreIn * result.frames) / options.frames));
    }
    // `out_time_ms` has always held microseconds; `out_time_us` says so, and older builds lack it.
    if ((key === "out_time_us" || key === "out_time_ms") && /^\d+$/.test(value ?? "")) {
      result.outTimeS = Number(value) / 1e6;
      options.onOutTime?.(result.outTimeS);
      if (options.durationS && !options.frames)
        options.onProgress?.(Math.min(100, (100 * result.outTimeS) / options.durationS));
    }
  };
  // Progress goes where the data does not: stdout, or stderr when stdout carries the output.
  const toStdout = !options.onBytes;
  const finished = await runTool(
    ffmpegPath,
    [
      "-nostdin",
      "-hide_banner",
      "-v",
      "error",
      "-nostats",
      "-stats_period",
      "0.5",
      "-progress",
      toStdout ? "pipe:1" : "pipe:2",
      "-y",
      ...args,
    ],
    {
      signal: options.signal,
      silenceMs: options.silenceMs ?? 5 * 60_000,
      onLine: toStdout ? onProgressLine : undefined,
      onBytes: options.onBytes,
      onErrorLine(line) {
        if (!toStdout && progressLine.test(line)) onProgressLine(line);
        else options.onErrorLine?.(line);
      },
    },
  );
  result.exitCode = finished.exitCode;
  result.stderrTail = finished.stderrTail
    .split("\n")
    .filter((line) => !progressLine.test(line))
    .join("\n");
  return result;
}

/** Per cent: frames count when the encoder gets them, and x264 works on dozens at a time. */
const whenAllAreIn = 95;

/** As `runFfmpeg`, but a failed run throws: `GiveUp` where the input is to blame, else `JobFailure`. */
export async function makeWithFfmpeg(
  ffmpegPath: string,
  args: string[],
  options: FfmpegOptions = {},
): Promise<FfmpegResult> {
  const result = await runFfmpeg(ffmpegPath, args, options);
  if (result.exitCode !== 0) throw ffmpegFailure(result);
  return result;
}

/** The words of one input. `before` holds options for it, such as `-ss`. */
export function input(path: string, before: string[] = []): string[] {
  return [...inputGuard, ...before, "-i", `file:${path}`];
}

export function ffmpegFailure(result: { exitCode: number; stderrTail: string }): Error {
  const words = lastWords(result.stderrTail) || `ffmpeg ended with code ${result.exitCode}.`;
  const gpu = gpuFault(result.stderrTail);
  if (gpu) return new JobFailure(gpu.code, `The GPU does not encode: ${gpu.cause}.\n${words}`);
  if (/moov atom not found|partial file|Truncated|End of file/i.test(result.stderrTail))
    return new GiveUp("input.truncated", `The file ends too early.\n${words}`);
  if (
    /Format not on whitelist|Decoder .* not found|Unknown decoder|could not find codec parameters/i.test(
      result.stderrTail,
    )
  )
    return new GiveUp("input.unsupported", `ffmpeg cannot read this format.\n${words}`);
  if (damaged.test(result.stderrTail)) return new GiveUp("input.corrupt", `The file is damaged.\n${words}`);
  return new JobFailure("tool.crashed", `ffmpeg failed with code ${result.exitCode}.\n${words}`);
}

const damaged =
  /Invalid data found|corrupt|error while decoding|Invalid NAL|libjxl decode error|Cannot determine format of input stream/i;

/**
 * Containers of media that hold their own data. Left out on purpose: playlists and lists of files (hls, dash, concat,
 * imf, image2…), scripts and devices, through which a file of a library could make ffmpeg open others.
 */
const containers =
  "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,live_flv,asf,asf_o,ogg,wav,w64,mp3,flac,aac,ac3,eac3,dts,dtshd,truehd,mlp," +
  "aiff,caf,au,wv,ape,tta,tak,mpc,mpc8,amr,amrnb,amrwb,gsm,voc,shn,oma,dsf,iff,m4v,mjpeg,h264,hevc,h261,h263,mpegvideo," +
  "vc1,vc1test,av1,obu,ivf,rm,dv,mxf,gxf,nut,nsv,wtv,gif,apng,bink,smk,roq,vivo,y4m,yuv4mpegpipe,svag," +
  "jpegxl_pipe,jpegxl_anim,bmp_pipe,psd_pipe,png_pipe,jpeg_pipe,webp_pipe,tiff_pipe,ppm_pipe,pgm_pipe,tga_pipe,qoi_pipe,exr_pipe,dds_pipe,j2k_pipe";

/** Put before every `-i`, also of ffprobe. */
export const inputGuard = ["-protocol_whitelist", "file,pipe", "-format_whitelist", containers];

const progressLine =
  /^(frame|fps|stream_\d+_\d+_\w+|bitrate|total_size|out_time(_us|_ms)?|dup_frames|drop_frames|speed|progress)=/;
