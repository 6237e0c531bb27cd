// The tools as the server would open them, for the doctor: works without a data folder as well.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkGpu } from "../http/checks/gpu.ts";
import { checkFfmpeg, checkModel, checkPictures } from "../http/checks/tools.ts";
import type { Check } from "../http/readiness.ts";
import { type Media, openMedia } from "../media/media.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import { dataPaths } from "../runtime/data-folder.ts";
import { silentLogger } from "../runtime/log.ts";

export function checkTools(config: Config, model: string | undefined): Promise<Check[]> {
  return withMedia(config, async (media) => [
    ...(await checkFfmpeg(config, media)),
    await checkPictures(media),
    await checkModel(media, model),
    ...(await checkGpu(media)),
  ]);
}

async function withMedia<T>(config: Config, use: (media: Media) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "sprocket-doctor-"));
  const { cache } = dataPaths(config.dataFolder);
  const media = openMedia({
    ffmpegPath: config.ffmpeg,
    ffprobePath: config.ffprobe,
    cacheFolder: existsSync(cache) ? cache : folder,
    tmpFolder: folder,
    log: silentLogger,
    clock: systemClock,
  });
  try {
    return await use(media);
  } finally {
    await media.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
