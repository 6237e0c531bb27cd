// Moments cut out of films and sounds: to the frame, in step, and replaced by the next export of the same moment.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, truncateSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { momentExport } from "../../src/jobs/moment-export.ts";
import { exportPath, exportsOfJob, newestOfMoment } from "../../src/library/exports.ts";
import { saveFacts } from "../../src/library/files.ts";
import { createMoment, updateMoment } from "../../src/library/moments.ts";
import { lumaByFrame, peaksAround } from "../support/decoded.ts";
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

/** Frame n is as bright as 16 + 4n, beginning anew every fifty frames. */
const numbered = (rate: string, seconds: number) =>
  `-f lavfi -i color=black:s=64x48:r=${rate}:d=${seconds},geq=lum='16+4*mod(N\\,50)':cb=128:cr=128`.split(
    " ",
  );
/** Silent but for a beep from 3.0 to 3.1 s. */
const beep = (seconds: number) => [
  ..."-f lavfi -i".split(" "),
  `aevalsrc=0.5*sin(2*PI*1000*t)*between(t\\,3\\,3.1):s=48000:d=${seconds}`,
];
const x264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 100".split(" ");
const frameNumbers = (path: string) => lumaByFrame(path).map((luma) => Math.round((luma - 16) / 4));
const leftovers = () => (existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []);

async function cut(fileId: number, startMs: number, endMs: number, over: object = {}) {
  const log = await at.run(momentExport, { fileId, startMs, endMs }, { id: startMs + 1, ...over });
  const [row] = await exportsOfJob(at.tools.db, startMs + 1);
  const path = exportPath(at.tools.paths, row!)!;
  expect(leftovers()).toEqual([]);
  return { ...log, row: row!, path, probe: await at.tools.media.probe(path) };
}

describe.skipIf(!hasFfmpeg)("a moment of a film", () => {
  test("holds exactly the frames from its start to its end, from wherever the keyframes are", async () => {
    const film = made.make(
      "naïve – quote'\" $(x) ; 名前.mp4",
      ...numbered("25", 8),
      ...beep(8),
      ...x264,
      "-c:a",
      "aac",
    );
    const file = await at.add(film);
    const { path, probe, row, progress, lines } = await cut(file.id, 2520, 4320);
    expect(frameNumbers(path)).toEqual(Array.from({ length: 45 }, (_, n) => (63 + n) % 50));
    expect(probe.video).toMatchObject({ codec: "h264", pixelFormat: "yuv420p", fps: 25, durationS: 1.8 });
    expect(probe.audio).toMatchObject([{ codec: "aac", channels: 2, sampleRate: 48000 }]);
    expect(row).toMatchObject({
      kind: "moment-export",
      mimeType: "video/mp4",
      durationMs: 1800,
      width: 64,
      height: 48,
    });
    expect(basename(path)).toBe("naïve – quote' $(x) ; 名前, 0.02.52 to 0.04.32.mp4");
    expect(progress.at(-1)).toBeGreaterThan(90);
    expect(lines.at(-1)).toContain("1.800 s");
    // The beep of 3.0 s into the film is heard 0.48 s into the moment.
    expect(peaksAround(path, 0.48, 0.58)).toEqual({ before: true, during: true, after: true });
  });

  test("keeps the rate of NTSC, and rounds its times to the nearest frame", async () => {
    const file = await at.add(made.make("ntsc.mp4", ...numbered("30000/1001", 4), ...x264));
    // Frame 10 is shown at 333.67 ms, frame 40 at 1334.67 ms.
    const { path, probe } = await cut(file.id, 334, 1335);
    expect(frameNumbers(path)).toEqual(Array.from({ length: 30 }, (_, n) => 10 + n));
    expect(probe.video).toMatchObject({ fps: 29.97 });
  });

  test("begins with the frame that is shown at its start, however long that has been shown", async () => {
    const slides = made.make("slides.mkv", ...numbered("1", 8), ...x264);
    const file = await at.add(slides);
    const { path, probe } = await cut(file.id, 2500, 4500);
    expect(probe.durationS).toBeCloseTo(2, 1);
    const shown = frameNumbers(path);
    expect([shown[0], shown.at(-1)]).toEqual([2, 4]);
  });

  test("of a stream that knows no places, as of an old camcorder, starts at the same frame", async () => {
    const words = "-c:v mpeg2video -q:v 2 -g 12 -c:a mp2 -f mpegts".split(" ");
    const file = await at.add(made.make("old.ts", ...numbered("25", 8), ...beep(8), ...words));
    const { path } = await cut(file.id, 2800, 4000);
    expect(frameNumbers(path)).toEqual(Array.from({ length: 30 }, (_, n) => (70 + n) % 50));
    expect(peaksAround(path, 0.2, 0.3)).toEqual({ before: true, during: true, after: true });
  });

  test("that breaks off is not filled up with a frozen picture", async () => {
    const film = made.make("cut.mkv", ...numbered("25", 8), ...x264);
    const file = await at.add(film);
    truncateSync(join(at.root, "cut.mkv"), Math.floor(Bun.file(film).size * 0.4));
    expect(cut(file.id, 500, 7000)).rejects.toMatchObject({ code: "input.truncated" });
  });

  test("is thrown away when the film changes meanwhile", async () => {
    const file = await at.add(made.make("busy.mp4", ...numbered("25", 2), ...x264));
    const progress = () => utimesSync(join(at.root, "busy.mp4"), new Date(), new Date());
    expect(cut(file.id, 100, 1000, { progress })).rejects.toMatchObject({ code: "input.changed" });
    expect(await exportsOfJob(at.tools.db, 101)).toEqual([]);
  });
});

