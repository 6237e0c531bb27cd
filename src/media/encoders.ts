// Which encoders were proven on this machine: found out once in the background, again on demand, and kept as long as the
// devices are the same.

import { JobFailure } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Verdict } from "./encoder-proof.ts";
import { findGpuDevices, type GpuDevices } from "./gpu-devices.ts";
import { cpuEncoder, type VideoEncoder } from "./video-encoders.ts";

export interface Encoders {
  /** What was found at the last look; undefined until there was one. */
  readonly known: { devices: GpuDevices; verdicts: readonly Verdict[] } | undefined;
  /** Tries all that may be here. Whoever asks meanwhile gets the same answer. */
  prove(): Promise<{ devices: GpuDevices; verdicts: readonly Verdict[] }>;
  /** Waits for a proof where there is none yet. Throws `JobFailure("tool.missing")` where nothing encodes. */
  best(): Promise<VideoEncoder>;
  onCpu(): Promise<VideoEncoder>;
  /** Whether jobs run on a GPU, as far as is known. */
  readonly onGpu: boolean;
  worked(): void;
  /** After three in a row the GPU is left alone until the next proof. */
  failed(encoder: VideoEncoder, error: Error): void;
}

export interface EncoderParts {
  capabilities(): Promise<Capabilities>;
  prove(able: Capabilities, devices: GpuDevices): Promise<Verdict[]>;
  devices?: () => Promise<GpuDevices>;
  log: Logger;
}

export function openEncoders(parts: EncoderParts): Encoders {
  const { capabilities, log } = parts;
  let known: { devices: GpuDevices; verdicts: Verdict[] } | undefined;
  let underWay: ReturnType<Encoders["prove"]> | undefined;
  let failures = 0;

  async function look() {
    const devices = await (parts.devices ?? findGpuDevices)();
    const isAny = devices.render.length > 0 || devices.nvidia || devices.isMac;
    const able = isAny ? await capabilities() : undefined;
    const found = !able || able.fault ? [] : await parts.prove(able, devices);
    const verdicts = found.map((verdict) => (verdict.isBusy && provenBefore(verdict)) || verdict);
    known = { devices, verdicts };
    failures = 0;
    for (const { encoder, result, cause } of verdicts)
      log.info(`${encoder.label}: ${result === "proven" ? "proven" : cause}`);
    return known;
  }

  function provenBefore({ encoder: { label } }: Verdict): Verdict | undefined {
    return known?.verdicts.find((v) => v.encoder.label === label && v.result === "proven");
  }

  const encoders: Encoders = {
    get known() {
      return known;
    },
    get onGpu() {
      return known?.verdicts.some(({ result }) => result === "proven") === true;
    },
    prove() {
      underWay ??= look().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    async best() {
      const { verdicts } = underWay ? await underWay : (known ?? (await encoders.prove()));
      return verdicts.find(({ result }) => result === "proven")?.encoder ?? (await encoders.onCpu());
    },
    async onCpu() {
      const able = await capabilities();
      if (able.fault) throw new JobFailure("tool.missing", able.fault);
      if (able.encoders.has(cpuEncoder.name)) return cpuEncoder;
      throw new JobFailure(
        "tool.missing",
        "This ffmpeg has no encoder for H.264: it was built without libx264.",
      );
    },
    worked() {
      failures = 0;
    },
    failed({ label }, error) {
      failures += 1;
      log.warn("a GPU failed in the middle of a job, which the CPU then did", {
        encoder: label,
        failures,
        error,
      });
      if (failures < mostFailures || !known) return;
      const cause = `it failed in ${failures} jobs in a row, the last time because: ${error.message.split("\n")[0]}`;
      const fix = "Check again once the GPU is well; until then the CPU encodes.";
      const aside = (verdict: Verdict): Verdict =>
        verdict.encoder.label === label ? { ...verdict, result: "aside", cause, fix } : verdict;
      known = { ...known, verdicts: known.verdicts.map(aside) };
      failures = 0;
    },
  };
  return encoders;
}

const mostFailures = 3;
