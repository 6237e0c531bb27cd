// What a look through a film finds, of a film whose cuts, black and noise are known.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Probe, VideoStream } from "../../src/media/ffprobe.ts";
import { analyseFilm, type FilmAnalysis } from "../../src/media/film-analysis.ts";
import { FrameFigures } from "../../src/media/frame-figures.ts";
import { cutFilm } from "../support/cut-film.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

setDefaultTimeout(60_000);

const made = madeMedia();
let at: MediaTools;
beforeAll(async () => {
  at = await mediaTools();
});
afterAll(async () => {
  await at.close();
  await made.remove();
});

const analyse = async (path: string) => {
  const probe = (await at.tools.media.probe(path)) as Probe & { video: VideoStream };
  return await analyseFilm(at.tools.media, path, probe);
};

describe.skipIf(!hasFfmpeg)("a look through a film", () => {
  let found: FilmAnalysis;
  beforeAll(async () => {
    if (hasFfmpeg) found = await analyse(cutFilm(made));
  });

  test("finds its cuts to the frame, and where it is black", () => {
    const sharp = found.cuts.filter(({ score }) => score > 0.3).map(({ atS }) => atS);
    expect(sharp).toEqual([4, 10, 12, 16]);
    expect(found.blacks).toEqual([{ startS: 10, endS: 12 }]);
    expect(found.durationS).toBeCloseTo(20, 1);
  });

  test("knows of each second how bright, lively and loud it is", () => {
    expect(found.seconds).toHaveLength(20);
    const [bars, moving, black] = [found.seconds[2]!, found.seconds[7]!, found.seconds[11]!];
    expect(black.brightness).toBeLessThan(5);
    expect(bars.contrast).toBeGreaterThan(30);
    expect(bars.motion).toBeLessThan(1);
    expect(moving.motion).toBeGreaterThan(2);
    expect(moving.loudness! - bars.loudness!).toBeGreaterThan(25);
    // The cut to the moving picture is no movement.
    expect(found.seconds[4]!.motion).toBeLessThan(2 * moving.motion);
  });

  test("does without sound, and without a length in the container", async () => {
    const silent = cutFilm(made, "silent.h264", "-an", "-f", "h264");
    const { seconds, durationS } = await analyse(silent);
    expect(seconds.length).toBeGreaterThanOrEqual(8);
    expect(durationS).toBeGreaterThan(7);
    expect(seconds.every(({ loudness }) => loudness === null)).toBe(true);
  });
});

test("figures of frames are the same however the bytes come in", () => {
  const bytes = Uint8Array.from([0, 255, 0, 255, 0, 0, 0, 0]);
  const [whole, dripped] = [new FrameFigures(2, 2), new FrameFigures(2, 2)];
  whole.push(bytes);
  for (const byte of bytes) dripped.push(Uint8Array.of(byte));
  expect(dripped.frames).toEqual(whole.frames);
  expect(whole.frames).toMatchObject([
    { brightness: 127.5, contrast: 127.5, motion: 0 },
    { brightness: 0, contrast: 0, motion: 127.5 },
  ]);
});
