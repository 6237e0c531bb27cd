// Digests, their clips, and reels of several films, by real encodes: what was chosen, and that the result shows just that.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clipGenerate } from "../../src/jobs/clip-generate.ts";
import { digestGenerate } from "../../src/jobs/digest-generate.ts";
import { highlightGenerate } from "../../src/jobs/highlight-generate.ts";
import { replaceDigestMoments } from "../../src/library/digest-moments.sqlite.ts";
import { exportPath, exportsOfFile } from "../../src/library/exports.ts";
import { saveFacts } from "../../src/library/files.ts";
import { listMoments, updateMoment } from "../../src/library/moments.ts";
import { input, runFfmpeg } from "../../src/media/ffmpeg.ts";
import { cutFilm } from "../support/cut-film.ts";
import { hasFfmpeg, madeMedia } from "../support/made-media.ts";
import { type MediaTools, mediaTools } from "../support/media-tools.ts";

setDefaultTimeout(60_000);

const made = madeMedia();
let at: MediaTools;
let path: string;
beforeAll(async () => {
  at = await mediaTools();
  if (hasFfmpeg) path = cutFilm(made);
});
afterAll(async () => {
  await at.close();
  await made.remove();
});

let nextJob = 1;
const digest = (fileId: number, targetLength = 6) =>
  at.run(digestGenerate, { fileId, targetLength }, { id: nextJob++ });
const exportsOf = async (fileId: number) =>
  (await exportsOfFile(at.tools.db, fileId)).map((row) => ({
    ...row,
    file: exportPath(at.tools.paths, row)!,
  }));
const leftovers = () => (existsSync(at.tools.paths.tmp) ? readdirSync(at.tools.paths.tmp) : []);

/** A frame as 8×6 pixels in colour. */
async function frameAt(film: string, atS: number): Promise<number[]> {
  const pixels: number[] = [];
  const words = "-frames:v 1 -vf scale=8:6:flags=area,format=rgb24 -f rawvideo pipe:1".split(" ");
  await runFfmpeg("ffmpeg", [...input(film, ["-ss", atS.toFixed(3)]), ...words], {
    onBytes: (bytes) => void pixels.push(...bytes),
  });
  expect(pixels).toHaveLength(144);
  return pixels;
}

const difference = (a: number[], b: number[]) => a.reduce((sum, n, i) => sum + Math.abs(n - b[i]!), 0) / 144;

describe.skipIf(!hasFfmpeg)("a digest", () => {
  test("shows the stretches that it chose, one after another, and none of the black", async () => {
    const row = await at.add(path, "naïve – quote'\" $(x) ; 名前.mp4");
    const { lines, progress } = await digest(row.id);
    const moments = await listMoments(at.tools.db, row.id);
    expect(moments.map(({ source }) => source)).toEqual(moments.map(() => "digest"));
    // What moves and is loud is in it.
    expect(moments.some(({ startMs, endMs }) => startMs >= 4000 && endMs <= 10_000)).toBe(true);
    expect(moments.some(({ startMs, endMs }) => startMs < 12_000 && endMs > 10_000)).toBe(false);
    const [film] = await exportsOf(row.id);
    expect(film).toMatchObject({ kind: "digest-generate", title: "Digest – naïve – quote'\" $(x) ; 名前" });
    const probe = await at.tools.media.probe(film!.file);
    const wholeMs = moments.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    expect(wholeMs).toBeLessThanOrEqual(6000);
    expect(wholeMs).toBeGreaterThan(5000);
    expect(Math.abs(probe.durationS! * 1000 - wholeMs)).toBeLessThan(100);
    expect(probe).toMatchObject({
      video: { codec: "h264", width: 160, height: 120 },
      audio: [{ codec: "aac" }],
    });
    let atS = 0;
    for (const { startMs, endMs } of moments) {
      const lengthS = (endMs - startMs) / 1000;
      for (const part of [0.2, 0.8]) {
        const shown = await frameAt(film!.file, atS + part * lengthS);
        // Ten frames a second there, thirty here: the one that is shown, or the next.
        const sources = [0, 0.1].map((sooner) => frameAt(path, startMs / 1000 + part * lengthS - sooner));
        const nearest = Math.min(...(await Promise.all(sources)).map((source) => difference(source, shown)));
        expect(nearest).toBeLessThan(8);
      }
      atS += lengthS;
    }
    expect(lines.at(-1)).toMatch(/^[\d.]+ s in \d pieces, [\d.]+ [kM]B$/);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(leftovers()).toEqual([]);
  });

  test("made anew replaces the former one; a moment that somebody changed stays theirs", async () => {
    const row = await at.add(path, "twice.mp4");
    await digest(row.id);
    const [first] = await listMoments(at.tools.db, row.id);
    const later = { ...at.tools, clock: { ...at.tools.clock, now: () => Date.now() + 60_000 } };
    await updateMoment(later, first!.id, { title: "Keep me" });
    await digest(row.id, 4);
    const moments = await listMoments(at.tools.db, row.id);
    expect(moments.filter(({ source }) => source === "user").map(({ title }) => title)).toEqual(["Keep me"]);
    expect((await exportsOf(row.id)).map(({ jobId }) => jobId)).toEqual([nextJob - 1]);
  });

  test("is not needed of what is no longer than it, has no picture, or shows nothing", async () => {
    const row = await at.add(path, "short.mp4");
    expect((await digest(row.id, 20)).result).toEqual({
      notNeeded: "The film is 20 s long and its digest would be 20 s: there is nothing to leave out.",
    });
    const sound = made.make("sound.mp4", ..."-f lavfi -i sine=d=9 -c:a aac".split(" "));
    expect((await digest((await at.add(sound)).id)).result).toEqual({
      notNeeded: "There is no picture in the file.",
    });
    const black = made.make("black.mkv", ..."-f lavfi -i color=black:s=64x48:r=5:d=9 -c:v mpeg4".split(" "));
    expect((await digest((await at.add(black)).id)).result?.notNeeded).toContain("black or blank");
    expect(await exportsOf(row.id)).toEqual([]);
  });
});

