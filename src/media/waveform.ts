// Peaks of a sound for drawing it: mono, 16 kHz, 50 pairs of lowest and highest sample a second, as audiowaveform's version 2
// JSON (https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md). Memory holds the peaks, never the sound.

import { open } from "node:fs/promises";
import { input, makeWithFfmpeg } from "./ffmpeg.ts";

export interface Waveform {
  version: 2;
  channels: 1;
  sample_rate: 16000;
  samples_per_pixel: 320;
  bits: 8;
  /** Number of pairs in `data`. */
  length: number;
  /** lowest, highest, lowest, highest… each −128 to 127. */
  data: number[];
}

export async function readWaveform(
  ffmpegPath: string,
  path: string,
  options: { signal?: AbortSignal; durationS?: number | null; onProgress?: (percent: number) => void } = {},
): Promise<Waveform> {
  const peaks = new Peaks(samplesPerPixel);
  await makeWithFfmpeg(
    ffmpegPath,
    [
      ...input(path),
      "-map",
      "0:a:0",
      "-vn",
      "-sn",
      "-dn",
      "-ac",
      "1",
      "-ar",
      "16000",
      "-c:a",
      "pcm_s16le",
      "-f",
      "s16le",
      "pipe:1",
    ],
    { ...options, onBytes: (bytes) => peaks.push(bytes) },
  );
  const data = peaks.finish();
  return {
    version: 2,
    channels: 1,
    sample_rate: 16000,
    samples_per_pixel: samplesPerPixel,
    bits: 8,
    length: data.length / 2,
    data,
  };
}

/** In pieces: ten hours are 3.6 million numbers, which would hold up everything else as one string. */
export async function writeWaveform(path: string, { data, ...head }: Waveform): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.appendFile(`${JSON.stringify(head).slice(0, -1)},"data":[`);
    for (let at = 0; at < data.length; at += 50_000)
      await file.appendFile(`${at > 0 ? "," : ""}${data.slice(at, at + 50_000).join(",")}`);
    await file.appendFile("]}");
  } finally {
    await file.close();
  }
}

const samplesPerPixel = 320;

/** Takes little-endian 16-bit samples in pieces of any length. Exported for its test. */
export class Peaks {
  private readonly data: number[] = [];
  private lowest = 32767;
  private highest = -32768;
  private taken = 0;
  private oddByte: number | undefined;

  constructor(private readonly perPixel: number) {}

  push(bytes: Uint8Array): void {
    let at = 0;
    if (this.oddByte !== undefined && bytes.length > 0) {
      this.sample(((bytes[0]! << 24) >> 16) | this.oddByte);
      this.oddByte = undefined;
      at = 1;
    }
    for (; at + 1 < bytes.length; at += 2) this.sample(((bytes[at + 1]! << 24) >> 16) | bytes[at]!);
    if (at < bytes.length) this.oddByte = bytes[at];
  }

  finish(): number[] {
    if (this.taken > 0) this.close();
    return this.data;
  }

  private sample(value: number) {
    if (value < this.lowest) this.lowest = value;
    if (value > this.highest) this.highest = value;
    if (++this.taken === this.perPixel) this.close();
  }

  private close() {
    this.data.push(this.lowest >> 8, this.highest >> 8);
    this.lowest = 32767;
    this.highest = -32768;
    this.taken = 0;
  }
}
