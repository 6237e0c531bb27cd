import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Peaks, readWaveform, writeWaveform } from "../../src/media/waveform.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";

const made = madeMedia();
afterAll(() => made.remove());

test("peaks are the lowest and highest of each stretch, however the bytes come in", () => {
  const samples = Int16Array.from([100, -32768, 300, 32767, -256, 0, 256, 512]);
  const bytes = new Uint8Array(samples.buffer);
  const whole = new Peaks(4);
  whole.push(bytes);
  const dripped = new Peaks(4);
  for (const byte of bytes) dripped.push(Uint8Array.of(byte));
  expect(whole.finish()).toEqual([-128, 127, -1, 2]);
  expect(dripped.finish()).toEqual([-128, 127, -1, 2]);
});

test.skipIf(!existsSync("/dev/full"))(
  "one that does not fit on the disk says so, and to its caller only",
  async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const data = new Array<number>(200_000).fill(-100);
    const wave = { version: 2, channels: 1, sample_rate: 16000, samples_per_pixel: 320, bits: 8 } as const;
    const writing = writeWaveform("/dev/full", { ...wave, length: data.length / 2, data });
    await expect(writing).rejects.toMatchObject({ code: "ENOSPC" });
    await Bun.sleep(0);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  },
);

describe.skipIf(!hasFfmpeg)("a waveform", () => {
  test("has fifty pairs a second, loud where the sound is and flat where it is not", async () => {
    const path = made.make(
      "half.wav",
      "-f",
      "lavfi",
      "-i",
      "aevalsrc='if(lt(t,1),0,0.9*sin(2*PI*440*t))':d=2:s=44100",
    );
    const seen: number[] = [];
    const wave = await readWaveform("ffmpeg", path, {
      durationS: 2,
      onProgress: (percent) => seen.push(percent),
    });
    expect(wave).toMatchObject({
      version: 2,
      channels: 1,
      sample_rate: 16000,
      samples_per_pixel: 320,
      bits: 8,
    });
    expect(Math.abs(wave.length - 100)).toBeLessThanOrEqual(1);
    expect(wave.data.length).toBe(wave.length * 2);
    expect(Math.max(...wave.data.slice(0, 90).map(Math.abs))).toBeLessThanOrEqual(2);
    expect(Math.max(...wave.data.slice(110, 190))).toBeGreaterThan(105);
    expect(Math.min(...wave.data.slice(110, 190))).toBeLessThan(-105);
    expect(seen.at(-1)).toBeGreaterThan(90);
  });

  test("survives being written in pieces", async () => {
    const data = Array.from({ length: 120_002 }, (_, i) => (i % 256) - 128);
    const path = join(made.folder, "wave.json");
    const wave = {
      version: 2,
      channels: 1,
      sample_rate: 16000,
      samples_per_pixel: 320,
      bits: 8,
      length: 60_001,
      data,
    } as const;
    await writeWaveform(path, { ...wave, data });
    expect(await Bun.file(path).json()).toEqual({ ...wave, data });
  });
});
