// The tools, proven by use, not by presence.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { detectCapabilities } from "../../media/capabilities.ts";
import type { Media } from "../../media/media.ts";
import type { Config } from "../../runtime/config.ts";
import { type Check, checkTool } from "../readiness.ts";

/** What this version's jobs ask of ffmpeg. */
const neededEncoders = ["png", "pcm_s16le"];
/** Without them some files look worse or take longer. */
const usefulFilters = ["zscale", "tonemap"];

export async function checkFfmpeg(
  config: Pick<Config, "ffmpeg" | "ffprobe">,
  media: Pick<Media, "ffmpegPath" | "ffprobePath">,
): Promise<Check[]> {
  const present = (["ffmpeg", "ffprobe"] as const).map((name) => checkTool(name, config[name]));
  const missing = present.filter((check) => check.result !== "ok");
  // The server starts without them, but most of its jobs then fail.
  if (missing.length > 0) return missing.map((check) => ({ ...check, result: "fail" }));
  const { ffmpegVersion, ffprobeVersion, fault, encoders, filters, diesWithServer } =
    await detectCapabilities(media.ffmpegPath, media.ffprobePath);
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
      : {
          name: "ffmpeg",
          result: "ok",
          brief: shortVersion(ffmpegVersion),
          detail: `${ffmpegVersion}, ffprobe ${ffprobeVersion}`,
        },
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
}

export function checkPictures({ native }: Pick<Media, "native">): Promise<Check> {
  return withFolder(async (folder) => {
    const name = "pictures";
    const input = join(folder, "in.png");
    writeFileSync(input, Buffer.from(tinyPng, "base64"));
    try {
      await native.call("image.render", {
        path: input,
        outputs: [{ path: join(folder, "out.webp"), format: "webp" }],
      });
      const { sharp, vips } = await native.call("versions", {});
      return { name, result: "ok", detail: `made a WebP with sharp ${sharp}, libvips ${vips}` };
    } catch (error) {
      return { name, result: "fail", detail: (error as Error).message, fix: unpackFix };
    }
  });
}

/** `named`: a model to run instead of a tiny one of our own. */
export function checkModel({ native }: Pick<Media, "native">, named?: string): Promise<Check> {
  return withFolder(async (folder) => {
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
      const { version } = await native.call("ort.check", { modelPath });
      return {
        name,
        result: "ok",
        brief: `ONNX Runtime ${version}`,
        detail: `ONNX Runtime ${version} ran ${named ?? "a tiny model"}`,
      };
    } catch (error) {
      const fix = named === undefined ? unpackFix : "Look whether the file is whole, and an ONNX model.";
      return { name, result: "fail", detail: (error as Error).message, fix };
    }
  });
}

/** `7.1.1` of `7.1.1-1+b1`. */
function shortVersion(version: string | null): string {
  return /^n?[\d.]+/.exec(version ?? "")?.[0] ?? "found";
}

const unpackFix =
  "The native libraries are unpacked into the cache folder of the data folder: it must be writable and allow execution (no noexec).";

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "sprocket-check-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 2 × 2 pixels. */
const tinyPng =
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4kWIERAwQCgAorgV5QuEn7gAAAABJRU5ErkJggg==";

/** y = x + x, in ONNX: what a model needs to be one, and nothing else. */
const tinyModel = "CAg6NQoOCgF4CgF4EgF5IgNBZGQSAWdaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAN";
