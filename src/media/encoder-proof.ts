// Row B13: an encoder counts when it has encoded frames that decode to what went in, whatever drivers say they are. What
// failed is named, and what is missing.

import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Capabilities } from "./capabilities.ts";
import { input } from "./ffmpeg.ts";
import type { GpuDevices, RenderDevice } from "./gpu-devices.ts";
import { gpuFault } from "./gpu-faults.ts";
import type { Media } from "./media.ts";
import {
  amfEncoder,
  nvencEncoder,
  qsvEncoder,
  type VideoEncoder,
  vaapiEncoder,
  videoToolboxEncoder,
} from "./video-encoders.ts";

export interface Verdict {
  encoder: VideoEncoder;
  /** `aside`: proven, but it failed in job after job since. */
  result: "proven" | "failed" | "aside";
  /** Which test failed, and why. */
  cause?: string;
  fix?: string;
  /** Others use all there is, as jobs of our own do: that says nothing against it. */
  isBusy?: boolean;
}

export interface ProofParts extends Pick<Media, "ffmpeg"> {
  tmpFolder: string;
}

/** Best first. Tries one after the other: some drivers take only one session. */
export async function proveEncoders(
  parts: ProofParts,
  able: Pick<Capabilities, "encoders">,
  devices: GpuDevices,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const ways of candidates(devices)) verdicts.push(await proveOne(parts, able, ways));
  // The order among those that work stays; what works comes before what does not.
  return verdicts.toSorted((a, b) => Number(b.result === "proven") - Number(a.result === "proven"));
}

interface Candidate {
  /** The same encoder asked in different ways; the first that works is taken. */
  ways: [VideoEncoder, ...VideoEncoder[]];
  device?: RenderDevice;
}

function candidates({ render, nvidia, isMac }: GpuDevices): Candidate[] {
  const found: Candidate[] = [];
  if (nvidia) found.push({ ways: [nvencEncoder] });
  for (const device of render) {
    const { path, vendor } = device;
    if (vendor === "nvidia") continue;
    if (vendor !== "amd") found.push({ ways: [qsvEncoder(path)], device });
    found.push({ ways: [vaapiEncoder(path), vaapiEncoder(path, { lowPower: true })], device });
    if (vendor === "amd") found.push({ ways: [amfEncoder], device });
  }
  if (isMac) found.push({ ways: [videoToolboxEncoder] });
  return found;
}

async function proveOne(
  parts: ProofParts,
  { encoders }: Pick<Capabilities, "encoders">,
  { ways, device }: Candidate,
): Promise<Verdict> {
  const [encoder] = ways;
  if (!encoders.has(encoder.name))
    return {
      encoder,
      result: "failed",
      cause: `this ffmpeg was built without ${encoder.name}`,
      fix: "Install an ffmpeg that has it (Debian's and jellyfin-ffmpeg have NVENC, Quick Sync and VAAPI), or name one in SPROCKET_FFMPEG.",
    };
  if (device && !device.mayUse) return { encoder, result: "failed", ...forbidden(device) };
  let first: Verdict | undefined;
  for (const way of ways) {
    const verdict = await tryOut(parts, way);
    if (verdict.result === "proven") return verdict;
    first ??= verdict;
  }
  return first!;
}

function forbidden({ path, gid, group }: RenderDevice): Pick<Verdict, "cause" | "fix"> {
  const owner = group ? `${group} (${gid})` : String(gid);
  return {
    cause: `user ${process.geteuid?.()} may not use ${path}, which belongs to group ${owner}`,
    fix: `In a container: --group-add ${gid}, in a compose file group_add: ["${gid}"]. Otherwise: sudo usermod -aG ${group ?? gid} and the user's name, then restart.`,
  };
}

async function tryOut(parts: ProofParts, encoder: VideoEncoder): Promise<Verdict> {
  const file = join(parts.tmpFolder, `proof-${randomBytes(6).toString("hex")}.mp4`);
  let step = "encoding ten frames";
  try {
    await mkdir(parts.tmpFolder, { recursive: true, mode: 0o700 });
    await parts.ffmpeg(
      [...encoder.deviceArgs, ...testPicture, ...asJobsDo(encoder), `file:${file}`],
      limits(),
    );
    step = "decoding them";
    const made = await greys(parts, [...input(file)]);
    step = "comparing them";
    const fault = differenceOf(made, await greys(parts, testPicture));
    if (!fault) return { encoder, result: "proven" };
    return failed(encoder, step, fault, "Update the GPU's driver. The CPU encodes instead.");
  } catch (error) {
    const { message } = error as Error;
    const known = gpuFault(message);
    const cause = known?.cause ?? message.trim().split("\n").at(-1)!;
    const fix = known?.fix ?? "The CPU encodes instead. Look whether the driver is loaded.";
    return { ...failed(encoder, step, cause, fix), isBusy: known?.code === "gpu.memory" };
  } finally {
    await rm(file, { force: true });
  }
}

function failed(encoder: VideoEncoder, step: string, why: string, fix: string): Verdict {
  return { encoder, result: "failed", cause: `${step} failed: ${why}`, fix };
}

/** As a film for HLS is encoded, which asks the most: a bit rate, and keyframes at set places. */
function asJobsDo({ filters, args }: VideoEncoder): string[] {
  const quality = { preset: "medium", crf: 23, targetBitrate: 2000, keyframesEveryS: 2 } as const;
  return ["-vf", ["format=yuv420p", ...filters].join(","), ...args({ fps: 25 }, quality)];
}

const frames = 10;
const testPicture = ["-f", "lavfi", "-i", `testsrc2=size=640x360:rate=25:duration=${frames / 25}`];
const [width, height] = [64, 36];
const limits = () => ({ signal: AbortSignal.timeout(20_000) });

/** Every frame as few grey pixels. */
async function greys({ ffmpeg }: ProofParts, from: string[]): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const filter = `scale=${width}:${height}:flags=area,format=gray`;
  const onBytes = (bytes: Uint8Array) => void pieces.push(bytes);
  await ffmpeg([...from, "-vf", filter, "-f", "rawvideo", "pipe:1"], { onBytes, ...limits() });
  return Buffer.concat(pieces);
}

/** Encoders that fail in silence give black, green or torn frames. */
function differenceOf(made: Uint8Array, wanted: Uint8Array): string | undefined {
  const count = made.length / (width * height);
  if (made.length !== wanted.length) return `${count} of ${frames} frames came out`;
  let sum = 0;
  for (let i = 0; i < made.length; i++) sum += Math.abs(made[i]! - wanted[i]!);
  const mean = sum / made.length;
  return mean > 8 ? `the frames show something else (off by ${mean.toFixed(0)} of 255)` : undefined;
}
