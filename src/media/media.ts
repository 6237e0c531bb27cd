// The media tools as one record: what main.ts opens and jobs use. Paths go in, facts and files come out; nothing here knows
// of libraries or jobs.

import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Service } from "../runtime/service.ts";
import type { Verdict } from "./av-check.ts";
import { checkAv } from "./av-check.ts";
import { type Capabilities, detectCapabilities } from "./capabilities.ts";
import { proveEncoders } from "./encoder-proof.ts";
import { type Encoders, openEncoders } from "./encoders.ts";
import { type FfmpegOptions, type FfmpegResult, makeWithFfmpeg } from "./ffmpeg.ts";
import { type Probe, probeFile } from "./ffprobe.ts";
import { findGpus, type Gpu, vramBudgetOf } from "./gpu.ts";
import { hashImage, readImage, renderImage } from "./image.ts";
import { createNative, type Native } from "./native.ts";
import type { ImageOutput, ImageReading, Rendered } from "./native-ops.ts";

export interface Media extends Service {
  ffmpegPath: string;
  ffprobePath: string;
  native: Native;
  /** GPUs with memory of their own, as found at the start. */
  gpus: readonly Gpu[];
  /** GPU memory that jobs may reserve together where no setting says so; 0 without a GPU. */
  vramBudgetMb: number;
  /** Versions and abilities of the tools, found out once; for doctor and for choosing filters. */
  capabilities(): Promise<Capabilities>;
  /** For H.264: which were proven here, and which is best. */
  encoders: Encoders;
  /** Throws `GiveUp` with an `input.*` code where the file cannot be read. */
  probe(path: string, signal?: AbortSignal): Promise<Probe>;
  /** Undefined when the file is whole. */
  check(
    path: string,
    probe: Probe,
    options: { sizeBytes: number; signal?: AbortSignal; onProgress?: (percent: number) => void },
  ): Promise<Verdict | undefined>;
  /** Runs ffmpeg with `args` (inputs written with `input()` of ffmpeg.ts); a failed run throws. */
  ffmpeg(args: string[], options?: FfmpegOptions): Promise<FfmpegResult>;
  readImage(path: string, options: { decode: boolean; signal?: AbortSignal }): Promise<ImageReading>;
  renderImage(path: string, outputs: ImageOutput[], signal?: AbortSignal): Promise<Rendered[]>;
  /** The perceptual hash, 16 hexadecimal digits; null of a picture so even that it would mean nothing. */
  hashImage(path: string, signal?: AbortSignal): Promise<string | null>;
}

export interface MediaParts {
  /** Default: `ffmpeg` and `ffprobe` of the PATH. */
  ffmpegPath?: string | null;
  ffprobePath?: string | null;
  cacheFolder: string;
  tmpFolder: string;
  log: Logger;
  clock: Clock;
}

export function openMedia(parts: MediaParts): Media {
  const ffmpegPath = parts.ffmpegPath || "ffmpeg";
  const ffprobePath = parts.ffprobePath || "ffprobe";
  const native = createNative({ cacheFolder: parts.cacheFolder, log: parts.log, clock: parts.clock });
  const tools = { ffmpegPath, native, tmpFolder: parts.tmpFolder };
  let capabilities: Promise<Capabilities> | undefined;
  let forget = () => {};
  const media: Media = {
    name: "media",
    ffmpegPath,
    ffprobePath,
    native,
    gpus: [],
    vramBudgetMb: 0,
    async capabilities() {
      capabilities ??= detectCapabilities(ffmpegPath, ffprobePath);
      const found = await capabilities;
      // Somebody may install what is missing while the server runs.
      if (found.fault) capabilities = undefined;
      return found;
    },
    probe: (path, signal) => probeFile(ffprobePath, path, signal),
    check: (path, probe, options) => checkAv(path, probe, { ffmpegPath, ...options }),
    ffmpeg: (args, options) => makeWithFfmpeg(ffmpegPath, args, options),
    readImage: (path, options) => readImage(tools, path, options),
    renderImage: (path, outputs, signal) => renderImage(tools, path, outputs, signal),
    hashImage: (path, signal) => hashImage(tools, path, signal),
    encoders: openEncoders({
      capabilities: () => media.capabilities(),
      prove: (able, devices) =>
        proveEncoders({ ffmpeg: media.ffmpeg, tmpFolder: parts.tmpFolder }, able, devices),
      log: parts.log,
    }),
    async start() {
      this.gpus = await findGpus();
      this.vramBudgetMb = vramBudgetOf(this.gpus);
      for (const { name, memoryMb } of this.gpus) parts.log.info(`Found ${name} with ${memoryMb} MB`);
      // A start has better things to do; a job that comes earlier has them proven at once.
      forget = parts.clock.after(provenAfterMs, () => void media.encoders.prove().catch(() => {}));
    },
    stop() {
      forget();
      return native.stop();
    },
  };
  return media;
}

const provenAfterMs = 3_000;
