// Row B13 for encoders: a GPU counts as usable when it has encoded a frame. What failed is named, and what is missing.

import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { findGpus, type Gpu } from "../../media/gpu.ts";
import type { Media } from "../../media/media.ts";
import type { Check } from "../readiness.ts";

type Encodes = Pick<Media, "capabilities" | "ffmpeg">;

export async function checkGpu(media: Encodes, driFolder = "/dev/dri", find = findGpus): Promise<Check[]> {
  const gpus = await find();
  const nodes = (await readdir(driFolder).catch(() => [])).filter((name) => name.startsWith("renderD"));
  const devices = nodes.map((node) => `${driFolder}/${node}`);
  if (gpus.length === 0 && devices.length === 0)
    return [
      {
        name: "GPU",
        result: "note",
        brief: "none found",
        detail: "none found: nvidia-smi lists none and there is no render device. The CPU does all the work",
        fix: "In a container, pass it in: --gpus all for NVIDIA, --device /dev/dri for Intel and AMD.",
      },
    ];
  const closed = await firstClosed(devices);
  if (closed && gpus.length === 0)
    return [
      {
        name: "GPU",
        result: "warn",
        brief: "found, not allowed",
        detail: `${closed} is there, but user ${process.geteuid?.()} may not use it`,
        fix: "Add the user to the group that owns it (render or video), in a container with --group-add.",
      },
    ];
  return [await proven(media, gpus, devices)];
}

/** One frame by each encoder that may work here; the first that does is proof. */
async function proven(media: Encodes, gpus: Gpu[], devices: string[]): Promise<Check> {
  const what = gpus.map(({ name, memoryMb }) => `${name} (${memoryMb} MB)`).join(", ") || devices[0]!;
  const { encoders, fault } = await media.capabilities();
  if (fault)
    return {
      name: "GPU",
      result: "warn",
      brief: "found, not tried",
      detail: `${what}: cannot be tried without a working ffmpeg`,
      fix: "Mend ffmpeg first; the check above says how.",
    };
  const tried = trials(gpus, devices).filter(({ encoder }) => encoders.has(encoder));
  const faults: string[] = [];
  for (const { encoder, args } of tried) {
    try {
      await media.ffmpeg(args, { signal: AbortSignal.timeout(20_000) });
      return {
        name: "GPU",
        result: "ok",
        brief: `proven by ${encoder}`,
        detail: `${what}: ${encoder} encoded a frame`,
      };
    } catch (error) {
      faults.push(`${encoder}: ${(error as Error).message.trim().split("\n").at(-1)}`);
    }
  }
  const detail =
    tried.length === 0
      ? `${what}: this ffmpeg has no encoder for it`
      : `${what}: no frame could be encoded (${faults.join("; ")})`;
  return {
    name: "GPU",
    result: "warn",
    brief: "found, not usable",
    detail,
    fix: "The CPU encodes instead. Look whether the driver is loaded, and whether ffmpeg was built for this GPU.",
  };
}

function trials(gpus: Gpu[], devices: string[]): { encoder: string; args: string[] }[] {
  const picture = ["-f", "lavfi", "-i", "color=black:s=320x240:r=25:d=0.2"];
  const end = ["-frames:v", "1", "-f", "null", "-"];
  const device = devices[0];
  const nvidia = gpus.some(({ vendor }) => vendor === "nvidia");
  return [
    ...(nvidia ? [{ encoder: "h264_nvenc", args: [...picture, "-c:v", "h264_nvenc", ...end] }] : []),
    ...(device
      ? [
          {
            encoder: "h264_vaapi",
            args: [
              "-vaapi_device",
              device,
              ...picture,
              ...["-vf", "format=nv12,hwupload", "-c:v", "h264_vaapi"],
              ...end,
            ],
          },
          {
            encoder: "h264_qsv",
            args: [...picture, "-vf", "format=nv12", "-c:v", "h264_qsv", ...end],
          },
        ]
      : []),
  ];
}

async function firstClosed(devices: string[]): Promise<string | undefined> {
  for (const device of devices) {
    const isOpen = await access(device, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isOpen) return device;
  }
  return undefined;
}
