// The doctor's look at the tools: proven by use, not by presence.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Check } from "../http/readiness.ts";
import { checkTool } from "../http/readiness.ts";
import { type Media, openMedia } from "../media/media.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import { dataPaths } from "../runtime/data-folder.ts";
import { silentLogger } from "../runtime/log.ts";

/** What this version's jobs ask of ffmpeg. */
const neededEncoders = ["png", "pcm_s16le"];
/** Without them some files look worse or take longer. */
const usefulFilters = ["zscale", "tonemap"];

export async function checkFfmpeg(config: Config): Promise<Check[]> {
  const present = (["ffmpeg", "ffprobe"] as const).map((name) => checkTool(name, config[name]));
  const missing = present.filter((check) => check.result !== "ok");
  // The server starts without them, but most of its jobs then fail.
  if (missing.length > 0) return missing.map((check) => ({ ...check, result: "fail" }));
  return withMedia(config, async (media) => {
    const { ffmpegVersion, ffprobeVersion, fault, encoders, filters, diesWithServer } =
      await media.capabilities();
    if (fault)
      return [
        {
          name: "ffmpeg",
          result: "fail",
          detail: fault,
          fix: "Install a complete ffmpeg, or name one with --ffmpeg.",
        },
      ];
    const lacking = neededEncoders.filter((name) => !encoders.has(name));
    const wanting = usefulFilters.filter((name) => !filters.has(name));
    const checks: Check[] = [
      lacking.length > 0
        ? {
            name: "ffmpeg",
            result: "fail",
            detail: `${ffmpegVersion} has no encoder ${lacking.join(", ")}`,
            fix: "Install a complete ffmpeg (Debian, Ubuntu: apt-get install ffmpeg).",
          }
        : { name: "ffmpeg", result: "ok", detail: `${ffmpegVersion}, ffprobe ${ffprobeVersion}` },
    ];
    if (wanting.length > 0)
      checks.push({
        name: "HDR",
        result: "warn",
        detail: `ffmpeg has no filter ${wanting.join(", ")}`,
        fix: "Posters of HDR films will look pale; an ffmpeg with libzimg does better.",
      });
    if (!diesWithServer)
      checks.push({
        name: "setpriv",
        result: "warn",
        detail: "not on the PATH",
        fix: "Install util-linux: without it, tools outlive a server that is killed hard.",
      });
    return checks;
  });
}

export function checkPictures(config: Config): Promise<Check> {
  return withMedia(config, async (media, folder) => {
    const name = "pictures";
    const input = join(folder, "in.png");
    writeFileSync(input, Buffer.from(tinyPng, "base64"));
    try {
      await media.native.call("image.render", {
        path: input,
        outputs: [{ path: join(folder, "out.webp"), format: "webp" }],
      });
      const { sharp, vips } = await media.native.call("versions", {});
      return { name, result: "ok", detail: `made a WebP with sharp ${sharp}, libvips ${vips}` };
    } catch (error) {
      return { name, result: "fail", detail: (error as Error).message, fix: unpackFix };
    }
  });
}

export function checkModel(config: Config, named: string | undefined): Promise<Check> {
  return withMedia(config, async (media, folder) => {
    const name = "models";
    let modelPath = join(folder, "tiny.onnx");
    if (named === undefined) writeFileSync(modelPath, Buffer.from(tinyModel, "base64"));
    else modelPath = resolve(named);
    if (!existsSync(modelPath))
      return {
        name,
        result: "fail",
        detail: `there is no file ${modelPath}`,
        fix: "Name an .onnx file with --model.",
      };
    try {
      const { version } = await media.native.call("ort.check", { modelPath });
      return { name, result: "ok", detail: `ONNX Runtime ${version} ran ${named ?? "a tiny model"}` };
    } catch (error) {
      const fix = named === undefined ? unpackFix : "Look whether the file is whole, and an ONNX model.";
      return { name, result: "fail", detail: (error as Error).message, fix };
    }
  });
}

const unpackFix =
  "The native libraries are unpacked into the cache folder of the data folder: it must be writable and allow execution (no noexec).";

/** Works without a data folder as well. */
async function withMedia<T>(config: Config, use: (media: Media, folder: string) => Promise<T>): Promise<T> {
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
    return await use(media, folder);
  } finally {
    await media.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 2 × 2 pixels. */
const tinyPng =
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4kWIERAwQCgAorgV5QuEn7gAAAABJRU5ErkJggg==";

/** y = x + x, in ONNX: what a model needs to be one, and nothing else. */
const tinyModel = "CAg6NQoOCgF4CgF4EgF5IgNBZGQSAWdaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAN";