describe.skipIf(!hasFfmpeg)("a moment of a sound", () => {
  test("is an M4A, and stays an MP3 where it was one", async () => {
    const flac = await at.add(made.make("song.flac", ...beep(5)));
    const { path, row, probe } = await cut(flac.id, 2500, 4000);
    expect(row).toMatchObject({ mimeType: "audio/mp4", durationMs: 1500, width: null });
    expect(probe.durationS).toBeCloseTo(1.5, 1);
    expect(peaksAround(path, 0.5, 0.6)).toEqual({ before: true, during: true, after: true });
    const mp3 = await at.add(made.make("song.mp3", ...beep(5)));
    expect((await cut(mp3.id, 2400, 4000)).row.mimeType).toBe("audio/mpeg");
  });
});

describe.skipIf(!hasFfmpeg)("exporting a moment again", () => {
  test("replaces what was exported of it; with other ends, it has to be exported anew", async () => {
    const { db } = at.tools;
    const file = await at.add(made.make("twice.mp4", ...numbered("25", 3), ...x264));
    await saveFacts(db, file.id, { durationS: 3 }, 0);
    const moment = await createMoment(at.tools, file.id, {
      startMs: 0,
      endMs: 1000,
      title: "Opening: the sea",
    });
    for (const id of [71, 72]) await at.run(momentExport, { momentId: moment.id }, { id });
    expect(await exportsOfJob(db, 71)).toEqual([]);
    const kept = (await newestOfMoment(db, moment.id))!;
    expect(kept).toMatchObject({ jobId: 72, title: "Opening: the sea – twice", durationMs: 1000 });
    const files = readdirSync(at.tools.paths.exports, { recursive: true }).map(String);
    expect(files.filter((name) => name.includes("twice"))).toEqual([
      join("72", "Opening – the sea – twice.mp4"),
    ]);
    await updateMoment(at.tools, moment.id, { endMs: 2000 });
    expect(await newestOfMoment(db, moment.id)).toBeUndefined();
    expect(await exportsOfJob(db, 72)).toHaveLength(1);
  });

  test("replaces the same stretch of a file, and no other", async () => {
    const file = await at.add(made.make("again.mp4", ...numbered("25", 2), ...x264));
    const ends = [1000, 1000, 1200];
    for (const [n, endMs] of ends.entries())
      await at.run(momentExport, { fileId: file.id, startMs: 0, endMs }, { id: 81 + n });
    const kept = await Promise.all([81, 82, 83].map((id) => exportsOfJob(at.tools.db, id)));
    expect(kept.map((rows) => rows.length)).toEqual([0, 1, 1]);
  });

  test("is refused at once where the stretch is not in the film", async () => {
    const file = await at.add(made.make("short.mp4", ...numbered("25", 1), ...x264));
    await saveFacts(at.tools.db, file.id, { durationS: 1 }, 0);
    const asked = (params: object) => momentExport.about(momentExport.params.parse(params), at.tools);
    const faultAt = (name: string) => ({ status: 422, more: { errors: [{ path: ["params", name] }] } });
    expect(asked({ fileId: file.id, startMs: 500, endMs: 400 })).rejects.toMatchObject(faultAt("endMs"));
    expect(asked({ fileId: file.id, startMs: 1500, endMs: 1600 })).rejects.toMatchObject(faultAt("startMs"));
    expect(asked({ fileId: file.id, startMs: 0, endMs: 60_000 })).rejects.toMatchObject(faultAt("endMs"));
    const { error } = momentExport.params.safeParse({ fileId: file.id });
    expect(error!.issues.map(({ path }) => path)).toEqual([["startMs"], ["endMs"]]);
    expect(asked({ momentId: 99 })).rejects.toMatchObject(faultAt("momentId"));
  });
});
