// Row B13 for encoders: a GPU counts when it has encoded frames that decode to what went in. What failed is named, and what
// is missing.

import type { Verdict } from "../../media/encoder-proof.ts";
import type { Gpu } from "../../media/gpu.ts";
import { findGpus } from "../../media/gpu.ts";
import type { GpuDevices, Vendor } from "../../media/gpu-devices.ts";
import type { Media } from "../../media/media.ts";
import type { Check } from "../readiness.ts";

type Encodes = Pick<Media, "capabilities" | "encoders">;

export async function checkGpu(media: Encodes, find = findGpus): Promise<Check[]> {
  const [gpus, { devices, verdicts }] = await Promise.all([find(), media.encoders.prove()]);
  const { fault } = await media.capabilities();
  // The first says what jobs encode with, and stands for the best; the others only have a line each.
  return [overall(gpus, devices, verdicts, fault), ...verdicts.slice(1).map(further)];
}

function overall(
  gpus: Gpu[],
  devices: GpuDevices,
  verdicts: readonly Verdict[],
  fault: string | null,
): Check {
  const cards = gpus.map(({ name, memoryMb }) => `${name} (${memoryMb} MB)`).join(", ");
  const what = cards || devices.render.map(({ path }) => path).join(", ");
  const [best] = verdicts;
  if (best?.result === "proven")
    return {
      name: "GPU",
      result: "ok",
      brief: `proven by ${best.encoder.name}`,
      detail: `${what ? `${what}: ` : ""}${best.encoder.label} encoded frames that decode to what went in`,
    };
  if (best)
    return {
      name: "GPU",
      result: "warn",
      brief: best.result === "aside" ? "set aside" : "found, not usable",
      detail: `${what ? `${what}: ` : ""}the CPU encodes, because of ${best.encoder.label}: ${best.cause}`,
      fix: best.fix,
    };
  if (fault && (what || devices.nvidia))
    return {
      name: "GPU",
      result: "warn",
      brief: "found, not tried",
      detail: `${what}: cannot be tried without a working ffmpeg`,
      fix: "Mend ffmpeg first; the check above says how.",
    };
  return notReached(devices, cards);
}

/** Nothing to try. A card that is in the machine but not in the container is worth saying. */
function notReached({ inMachine, render }: GpuDevices, cards: string): Check {
  const [vendor] = inMachine;
  const others = render.map(({ path }) => path).join(", ");
  const detail = cards
    ? `${cards}: the card is listed, but none of its devices can be opened from here`
    : others
      ? `${others} belongs to a card without an encoder that is known here`
      : vendor
        ? `the machine has ${names[vendor]}, but none of its devices can be opened from here. The CPU does all the work`
        : "none found: nvidia-smi lists none and there is no render device. The CPU does all the work";
  return {
    name: "GPU",
    result: "note",
    brief: cards || vendor ? "not passed in" : "none found",
    detail,
    fix:
      vendor === "nvidia" || cards
        ? nvidiaFix
        : vendor
          ? `In a container, pass it in: ${renderFix}`
          : `In a container, pass it in: ${nvidiaFix}; ${renderFix} for Intel and AMD.`,
  };
}

const nvidiaFix =
  "--gpus all with NVIDIA_DRIVER_CAPABILITIES=compute,video,utility for NVIDIA (on the host: the NVIDIA container toolkit)";
const renderFix = "--device /dev/dri";
const names: Record<Vendor, string> = { nvidia: "an NVIDIA card", intel: "an Intel GPU", amd: "an AMD GPU" };

function further({ encoder, result, cause, fix }: Verdict): Check {
  if (result === "proven") return { name: encoder.label, result: "ok", detail: "works as well" };
  return { name: encoder.label, result: "note", detail: `is not used: ${cause}`, fix };
}