describe.skipIf(!hasFfmpeg)("clips", () => {
  test("are the stretches that a digest chose, exact to the frame, a file each; new ones replace them", async () => {
    const row = await at.add(path, "clips.mp4");
    const clips = async () =>
      (await exportsOf(row.id)).filter(({ kind }) => kind === "clip-generate").reverse();
    const choose = (...stretches: { startMs: number; endMs: number }[]) =>
      replaceDigestMoments(at.tools.db, row.id, stretches, new Date());
    choose({ startMs: 4080, endMs: 5380 }, { startMs: 12_600, endMs: 14_000 });
    await at.run(clipGenerate, { fileId: row.id }, { id: nextJob++ });
    const moments = await listMoments(at.tools.db, row.id);
    const cut = await clips();
    expect(cut.map(({ momentId }) => momentId)).toEqual(moments.map(({ id }) => id));
    for (const [n, { startMs, endMs }] of moments.entries()) {
      const { file } = cut[n]!;
      const { frames } = await runFfmpeg("ffmpeg", [...input(file), "-map", "0:v", "-f", "null", "-"]);
      expect(frames).toBe(Math.round((endMs - startMs) / 100));
      // Ten frames a second: the nearest one comes first.
      const first = await frameAt(path, Math.round(startMs / 100) / 10 - 0.03);
      expect(difference(first, await frameAt(file, 0))).toBeLessThan(8);
    }
    choose({ startMs: 17_000, endMs: 18_000 });
    await at.run(clipGenerate, { fileId: row.id }, { id: nextJob++ });
    expect((await clips()).map(({ jobId }) => jobId)).toEqual([nextJob - 1]);
  });

  test("need a digest first", async () => {
    const row = await at.add(path, "none.mp4");
    const { result } = await at.run(clipGenerate, { fileId: row.id });
    expect(result).toEqual({
      notNeeded: "No digest has chosen anything in this film yet. Make a digest first.",
    });
  });
});

describe.skipIf(!hasFfmpeg)("a reel of several films", () => {
  test("shows some of each in the order they were recorded, leaves out what cannot be read, and replaces the former one", async () => {
    const upright = made.make("up.mp4", ..."-f lavfi -i testsrc2=s=90x160:r=15:d=8 -c:v mpeg4".split(" "));
    const broken = join(made.folder, "broken.mp4");
    writeFileSync(broken, "no film at all");
    const [late, early, bad] = [await at.add(path, "late.mp4"), await at.add(upright), await at.add(broken)];
    await saveFacts(at.tools.db, late!.id, { capturedAt: new Date("2020-02-01") }, 0);
    await saveFacts(at.tools.db, early!.id, { capturedAt: new Date("2020-01-01") }, 0);
    const params = { fileIds: [late!.id, bad!.id, early!.id, late!.id], targetLength: 8 };
    const { lines } = await at.run(highlightGenerate, params, { id: nextJob++ });
    expect(lines.join("\n")).toContain("Left out broken.mp4: ");
    const [reel] = await exportsOf(early!.id);
    expect(reel).toMatchObject({ kind: "highlight-generate", title: "Highlights – up and 1 more" });
    expect((await exportsOf(late!.id)).map(({ id }) => id)).toEqual([reel!.id]);
    const probe = await at.tools.media.probe(reel!.file);
    expect(probe.durationS!).toBeLessThanOrEqual(8.1);
    expect(probe.durationS!).toBeGreaterThan(6);
    expect(probe.chapters.map(({ title }) => title)).toEqual(["up", "late"]);
    expect(probe.video).toMatchObject({ width: 160, height: 120 });
    expect(leftovers()).toEqual([]);
    await at.run(highlightGenerate, { ...params, targetLength: 4 }, { id: nextJob++ });
    expect((await exportsOf(late!.id)).map(({ jobId }) => jobId)).toEqual([nextJob - 1]);
  });

  test("is refused where there is not a second for each, or a file that nobody knows", async () => {
    const ask = (fileIds: number[]) => highlightGenerate.about({ fileIds, targetLength: 4 }, at.tools);
    const ids = [1, 2, 3, 4, 5];
    await expect(ask(ids)).rejects.toMatchObject({
      status: 422,
      message: "5 films need 5 seconds at least.",
    });
    await expect(ask([999_999])).rejects.toMatchObject({ status: 422 });
  });
});
